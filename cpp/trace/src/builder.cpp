#include "vmperf/trace/builder.hpp"

#include <algorithm>
#include <limits>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"

namespace vmperf::trace {
namespace {

constexpr std::size_t kFirstEntries = 1024;

} // namespace

LiveTable::LiveTable() : entries_(kFirstEntries, Entry{0, kNone}), mask_(kFirstEntries - 1) {}

std::size_t LiveTable::home(std::uint64_t address) const noexcept {
  return mix64(address) & mask_;
}

std::uint32_t LiveTable::take(std::uint64_t address) noexcept {
  std::size_t at = home(address);
  while (entries_[at].slot != kNone && entries_[at].address != address) {
    at = (at + 1) & mask_;
  }
  const std::uint32_t slot = entries_[at].slot;
  if (slot == kNone) {
    return kNone;
  }
  --size_;
  // Whoever stands behind and would be looked for from the hole or before it moves into the hole.
  for (std::size_t next = (at + 1) & mask_; entries_[next].slot != kNone;
       next = (next + 1) & mask_) {
    const std::size_t from = home(entries_[next].address);
    if (((next - from) & mask_) >= ((next - at) & mask_)) {
      entries_[at] = entries_[next];
      at = next;
    }
  }
  entries_[at].slot = kNone;
  return slot;
}

void LiveTable::put(std::uint64_t address, std::uint32_t slot) {
  if (2 * (size_ + 1) > entries_.size()) {
    grow();
  }
  std::size_t at = home(address);
  while (entries_[at].slot != kNone) {
    at = (at + 1) & mask_;
  }
  entries_[at] = {address, slot};
  ++size_;
}

void LiveTable::grow() {
  std::vector<Entry> old(2 * entries_.size(), Entry{0, kNone});
  old.swap(entries_);
  mask_ = entries_.size() - 1;
  size_ = 0;
  for (const Entry &entry : old) {
    if (entry.slot != kNone) {
      put(entry.address, entry.slot);
    }
  }
}

std::uint32_t Slots::take() {
  if (free_.empty()) {
    if (count_ == LiveTable::kNone - 1) {
      throw CapacityError("live blocks of a trace", count_, count_);
    }
    return count_++;
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

std::uint32_t Builder::index_of(std::uint64_t thread) {
  if (last_index_ != LiveTable::kNone && thread == last_thread_) {
    return last_index_;
  }
  std::uint32_t index = thread_index_.take(thread);
  if (index == LiveTable::kNone) {
    index = n_threads();
    threads_.push_back({thread, LiveTable::kNone});
  }
  thread_index_.put(thread, index);
  last_thread_ = thread;
  last_index_ = index;
  return index;
}

void Builder::add(Kind kind, std::uint64_t time_ns, std::uint64_t thread, std::uint32_t slot,
                  std::uint64_t size_bytes, unsigned alignment_log2) {
  last_ns_ = std::max(last_ns_, time_ns);
  ops_->push_back({.time_ns = last_ns_,
                   .size_bytes = size_bytes,
                   .slot = slot,
                   .thread = index_of(thread),
                   .kind = kind,
                   .alignment_log2 = static_cast<std::uint8_t>(alignment_log2)});
}

// A free that nobody saw: the address is another block's now.
void Builder::forget(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address) {
  if (const std::uint32_t old = live_.take(address); old != LiveTable::kNone) {
    ++header_->lost_frees;
    add(Kind::free, time_ns, thread, old, 0);
    slots_.give(old);
  }
}

void Builder::allocate(Kind kind, std::uint64_t time_ns, std::uint64_t thread,
                       std::uint64_t address, std::uint64_t size_bytes, unsigned alignment_log2) {
  forget(time_ns, thread, address);
  const std::uint32_t slot = slots_.take();
  live_.put(address, slot);
  add(kind, time_ns, thread, slot, size_bytes, alignment_log2);
}

void Builder::free(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address) {
  const std::uint32_t slot = live_.take(address);
  if (slot == LiveTable::kNone) {
    ++header_->unmatched_frees;
    return;
  }
  add(Kind::free, time_ns, thread, slot, 0);
  slots_.give(slot);
}

void Builder::reallocate(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t old_address,
                         std::uint64_t address, std::uint64_t size_bytes) {
  release(thread, old_address);
  renew(time_ns, thread, address, size_bytes);
}

void Builder::release(std::uint64_t thread, std::uint64_t address) {
  threads_[index_of(thread)].pending = live_.take(address);
}

void Builder::renew(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address,
                    std::uint64_t size_bytes) {
  std::uint32_t &pending = threads_[index_of(thread)].pending;
  const std::uint32_t slot = pending;
  if (slot == LiveTable::kNone) {
    ++header_->unmatched_reallocs;
    allocate(Kind::malloc, time_ns, thread, address, size_bytes);
    return;
  }
  pending = LiveTable::kNone;
  forget(time_ns, thread, address);
  live_.put(address, slot);
  add(Kind::realloc, time_ns, thread, slot, size_bytes);
}

void Builder::keep(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address) {
  std::uint32_t &pending = threads_[index_of(thread)].pending;
  if (pending != LiveTable::kNone) {
    forget(time_ns, thread, address);
    live_.put(address, pending);
    pending = LiveTable::kNone;
  }
}

} // namespace vmperf::trace
