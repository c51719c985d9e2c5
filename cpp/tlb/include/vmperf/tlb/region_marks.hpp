// Which regions of 2 MiB have had a fill since the last flush of all: a mark is the epoch of the
// last one, so that a flush of all clears them by its own new epoch. Regions 8 GiB apart share a
// mark, and epochs come round after 2^32: either only makes a sweep that finds nothing.
// O(1); marks are written under a table's locks and read by who holds them.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vmperf::tlb {

class RegionMarks {
public:
  static constexpr unsigned kRegionShift = 21;

  void mark(std::uint64_t va, std::uint64_t epoch) noexcept {
    at(va).store(static_cast<std::uint32_t>(epoch), std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_marked(std::uint64_t va, std::uint64_t epoch) const noexcept {
    return marks_[slot_of(va)].load(std::memory_order_relaxed) == static_cast<std::uint32_t>(epoch);
  }

private:
  static constexpr std::size_t kMarks = 4096;
  static std::size_t slot_of(std::uint64_t va) noexcept { return (va >> kRegionShift) % kMarks; }
  std::atomic<std::uint32_t> &at(std::uint64_t va) noexcept { return marks_[slot_of(va)]; }

  std::array<std::atomic<std::uint32_t>, kMarks> marks_{};
};

} // namespace vmperf::tlb
