// What a miss costs behind several TLBs: the look-up that misses, the walk, its checks, the fill.
#include <unordered_map>

#include "vmperf/mmu/api/miss.hpp"
#include "vmperf/mmu/api/walks.hpp"
#include "vmperf/mmu/mmu.hpp"
#include "vmperf/tlb/direct_tlb.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

namespace vmperf::mmu {
namespace {

using PackedTlb = tlb::DirectTlb<tlb::PackedEntry<>>;
using PrivateTlb = tlb::DirectTlb<tlb::PrivateEntry>;
constexpr std::size_t kEntries = 4096;

template <class Tlb> struct Path {
  template <class Made>
  Path(const Guest &guest, bool is_cached, const Made &made)
      : tlb(made), mmu(*guest.table, tlb, is_cached ? &cache : nullptr) {}

  [[gnu::always_inline]] std::uint64_t pa(std::uint64_t va, tlb::Access access) {
    return mmu.lookup(va, access);
  }
  void pa(const std::uint64_t *va, std::uint64_t *out, std::uint8_t *fault, std::size_t n,
          tlb::Access access) {
    mmu.translate(va, out, fault, n, access);
  }
  [[nodiscard]] std::uint64_t n_walks() const { return mmu.stats().n_walks; }

  Tlb tlb;
  WalkCache cache;
  Mmu<Tlb> mmu;
};

struct Pwc : Path<PackedTlb> {
  explicit Pwc(const Guest &guest) : Path(guest, true, kEntries) {}
};
struct Own : Path<PrivateTlb> {
  explicit Own(const Guest &guest) : Path(guest, true, kEntries) {}
};
struct NoCache : Path<PackedTlb> {
  explicit NoCache(const Guest &guest) : Path(guest, false, kEntries) {}
};
struct Soft : Path<tlb::SoftTlb> {
  explicit Soft(const Guest &guest) : Path(guest, true, options()) {}
  static tlb::SoftTlbOptions options() {
    tlb::SoftTlbOptions made;
    made.entries = kEntries;
    made.second_level = 0;
    return made;
  }
};

// The ten lines: a hash map that is emptied when it is full, and a plain walk.
struct Naive {
  explicit Naive(const Guest &guest) : walk(guest) { pages.reserve(kEntries); }
  std::uint64_t pa(std::uint64_t va, tlb::Access /*access*/) {
    const auto found = pages.find(va >> 12U);
    if (found != pages.end()) {
      return found->second | (va & 4095U);
    }
    ++walks;
    const std::uint64_t pa = walk.pa(va);
    if (pages.size() == kEntries) {
      pages.clear();
    }
    pages.emplace(va >> 12U, pa & ~std::uint64_t{4095});
    return pa;
  }
  void pa(const std::uint64_t *va, std::uint64_t *out, std::uint8_t *fault, std::size_t n,
          tlb::Access access) {
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = pa(va[i], access);
      fault[i] = 0;
    }
  }
  [[nodiscard]] std::uint64_t n_walks() const { return walks; }

  NaiveWalk walk;
  std::unordered_map<std::uint64_t, std::uint64_t> pages;
  std::uint64_t walks = 0;
};

} // namespace

void declare_designs_miss(bench::Registry &registry) {
  registry.design("mmu-miss", "pwc", "packed direct-mapped TLB of 4096, walks from the walk cache")
      .runs("mmu/miss", maker<MissWorkload<Pwc>>());
  registry.design("mmu-miss", "private", "the same with entries of one thread: fills take no lock")
      .runs("mmu/miss", maker<MissWorkload<Own>>());
  registry.design("mmu-miss", "no_cache", "as pwc, each walk from the root")
      .runs("mmu/miss", maker<MissWorkload<NoCache>>());
  registry.design("mmu-miss", "soft_tlb", "SoftTlb: a victim TLB of 8 behind the first level")
      .runs("mmu/miss", maker<MissWorkload<Soft>>());
  registry.design("mmu-miss", "naive", "a hash map, emptied when full, and a walk without checks")
      .runs("mmu/miss", maker<MissWorkload<Naive>>());
}

} // namespace vmperf::mmu
