// A page table in guest memory: made, changed and walked.
//
//   PageTable ──> WalkOps (functions compiled for one format and kind of memory)
//     root, rules, table pages [start ... next | free list ... end)  all in GuestMemory
//
// Pages are of 4 KiB, 2 MiB or 1 GiB. map() refuses addresses that are mapped. unmap() and
// protect() take any range of 4 KiB pages: a large page that is partly in it is split, with all its
// attributes and marks. Every change of an entry is one atomic word; marks that a walk sets
// meanwhile are kept. A change reaches a TLB or a WalkCache by their flushes alone, as on a CPU.
// walk O(levels). map, unmap, protect O(pages + tables). Threads: one changes the table at a time;
// walks, each with its own WalkCache, may go on beside it, except that of a table page that map()
// takes back (an empty table under a new large page): flush first.
// Sources: those of the formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/guestmem/guest_memory.hpp"
#include "vmperf/mmu/format.hpp"
#include "vmperf/mmu/walk_cache.hpp"
#include "vmperf/mmu/walker.hpp"

namespace vmperf::mmu {

class PageTable;
class SecondStage;
struct EditOps;

/// The walks of one format over one kind of memory.
struct WalkOps {
  Packed (*walk)(const PageTable &, const Root &, std::uint64_t va, Purpose);
  void (*batch)(const PageTable &, const Root &, const std::uint64_t *va, tlb::Translation *out,
                std::size_t n, Purpose);
  void (*lockstep)(const PageTable &, const Root &, const std::uint64_t *va, tlb::Translation *out,
                   std::size_t n, Purpose);
};

class PageTable {
public:
  struct Options {
    Mode mode = {};
    AdUpdate ad = AdUpdate::hardware;
    unsigned pa_bits = 0; ///< width of physical addresses: 0 is the format's; from 32
    /// Where tables are put, whole pages; 0 bytes is the last quarter of the highest region.
    std::uint64_t tables_start = 0, tables_size_bytes = 0;
    /// Of a guest's table: what its own addresses, of tables and pages, go through.
    SecondStage *nested = nullptr;
  };

  /// InvalidArgumentError where an option is out of range or the tables' place isn't memory;
  /// CapacityError where not even the top table fits. `memory` must live longer.
  PageTable(Format format, guestmem::GuestMemory &memory, const Options &options);
  PageTable(Format format, guestmem::GuestMemory &memory) : PageTable(format, memory, Options{}) {}

  /// Maps n_pages pages of page_bytes from va to pa on. InvalidArgumentError where an address isn't
  /// canonical, aligned or within pa_bits, the size isn't one of the three, the format has no such
  /// permissions, or part of it is mapped; CapacityError where no table page is left. Nothing is
  /// mapped then.
  void map(std::uint64_t va, std::uint64_t pa, std::uint64_t page_bytes, std::uint32_t how,
           std::uint64_t n_pages = 1);
  /// Takes away what is mapped in [va, va + size_bytes), and says how many bytes that were.
  /// InvalidArgumentError where these are no whole 4 KiB pages, empty or not canonical;
  /// CapacityError where a large page cannot be split: what came before it is done.
  std::uint64_t unmap(std::uint64_t va, std::uint64_t size_bytes);
  /// Gives what is mapped there other permissions (kAccessed and kDirty are ignored, marks stay).
  std::uint64_t protect(std::uint64_t va, std::uint64_t size_bytes, std::uint32_t how);

  /// Never throws: what is wrong is in Translation::fault.
  [[nodiscard]] tlb::Translation walk(std::uint64_t va, Purpose purpose = Purpose::inspect,
                                      WalkCache *cache = nullptr, std::uint16_t asid = 0) const {
    tlb::Translation found;
    walk_packed(va, purpose, cache, asid).unpack(found);
    return found;
  }
  /// The same in two registers.
  [[nodiscard]] Packed walk_packed(std::uint64_t va, Purpose purpose, WalkCache *cache,
                                   std::uint16_t asid) const {
    return walk_ops_->walk(*this, root_for(cache, asid), va, purpose);
  }
  /// The same for each address; `out` has at least as many places, else InvalidArgumentError.
  void walk_batch(std::span<const std::uint64_t> va, std::span<tlb::Translation> out,
                  Purpose purpose, WalkCache &cache, std::uint16_t asid = 0) const;
  /// The same without a cache: 16 walks at a time, level by level.
  void walk_lockstep(std::span<const std::uint64_t> va, std::span<tlb::Translation> out,
                     Purpose purpose) const;

  /// walk_batch() with a cache, else walk_lockstep().
  void walk_all(std::span<const std::uint64_t> va, std::span<tlb::Translation> out, Purpose purpose,
                WalkCache *cache, std::uint16_t asid = 0) const;

  /// Another mode from now on. What a TLB holds is of the old one: flush it, or have one per mode.
  void set_mode(const Mode &mode);

  [[nodiscard]] Format format() const noexcept { return format_; }
  [[nodiscard]] const Mode &mode() const noexcept { return options_.mode; }
  [[nodiscard]] AdUpdate ad() const noexcept { return options_.ad; }
  [[nodiscard]] unsigned pa_bits() const noexcept { return options_.pa_bits; }
  [[nodiscard]] std::uint64_t root() const noexcept { return root_; } ///< pa of the top table
  [[nodiscard]] unsigned levels() const noexcept;
  [[nodiscard]] guestmem::GuestMemory &memory() const noexcept { return *memory_; }
  [[nodiscard]] std::byte *host_base() const noexcept { return host_base_; } ///< the memory's
  [[nodiscard]] SecondStage *nested() const noexcept { return options_.nested; }
  [[nodiscard]] const Rules &rules() const noexcept { return rules_; }
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; } ///< no other table has had it
  [[nodiscard]] std::size_t n_tables() const noexcept { return n_tables_; } ///< pages in use

private:
  friend struct EditOps;
  template <class F> friend class Editor;

  [[nodiscard]] Root root_for(WalkCache *cache, std::uint16_t asid) const {
    return {root_, cache, cache == nullptr ? 0 : cache->context(id_, asid)};
  }
  [[nodiscard]] std::uint64_t *entry_at(std::uint64_t pa) const; // to write; a typed fault else
  void mark(std::uint64_t pa) const;
  [[nodiscard]] std::uint64_t allocate_table(); // zero-filled
  void free_table(std::uint64_t pa);
  void make_rules();

  Format format_;
  guestmem::GuestMemory *memory_;
  Options options_;
  const WalkOps *walk_ops_;
  const EditOps *edit_ops_;
  std::byte *host_base_;
  Rules rules_;
  std::uint64_t id_, root_ = 0, next_ = 0, end_ = 0;
  std::vector<std::uint64_t> free_;
  std::size_t n_tables_ = 0;
};

/// The typed error of a translation that failed: PageFault with level and reason.
[[noreturn]] void throw_fault(std::uint64_t va, std::uint64_t size_bytes, tlb::Access access,
                              const tlb::Translation &failed);
/// One word for a fault: "not_present", "protection", ...
[[nodiscard]] const char *word_of(tlb::Fault fault) noexcept;

} // namespace vmperf::mmu
