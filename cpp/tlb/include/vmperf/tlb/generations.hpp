// Which entries of the levels behind the first one are still valid, without looking at any of them.
// An entry carries the context it was filled under; a flush gives its address space a new one.
//
//   context  [ count of contexts handed out : 47 | whose it is : 17 ]   0: a dead entry
//                                                  an ASID, or 65536 for global pages
//
// flush_all and flush_asid are O(1), and as no context is ever handed out twice (47 bits last for
// centuries), nothing has to be cleared. Memory: 8 bytes per ASID up to the largest one in use.
// One thread. The first level's contexts are narrower, and roll over: context.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vmperf::tlb {

/// What a lookup compares: the context of its address space, and that of global pages.
struct Key {
  std::uint64_t own, global;

  [[nodiscard]] bool matches(std::uint64_t context) const noexcept {
    return context == own || context == global;
  }
};

class Generations {
public:
  [[nodiscard]] Key key(std::uint16_t asid) const noexcept {
    const std::uint64_t own = current(asid);
    return {own != 0 ? own : kNobody, global_};
  }

  /// The context to fill under; the first use after a flush hands out a new one.
  [[nodiscard]] std::uint64_t assign(std::uint16_t asid, bool global) {
    if (global) {
      return global_;
    }
    if (asid >= contexts_.size()) {
      contexts_.resize(std::size_t{asid} + 1);
    }
    std::uint64_t &context = contexts_[asid];
    if (context <= flushed_) {
      context = hand_out(asid);
    }
    return context;
  }

  [[nodiscard]] bool is_live(std::uint64_t context) const noexcept {
    const std::uint64_t owner = context & kOwner;
    return context != 0 && (owner == kGlobal ? context == global_ : context == current(owner));
  }

  void flush() noexcept {
    flushed_ = (count_ << kOwnerBits) | kOwner;
    global_ = hand_out(kGlobal);
  }

  /// Global pages stay.
  void flush_asid(std::uint16_t asid) noexcept {
    if (asid < contexts_.size()) {
      contexts_[asid] = 0;
    }
  }

private:
  static constexpr unsigned kOwnerBits = 17;
  static constexpr std::uint64_t kOwner = (1U << kOwnerBits) - 1, kGlobal = 1U << 16U;
  static constexpr std::uint64_t kNobody = ~std::uint64_t{0}; ///< equals no entry's context

  [[nodiscard]] std::uint64_t current(std::uint64_t asid) const noexcept {
    return asid < contexts_.size() && contexts_[asid] > flushed_ ? contexts_[asid] : 0;
  }
  std::uint64_t hand_out(std::uint64_t owner) noexcept { return (++count_ << kOwnerBits) | owner; }

  std::vector<std::uint64_t> contexts_;
  std::uint64_t count_ = 0, flushed_ = 0;
  std::uint64_t global_ = hand_out(kGlobal);
};

} // namespace vmperf::tlb
