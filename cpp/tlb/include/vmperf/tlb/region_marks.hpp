// Which regions of 2 MiB have had a fill since the last flush of all: a mark is the epoch of the
// last one, so that a flush of all clears them by its own new epoch. Regions 1 GiB apart share a
// mark, and epochs come round after 2^32: either only makes a sweep that finds nothing.
//
//   region -> [ epoch | epoch | ... ]   one for each stripe of locks
//
// Whoever fills marks under the lock of his stripe: one who was late, and marks with an epoch that
// is over, hides nothing that another stripe marked. Who asks holds them all. O(1).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vmperf::tlb {

class RegionMarks {
public:
  static constexpr unsigned kRegionShift = 21;
  static constexpr std::size_t kStripes = 8;

  void mark(std::uint64_t va, std::size_t stripe, std::uint64_t epoch) noexcept {
    marks_[slot_of(va)][stripe].store(static_cast<std::uint32_t>(epoch), std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_marked(std::uint64_t va, std::uint64_t epoch) const noexcept {
    bool marked = false;
    for (const auto &mark : marks_[slot_of(va)]) {
      marked |= mark.load(std::memory_order_relaxed) == static_cast<std::uint32_t>(epoch);
    }
    return marked;
  }

private:
  static constexpr std::size_t kSlots = 512;
  static std::size_t slot_of(std::uint64_t va) noexcept { return (va >> kRegionShift) % kSlots; }

  std::array<std::array<std::atomic<std::uint32_t>, kStripes>, kSlots> marks_{};
};

} // namespace vmperf::tlb
