// Text from outside, made fit to be shown: words of a library, an exception, a declaration.
//
// They need not be UTF-8, may be cut inside a letter by a fixed buffer, and may hold what colours a
// terminal. Letters pass as they are (Unicode 15, table 3-7: whole and in shortest form), line
// breaks and tabs too; every other byte becomes an escape such as \xe9, so that nothing is lost and
// every reader can decode what it gets. O(n). Thread-safe: pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace vmperf {

/// How many bytes of a whole letter stand at the front; 0 = none.
constexpr std::size_t letter_bytes(std::string_view rest) noexcept {
  const auto at = [rest](std::size_t i) {
    return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U;
  };
  const auto tail = [at](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned first = at(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return tail(1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = tail(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = tail(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

/// The text with escapes in place of what cannot be shown.
inline std::string shown(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const bool control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
    const std::size_t letter = control ? 0 : letter_bytes(text);
    if (letter == 0) {
      out += {'\\', 'x', kDigits[first >> 4U], kDigits[first & 0xFU]};
    } else {
      out += text.substr(0, letter);
    }
    text.remove_prefix(std::max<std::size_t>(letter, 1));
  }
  return out;
}

} // namespace vmperf
