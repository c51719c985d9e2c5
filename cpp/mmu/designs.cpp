// How a page table is walked: alone, from the walk cache, sixteen at a time, or as one writes it at
// once.
#include "vmperf/mmu/api/walks.hpp"

namespace vmperf::mmu {
namespace {

struct Scalar {
  explicit Scalar(const Guest &guest) : table(guest.table.get()) {}
  [[nodiscard]] std::uint64_t pa(std::uint64_t va) const {
    return table->walk(va, Purpose::read).pa;
  }
  void pa(const std::uint64_t *va, tlb::Translation *out, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = table->walk(va[i], Purpose::read);
    }
  }
  PageTable *table;
};

struct Cached {
  explicit Cached(const Guest &guest) : table(guest.table.get()) {}
  [[nodiscard]] std::uint64_t pa(std::uint64_t va) {
    return table->walk(va, Purpose::read, &cache).pa;
  }
  void pa(const std::uint64_t *va, tlb::Translation *out, std::size_t n) {
    table->walk_batch({va, n}, {out, n}, Purpose::read, cache);
  }
  PageTable *table;
  WalkCache cache;
};

struct Lockstep {
  explicit Lockstep(const Guest &guest) : table(guest.table.get()) {}
  void pa(const std::uint64_t *va, tlb::Translation *out, std::size_t n) const {
    table->walk_lockstep({va, n}, {out, n}, Purpose::read);
  }
  PageTable *table;
};

} // namespace

void declare_designs(bench::Registry &registry) {
  registry
      .design("mmu", "pwc", "from the walk cache; in batches without a word of its own per walk")
      .runs("mmu/walk", maker<WalkWorkload<Cached>>())
      .runs("mmu/walk_batch", maker<BatchWorkload<Cached>>());
  registry.design("mmu", "lockstep", "16 walks at a time, level by level, no cache")
      .runs("mmu/walk_batch", maker<BatchWorkload<Lockstep>>());
  registry.design("mmu", "scalar", "from the root, one after the other")
      .runs("mmu/walk", maker<WalkWorkload<Scalar>>())
      .runs("mmu/walk_batch", maker<BatchWorkload<Scalar>>());
  registry.design("mmu", "naive", "a loop over levels known at run time, without any check")
      .runs("mmu/walk", maker<WalkWorkload<NaiveWalk>>())
      .runs("mmu/walk_batch", maker<BatchWorkload<NaiveWalk>>());
}

} // namespace vmperf::mmu
