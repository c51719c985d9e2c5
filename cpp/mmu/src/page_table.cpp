#include "vmperf/mmu/page_table.hpp"

#include <atomic>
#include <cstring>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/mmu/second_stage.hpp"
#include "walk_ops.hpp"

namespace vmperf::mmu {
namespace {

std::uint64_t next_id() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

struct Facts {
  unsigned levels, pa_bits;
  bool software_ad;
};
Facts facts(Format format) noexcept {
  return visit_format(
      format, []<class F>() noexcept { return Facts{F::kLevels, F::kPaBits, F::kSoftwareAd}; });
}

[[noreturn]] void refuse(const char *argument, std::uint64_t value, const std::string &allowed) {
  throw InvalidArgumentError(argument, std::to_string(value), allowed);
}

// The last byte of a range of whole pages of one half of the format's addresses.
std::uint64_t last_of(Format format, std::uint64_t va, std::uint64_t page_bytes,
                      std::uint64_t size_bytes) {
  const std::string pages = "a multiple of " + std::to_string(page_bytes);
  if (va % page_bytes != 0) {
    refuse("va", va, pages);
  }
  if (size_bytes == 0 || size_bytes % page_bytes != 0) {
    refuse("size_bytes", size_bytes, pages + ", not 0");
  }
  const std::uint64_t last = va + (size_bytes - 1);
  const bool fits = visit_format(
      format, [&]<class F>() noexcept { return F::canonical(va) && F::canonical(last); });
  if (!fits || last < va || (va ^ last) >> 63U != 0) {
    refuse("va", va, "canonical addresses of " + std::string(name_of(format)) + ", up to the end");
  }
  return last;
}

void check_flags(Format format, std::uint32_t how) {
  const char *refused = visit_format(format, [how]<class F>() noexcept { return F::refuses(how); });
  if ((how & ~flags::kAll) != 0 || refused != nullptr) {
    refuse("flags", how, refused != nullptr ? refused : "bits of rwxugad, 0 to 127");
  }
}

} // namespace

PageTable::PageTable(Format format, guestmem::GuestMemory &memory, const Options &options)
    : format_(format), memory_(&memory), options_(options),
      walk_ops_(options.nested != nullptr ? nested_ops(format) : flat_ops(format)),
      edit_ops_(mmu::edit_ops(format)), host_base_(memory.host_base()), id_(next_id()) {
  const Facts known = facts(format);
  if (options_.pa_bits == 0) {
    options_.pa_bits = known.pa_bits;
  }
  if (options_.pa_bits < 32 || options_.pa_bits > known.pa_bits) {
    refuse("pa_bits", options_.pa_bits, "32 to " + std::to_string(known.pa_bits));
  }
  if (options_.ad == AdUpdate::software && !known.software_ad) {
    throw InvalidArgumentError("ad", "software", "hardware: an x86 CPU sets its marks itself");
  }
  if (options_.tables_size_bytes == 0 && options_.tables_start == 0) {
    const guestmem::Region last = memory.regions().back();
    const std::uint64_t bytes = (last.size_bytes / 4 + kPageBytes - 1) / kPageBytes * kPageBytes;
    options_.tables_size_bytes = bytes;
    options_.tables_start = last.start + last.size_bytes - bytes;
  }
  next_ = options_.tables_start;
  end_ = next_ + options_.tables_size_bytes;
  if (next_ % kPageBytes != 0 || options_.tables_size_bytes % kPageBytes != 0 ||
      options_.tables_size_bytes == 0 || end_ < next_ || (end_ - 1) >> options_.pa_bits != 0) {
    refuse("tables", next_, "whole pages within pa_bits, not empty");
  }
  if (options_.nested == nullptr &&
      memory.host(next_, options_.tables_size_bytes, guestmem::Access::write) == nullptr) {
    refuse("tables", next_, "memory of one region that can be written");
  }
  make_rules();
  root_ = allocate_table();
}

void PageTable::make_rules() {
  rules_ = visit_format(format_, [this]<class F>() noexcept {
    return F::rules(options_.mode, options_.ad, options_.pa_bits);
  });
}

void PageTable::set_mode(const Mode &mode) {
  options_.mode = mode;
  make_rules();
}

unsigned PageTable::levels() const noexcept {
  return facts(format_).levels;
}

std::uint64_t *PageTable::entry_at(std::uint64_t pa) const {
  if (options_.nested == nullptr) {
    auto *entry = FlatMemory(*memory_, nullptr).writable(pa);
    if (entry == nullptr) {
      throw OutOfRangeFault("a table at " + std::to_string(pa) + " lies in no memory", pa, 8, 'w',
                            pa);
    }
    return entry;
  }
  SecondStageMemory memory(*options_.nested, Purpose::write);
  memory.start();
  auto *entry = memory.writable(pa);
  if (entry == nullptr) {
    tlb::Translation failed;
    memory.missing(0, 0).unpack(failed);
    throw_fault(pa, sizeof(std::uint64_t), tlb::Access::write, failed);
  }
  memory.mark(pa);
  return entry;
}

void PageTable::mark(std::uint64_t pa) const {
  if (options_.nested == nullptr) {
    memory_->mark_dirty(pa, sizeof(std::uint64_t));
  }
}

std::uint64_t PageTable::allocate_table() {
  std::uint64_t pa = next_;
  if (!free_.empty()) {
    pa = free_.back();
  } else if (next_ == end_) {
    throw CapacityError("page tables", options_.tables_size_bytes + kPageBytes,
                        options_.tables_size_bytes);
  }
  std::memset(entry_at(pa), 0, kPageBytes);
  if (options_.nested == nullptr) {
    memory_->mark_dirty(pa, kPageBytes);
  }
  if (free_.empty()) {
    next_ += kPageBytes;
  } else {
    free_.pop_back();
  }
  ++n_tables_;
  return pa;
}

// A table that the guest has linked in by itself is not among ours.
void PageTable::free_table(std::uint64_t pa) {
  if (pa >= options_.tables_start && pa < next_) {
    free_.push_back(pa);
    --n_tables_;
  }
}

void PageTable::map(std::uint64_t va, std::uint64_t pa, std::uint64_t page_bytes, std::uint32_t how,
                    std::uint64_t n_pages) {
  unsigned level = 0;
  for (const unsigned one : {1U, 2U, 3U}) {
    level = page_bytes == std::uint64_t{1} << shift_of(one) ? one : level;
  }
  if (level == 0) {
    refuse("size_bytes", page_bytes, "4096, 2097152, 1073741824");
  }
  check_flags(format_, how);
  const std::uint64_t most = (std::uint64_t{1} << options_.pa_bits) >> shift_of(level);
  if (n_pages == 0 || n_pages > most) {
    refuse("n_pages", n_pages, "1 to " + std::to_string(most));
  }
  const std::uint64_t size_bytes = n_pages * page_bytes;
  static_cast<void>(last_of(format_, va, page_bytes, size_bytes));
  const std::uint64_t limit = std::uint64_t{1} << options_.pa_bits;
  if (pa % page_bytes != 0 || pa >= limit || size_bytes > limit - pa) {
    refuse("pa", pa,
           "a multiple of the page's size, all of it within " + std::to_string(options_.pa_bits) +
               " bits");
  }
  edit_ops_->map(*this, va, pa, level, how, n_pages);
}

std::uint64_t PageTable::unmap(std::uint64_t va, std::uint64_t size_bytes) {
  return edit_ops_->unmap(*this, va, last_of(format_, va, kPageBytes, size_bytes));
}

std::uint64_t PageTable::protect(std::uint64_t va, std::uint64_t size_bytes, std::uint32_t how) {
  check_flags(format_, how);
  return edit_ops_->protect(*this, va, last_of(format_, va, kPageBytes, size_bytes), how);
}

void PageTable::walk_batch(std::span<const std::uint64_t> va, std::span<tlb::Translation> out,
                           Purpose purpose, WalkCache &cache, std::uint16_t asid) const {
  if (out.size() < va.size()) {
    refuse("out", out.size(), "at least as many as addresses, " + std::to_string(va.size()));
  }
  walk_ops_->batch(*this, root_for(&cache, asid), va.data(), out.data(), va.size(), purpose);
}

void PageTable::walk_lockstep(std::span<const std::uint64_t> va, std::span<tlb::Translation> out,
                              Purpose purpose) const {
  if (out.size() < va.size()) {
    refuse("out", out.size(), "at least as many as addresses, " + std::to_string(va.size()));
  }
  walk_ops_->lockstep(*this, root_for(nullptr, 0), va.data(), out.data(), va.size(), purpose);
}

void PageTable::walk_all(std::span<const std::uint64_t> va, std::span<tlb::Translation> out,
                         Purpose purpose, WalkCache *cache, std::uint16_t asid) const {
  if (cache != nullptr) {
    walk_batch(va, out, purpose, *cache, asid);
  } else {
    walk_lockstep(va, out, purpose);
  }
}

} // namespace vmperf::mmu
