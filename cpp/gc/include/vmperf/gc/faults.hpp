// Faults that a build with VMPERF_GC_FAULTS can switch on, to prove that the verifier finds them:
// a barrier that forgets, a slot that a collection skips, a store that marking in slices is not
// told of, stolen work that is dropped, a pin that evacuation overlooks. Without that macro all of
// it is nothing.
// For tests: one thread sets, before the heap is used; any number of workers count.
#pragma once

#ifdef VMPERF_GC_FAULTS
#include <atomic>
#endif

namespace vmperf::gc {

/// Whether indexes are asserted.
#if defined(VMPERF_GC_FAULTS) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kChecked = true;
#else
inline constexpr bool kChecked = false;
#endif

#ifdef VMPERF_GC_FAULTS
struct Faults {
  unsigned drop_barrier = 0;  ///< every so manyth store is not remembered; 0 = none
  unsigned skip_slot = 0;     ///< every so manyth slot is not traced; 0 = none
  unsigned drop_shade = 0;    ///< every so manyth reference written while marking is not marked
  unsigned drop_steal = 0;    ///< every so manyth item that a marking worker stole is dropped
  bool overlook_pins = false; ///< evacuation moves what is pinned, too
  std::atomic<unsigned> stores{0}, slots{0}, shades{0}, steals{0};

  /// Whether this is one of every `n`; `n` = 0: none.
  static bool due(unsigned n, std::atomic<unsigned> &seen) noexcept {
    return n != 0 && (seen.fetch_add(1, std::memory_order_relaxed) + 1) % n == 0;
  }
};
inline Faults faults;

[[nodiscard]] inline bool dropped_barrier() noexcept {
  return Faults::due(faults.drop_barrier, faults.stores);
}
[[nodiscard]] inline bool skipped_slot() noexcept {
  return Faults::due(faults.skip_slot, faults.slots);
}
[[nodiscard]] inline bool dropped_shade() noexcept {
  return Faults::due(faults.drop_shade, faults.shades);
}
[[nodiscard]] inline bool dropped_steal() noexcept {
  return Faults::due(faults.drop_steal, faults.steals);
}
[[nodiscard]] inline bool overlooked_pins() noexcept {
  return faults.overlook_pins;
}
#else
[[nodiscard]] constexpr bool dropped_barrier() noexcept {
  return false;
}
[[nodiscard]] constexpr bool skipped_slot() noexcept {
  return false;
}
[[nodiscard]] constexpr bool dropped_shade() noexcept {
  return false;
}
[[nodiscard]] constexpr bool dropped_steal() noexcept {
  return false;
}
[[nodiscard]] constexpr bool overlooked_pins() noexcept {
  return false;
}
#endif

} // namespace vmperf::gc
