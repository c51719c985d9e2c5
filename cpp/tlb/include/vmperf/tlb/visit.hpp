// std::visit without its exception: for variants that are assigned once and so always hold a value.
// A chain of comparisons, O(alternatives), which compilers turn into a jump. Thread-safe.
#pragma once

#include <cstddef>
#include <type_traits>
#include <variant>

namespace vmperf::tlb {

template <std::size_t kAt = 0, class Variant, class Work>
decltype(auto) visit_held(Variant &variant, Work &&work) noexcept {
  if constexpr (kAt + 1 < std::variant_size_v<std::remove_cv_t<Variant>>) {
    if (variant.index() != kAt) {
      return visit_held<kAt + 1>(variant, work);
    }
  }
  return work(*std::get_if<kAt>(&variant));
}

} // namespace vmperf::tlb
