// What StackPool counts per operation: nothing, or the totals. All other figures follow from the
// state of the pool, so that totals are the only ones that cost anything: a load, an add and a
// store per operation, which a pair of two cycles feels. O(1); a value is one owner's.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vmperf::pool {

/// The default: no operation counts anything.
struct DerivedStats {
  static void on_allocate(std::size_t /*n*/) noexcept {}
  static void on_deallocate(std::size_t /*n*/) noexcept {}
};

/// Totals since the pool was made; a leased slot counts on both sides.
struct CountedStats {
  std::uint64_t n_allocated = 0;
  std::uint64_t n_deallocated = 0;

  bool operator==(const CountedStats &) const = default;
  [[gnu::always_inline]] void on_allocate(std::size_t n) noexcept { n_allocated += n; }
  [[gnu::always_inline]] void on_deallocate(std::size_t n) noexcept { n_deallocated += n; }
};

} // namespace vmperf::pool
