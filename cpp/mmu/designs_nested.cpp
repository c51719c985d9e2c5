// Two-dimensional walks: without a nested TLB, with one, and from the walk cache as well.
#include "vmperf/mmu/api/walks.hpp"
#include "vmperf/mmu/second_stage.hpp"

namespace vmperf::mmu {
namespace {

// A guest whose physical addresses begin at kShift of the host's.
struct NestedGuest {
  static constexpr std::uint64_t kShift = 0x800'0000, kGuestBytes = 0x1000'0000,
                                 kGuestPages = 0x10'0000, kTables = 0xe00'0000,
                                 kTablesBytes = 0x100'0000;

  NestedGuest(const bench::Params &params, std::size_t entries)
      : outer(params), host(Format::x86_64_4, *outer.memory,
                            {.tables_start = 0x1c00'0000, .tables_size_bytes = 0x200'0000}),
        stage(made(host), entries),
        table(Format::x86_64_4, *outer.memory,
              {.tables_start = kTables, .tables_size_bytes = kTablesBytes, .nested = &stage}) {
    table.map(Guest::kBase, kGuestPages, kPageBytes, Guest::kFlags, outer.n_pages);
  }
  static PageTable &made(PageTable &host) {
    host.map(0, kShift, kPageBytes, Guest::kFlags | flags::kUser, kGuestBytes / kPageBytes);
    return host;
  }
  [[nodiscard]] static std::uint64_t pa_of(std::uint64_t va) noexcept {
    return va - Guest::kBase + kGuestPages + kShift;
  }

  Guest outer; // its memory and addresses; its own table is not used
  PageTable host;
  SecondStage stage;
  PageTable table;
};

// `walk` of one address; an op is one of a block for designs that take blocks.
template <class D> class NestedWorkload final : public bench::Workload {
public:
  explicit NestedWorkload(const bench::Params &params)
      : guest_(params, D::kEntries), design_(guest_), out_(guest_.outer.addresses.size()) {}

  std::uint64_t run(std::uint64_t n) override {
    constexpr std::size_t kBlock = 1024;
    const auto &va = guest_.outer.addresses;
    std::uint64_t sum = 0;
    for (std::size_t at = 0; n != 0;) {
      const auto block = std::min<std::uint64_t>({n, kBlock, va.size() - at});
      design_.pa(va.data() + at, out_.data() + at, block);
      sum += out_[at + block - 1].pa;
      n -= block;
      at = at + block == va.size() ? 0 : at + block;
    }
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    run(out_.size());
    for (std::size_t i = 0; i < out_.size(); ++i) {
      if (out_[i].pa != NestedGuest::pa_of(guest_.outer.addresses[i])) {
        return bench::Verification::failed("a wrong translation, number " + std::to_string(i));
      }
      out_[i] = {};
    }
    return bench::Verification::passed();
  }

private:
  NestedGuest guest_;
  D design_;
  std::vector<tlb::Translation> out_;
};

template <std::size_t Entries> struct Walks {
  static constexpr std::size_t kEntries = Entries;
  explicit Walks(NestedGuest &guest) : table(&guest.table) {}
  void pa(const std::uint64_t *va, tlb::Translation *out, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = table->walk(va[i], Purpose::read);
    }
  }
  PageTable *table;
};

struct Batch {
  static constexpr std::size_t kEntries = 1024;
  explicit Batch(NestedGuest &guest) : table(&guest.table) {}
  void pa(const std::uint64_t *va, tlb::Translation *out, std::size_t n) {
    table->walk_batch({va, n}, {out, n}, Purpose::read, cache);
  }
  PageTable *table;
  WalkCache cache;
};

// Both loops over run-time levels, each entry through GuestMemory.
struct Naive {
  static constexpr std::size_t kEntries = 0;
  explicit Naive(NestedGuest &guest)
      : memory(guest.outer.memory.get()), guest_root(guest.table.root()),
        host_root(guest.host.root()) {}
  [[nodiscard]] std::uint64_t host_pa(std::uint64_t gpa) const {
    std::uint64_t table = host_root;
    for (unsigned level = 4; level != 0; --level) {
      table = memory->read<std::uint64_t>(table + index_of(gpa, level) * 8) & bits(12, 52);
    }
    return table | (gpa & 4095U);
  }
  void pa(const std::uint64_t *va, tlb::Translation *out, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) {
      std::uint64_t table = guest_root;
      for (unsigned level = 4; level != 0; --level) {
        const std::uint64_t at = host_pa(table + index_of(va[i], level) * 8);
        table = memory->read<std::uint64_t>(at) & bits(12, 52);
      }
      out[i] = {};
      out[i].pa = host_pa(table | (va[i] & 4095U));
    }
  }
  guestmem::GuestMemory *memory;
  std::uint64_t guest_root, host_root;
};

} // namespace

void declare_designs_nested(bench::Registry &registry) {
  registry
      .design("mmu-nested", "pwc", "nested TLB of 1024 and the walk cache: one entry, one probe")
      .runs("mmu/nested", maker<NestedWorkload<Batch>>());
  registry.design("mmu-nested", "nested_tlb", "a nested TLB of 1024: four entries, five probes")
      .runs("mmu/nested", maker<NestedWorkload<Walks<1024>>>());
  registry.design("mmu-nested", "plain", "all 24 entries of both tables")
      .runs("mmu/nested", maker<NestedWorkload<Walks<0>>>());
  registry.design("mmu-nested", "naive", "two loops over both tables, without any check")
      .runs("mmu/nested", maker<NestedWorkload<Naive>>());
}

} // namespace vmperf::mmu
