#include "vmperf/tlb/second_level.hpp"

#include <algorithm>

namespace vmperf::tlb {

SecondLevel::SecondLevel(const Generations &live, std::span<const Shape> shapes, Policy policy,
                         std::uint64_t seed) {
  arrays_.reserve(shapes.size());
  for (const Shape &shape : shapes) {
    arrays_.emplace_back(live, shape, policy, seed++);
  }
}

bool SecondLevel::lookup(std::uint64_t va, Key key, Access access, Slot &piece) noexcept {
  for (AnyPolicyArray &array : arrays_) {
    const unsigned shift = array.shape().page_shift;
    Slot whole;
    if (array.lookup(va >> shift, key, access, whole)) {
      constexpr std::uint64_t kFlags = (std::uint64_t{1} << kPageShift) - 1;
      const std::uint64_t frame = whole.pa(va, shift) & ~kFlags;
      piece = {va >> kPageShift, whole.context, frame | (whole.data & kFlags)};
      return true;
    }
  }
  return false;
}

bool SecondLevel::holds(std::uint64_t va, Key key) const noexcept {
  return std::ranges::any_of(arrays_, [&](const AnyPolicyArray &array) {
    return array.has(va >> array.shape().page_shift, key, kAnyPerm);
  });
}

void SecondLevel::insert(std::uint64_t va, const Translation &found, std::uint64_t context,
                         Key key) noexcept {
  for (AnyPolicyArray &array : arrays_) {
    const unsigned shift = array.shape().page_shift;
    if (shift == found.page_shift) {
      Slot evicted;
      const bool full = array.insert(Slot::of(va >> shift, context, found, shift), key, evicted);
      evictions_ += full ? 1 : 0;
    }
  }
}

void SecondLevel::erase_range(std::uint64_t first_va, std::uint64_t last_va, Key key) noexcept {
  for (AnyPolicyArray &array : arrays_) {
    const unsigned shift = array.shape().page_shift;
    array.erase_pages(first_va >> shift, last_va >> shift, key);
  }
}

} // namespace vmperf::tlb
