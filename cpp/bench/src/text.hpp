// Reasons and notes with numbers in them: printf's formats into a std::string, cut at 240 bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace vmperf::bench {

template <class... Numbers> std::string text(const char *format, Numbers... numbers) {
  std::array<char, 240> out{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): formats are literals of the callers
  const int n = std::snprintf(out.data(), out.size(), format, numbers...);
  return {out.data(), std::min(static_cast<std::size_t>(std::max(n, 0)), out.size() - 1)};
}

} // namespace vmperf::bench
