// Faults that a build with VMPERF_GC_FAULTS can switch on, to prove that the verifier finds them:
// a barrier that forgets, a slot that a collection skips, a store that marking in slices is not
// told of. Without that macro all of it is nothing.
// For tests: one thread sets, before the heap is used.
#pragma once

namespace vmperf::gc {

/// Whether indexes are asserted.
#if defined(VMPERF_GC_FAULTS) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kChecked = true;
#else
inline constexpr bool kChecked = false;
#endif

#ifdef VMPERF_GC_FAULTS
struct Faults {
  unsigned drop_barrier = 0; ///< every so manyth store is not remembered; 0 = none
  unsigned skip_slot = 0;    ///< every so manyth slot is not traced; 0 = none
  unsigned drop_shade = 0;   ///< every so manyth reference written while marking is not marked
  unsigned stores = 0, slots = 0, shades = 0;
};
inline Faults faults;

[[nodiscard]] inline bool dropped_barrier() noexcept {
  return faults.drop_barrier != 0 && ++faults.stores % faults.drop_barrier == 0;
}
[[nodiscard]] inline bool skipped_slot() noexcept {
  return faults.skip_slot != 0 && ++faults.slots % faults.skip_slot == 0;
}
[[nodiscard]] inline bool dropped_shade() noexcept {
  return faults.drop_shade != 0 && ++faults.shades % faults.drop_shade == 0;
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
#endif

} // namespace vmperf::gc
