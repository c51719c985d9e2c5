#include "vmperf/mmu/second_stage.hpp"

#include <algorithm>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/mmu/page_table.hpp"

namespace vmperf::mmu {

SecondStage::SecondStage(PageTable &table, std::size_t entries)
    : table_(&table), memory_(&table.memory()), keeps_(entries != 0) {
  if ((entries & (entries - 1)) != 0 || entries > (std::size_t{1} << 20U)) {
    throw InvalidArgumentError("entries", std::to_string(entries),
                               "0, or a power of two up to 1048576");
  }
  if (table.nested() != nullptr) {
    throw InvalidArgumentError("table", "nested itself", "a table without a second stage");
  }
  entries_.resize(keeps_ ? entries : 1);
  mask_ = entries_.size() - 1;
}

const SecondStage::Entry *SecondStage::walk(std::uint64_t gpa, Purpose purpose, Packed &failed,
                                            unsigned &refs) {
  const tlb::Translation walked = table_->walk(gpa, purpose);
  ++stats_.n_walks;
  refs += walked.refs;
  if (walked.fault != tlb::Fault::none) {
    failed = Packed::stopped(walked.fault, walked.level, 0, 2); // its references are in `refs`
    return nullptr;
  }
  const bool keeps = keeps_ && purpose != Purpose::inspect;
  Entry &found = keeps ? entries_[(gpa >> 12U) & mask_] : passing_;
  found.tag = tag(gpa);
  found.host_pa = walked.pa & ~std::uint64_t{4095};
  found.host = memory_->host(found.host_pa, 4096, guestmem::Access::read);
  found.shift = walked.page_shift;
  found.perms = walked.perms;
  return &found;
}

void SecondStage::flush() noexcept {
  ++stats_.n_flushes;
  if (++generation_ == kGenerations) {
    std::ranges::fill(entries_, Entry{});
    generation_ = 1;
  }
}

} // namespace vmperf::mmu
