// A TLB of one level with a replacement policy: the model of what hardware has, and the one to take
// where conflicts cost more than the search of a set.
//
//   PolicyTlb<Lru> tlb({.entries = 64, .ways = 4});
//   if (tlb.lookup(va, Access::read, asid) == kMiss) { tlb.fill(va, walk(va), asid); }
//
// Same calls as the wait-free first levels (direct_tlb.hpp), but a hit tells the policy, so that
// one thread owns it. Entries are of 4 KiB: of a larger page it keeps the pieces that were used.
// lookup and fill O(ways), flush and flush_asid O(1), flush_page and flush_range O(pages), at most
// O(entries).
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/policy_array.hpp"

namespace vmperf::tlb {

template <class P> class PolicyTlb {
public:
  explicit PolicyTlb(const Shape &shape, std::uint64_t seed = 0) : array_(live_, shape, seed) {}
  PolicyTlb(const PolicyTlb &) = delete;
  PolicyTlb &operator=(const PolicyTlb &) = delete;
  PolicyTlb(PolicyTlb &&) = delete;
  PolicyTlb &operator=(PolicyTlb &&) = delete;
  ~PolicyTlb() = default;

  std::uint64_t lookup(std::uint64_t va, Access access, std::uint16_t asid) noexcept {
    return array_.lookup(va, va >> shift(), live_.key(asid), access);
  }

  /// `found` is a translation of `va` without a fault.
  void fill(std::uint64_t va, const Translation &found, std::uint16_t asid) {
    const std::uint64_t context = live_.assign(asid, found.global);
    Slot evicted;
    const bool full =
        array_.insert(Slot::of(va >> shift(), context, found, shift()), live_.key(asid), evicted);
    ++fills_;
    evictions_ += full ? 1 : 0;
  }

  void flush() noexcept { live_.flush(); }
  void flush_asid(std::uint16_t asid) noexcept { live_.flush_asid(asid); }
  void flush_page(std::uint64_t va, std::uint64_t size_bytes, std::uint16_t asid) noexcept {
    const std::uint64_t start = va & ~(size_bytes - 1);
    array_.erase_pages(start >> shift(), (start + size_bytes - 1) >> shift(), live_.key(asid));
  }
  /// All pages that touch [lo, hi]: `hi` is the last byte's address.
  void flush_range(std::uint64_t lo, std::uint64_t hi, std::uint16_t asid) noexcept {
    if (lo <= hi) {
      array_.erase_pages(lo >> shift(), hi >> shift(), live_.key(asid));
    }
  }

  [[nodiscard]] std::size_t entries() const noexcept { return array_.shape().entries; }
  [[nodiscard]] std::uint64_t fills() const noexcept { return fills_; }
  [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

private:
  [[nodiscard]] unsigned shift() const noexcept { return array_.shape().page_shift; }

  Generations live_;
  PolicyArray<P> array_;
  std::uint64_t fills_ = 0, evictions_ = 0;
};

} // namespace vmperf::tlb
