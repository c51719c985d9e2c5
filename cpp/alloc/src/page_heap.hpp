// PageHeap: spans of units of 64 KiB in one arena, with coalescing; knows which units are zero.
//
//   spans_    one entry a unit; of a free span the first and the last count: { length, free }
//   bins_     free spans by length: exact to 16 units, then four per doubling; a bitmap of bins
//   stamps_   one byte a unit: 0 = reads as zero, else the tick at which it was freed
//   fresh_    units from here on were never handed out
//
// allocate, free: O(1) but for a bin's own list, of which 8 spans are tried; purge: O(free units).
// Under its owner's lock; allocates nothing. Sources: Masmano and others, TLSF, ECRTS 2004 (bins
// and bitmap); Knuth, TAOCP 1, 2.5 (boundary tags).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vmperf::alloc {

class PageHeap {
public:
  struct Span { // four words
    std::uint32_t length, previous, next;
    std::uint32_t free; // of the first and the last unit of a free span
  };
  static constexpr std::uint32_t kNone = 0; // unit 0 is never handed out

  void init(std::byte *base, std::uint32_t n_units, Span *spans, std::uint8_t *stamps) noexcept;

  /// The first unit of a span, kNone where there is none. `zero`: all of it reads as zero.
  std::uint32_t allocate(std::uint32_t n, bool &zero) noexcept;
  /// The same, the unit's address a multiple of `alignment` (a power of two of at least a unit).
  std::uint32_t allocate_aligned(std::uint32_t n, std::size_t alignment, bool &zero) noexcept;
  void free(std::uint32_t unit, std::uint32_t n, std::uint8_t tick) noexcept;
  /// Makes a span longer where the units behind it are free.
  bool extend(std::uint32_t unit, std::uint32_t n, std::uint32_t more) noexcept;

  /// Gives free units back that were freed `age` ticks before `tick` or earlier (0: all), at
  /// most so many bytes; returns how many.
  std::size_t purge(std::uint8_t tick, unsigned age, std::size_t most_bytes) noexcept;

  /// Units from it on were never handed out.
  [[nodiscard]] std::uint32_t fresh() const noexcept { return fresh_; }
  /// The length of the free span that begins there, else 0.
  [[nodiscard]] std::uint32_t free_length(std::uint32_t unit) const noexcept {
    return spans_[unit].free != 0 ? spans_[unit].length : 0;
  }
  [[nodiscard]] std::uint64_t free_units() const noexcept { return free_units_; }
  [[nodiscard]] std::uint64_t purged_bytes() const noexcept { return purged_bytes_; }

  static constexpr unsigned kTicks = 255; ///< ticks are 1 to 255, in a circle

private:
  static unsigned bin_of(std::uint32_t n) noexcept;
  void link(std::uint32_t unit, std::uint32_t n) noexcept;
  void unlink(std::uint32_t unit) noexcept;
  [[nodiscard]] std::uint32_t find(std::uint32_t n) const noexcept;
  std::uint32_t take_fresh(std::uint32_t n) noexcept;
  std::uint32_t carve(std::uint32_t unit, std::uint32_t skip, std::uint32_t n) noexcept;
  [[nodiscard]] bool is_zero(std::uint32_t unit, std::uint32_t n) const noexcept;
  std::size_t purge_span(std::uint32_t unit, std::uint8_t tick, unsigned age) noexcept;

  static constexpr unsigned kBins = 128;

  std::byte *base_ = nullptr;
  Span *spans_ = nullptr;
  std::uint8_t *stamps_ = nullptr;
  std::uint32_t n_units_ = 0, fresh_ = 1;
  std::uint64_t free_units_ = 0, purged_bytes_ = 0;
  std::array<std::uint64_t, kBins / 64> filled_{};
  std::array<std::uint32_t, kBins> bins_{};
};

} // namespace vmperf::alloc
