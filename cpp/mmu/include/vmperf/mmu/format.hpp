// The formats of page tables, by name and to the compiler.
//
//   name          levels  virtual  physical  large pages that map() makes
//   x86-64-4         4       48       52       2 MiB, 1 GiB
//   x86-64-5         5       57       52       2 MiB, 1 GiB
//   sv39 sv48 sv57   3 4 5   39 48 57 56       2 MiB, 1 GiB
//   aarch64-4k       4       48       48       2 MiB, 1 GiB
//
// visit_format(format, f) calls f<F>() with the format's class, so that what f instantiates knows
// every shift and mask. O(1). Stateless.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "vmperf/mmu/format_aarch64.hpp"
#include "vmperf/mmu/format_riscv.hpp"
#include "vmperf/mmu/format_x86.hpp"

namespace vmperf::mmu {

enum class Format : std::uint8_t { x86_64_4, x86_64_5, sv39, sv48, sv57, aarch64_4k };

inline constexpr std::array<std::string_view, 6> kFormatNames = {
    "x86-64-4", "x86-64-5", "sv39", "sv48", "sv57", "aarch64-4k"};

[[nodiscard]] constexpr std::string_view name_of(Format format) noexcept {
  return kFormatNames[static_cast<std::size_t>(format)];
}
/// InvalidArgumentError with the names there are.
[[nodiscard]] Format format_of(std::string_view name);

/// f.template operator()<F>() for the format's class F.
template <class Visitor> decltype(auto) visit_format(Format format, Visitor &&f) {
  switch (format) {
  case Format::x86_64_4:
    return f.template operator()<X86_64_4>();
  case Format::x86_64_5:
    return f.template operator()<X86_64_5>();
  case Format::sv39:
    return f.template operator()<Sv39>();
  case Format::sv48:
    return f.template operator()<Sv48>();
  case Format::sv57:
    return f.template operator()<Sv57>();
  case Format::aarch64_4k:
    break;
  }
  return f.template operator()<AArch64>();
}

/// "rwxugad" in any order, each once: InvalidArgumentError for anything else.
[[nodiscard]] std::uint32_t flags_of(std::string_view letters);

} // namespace vmperf::mmu
