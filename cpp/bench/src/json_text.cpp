#include "json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace vmperf::bench {
namespace {

template <class T> std::string number(T value) {
  std::array<char, 40> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

// How many bytes of a whole, shortest-form UTF-8 letter stand here; 0 = none (Unicode 15, table
// 3-7).
std::size_t letter_bytes(std::string_view rest) {
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

std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t n = letter_bytes(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (n == 0) {
      out += "\xEF\xBF\xBD";
    } else if (first < 0x20) {
      std::array<char, 8> escape{};
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): a literal format
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(first));
      out += escape.data();
    } else {
      out += first == '"' || first == '\\' ? "\\" : "";
      out += text.substr(0, n);
    }
    text.remove_prefix(std::max<std::size_t>(n, 1));
  }
  return out + '"';
}

} // namespace

std::string json_text(const Value &value) {
  if (const auto *integer = std::get_if<std::int64_t>(&value)) {
    return number(*integer);
  }
  if (const auto *real = std::get_if<double>(&value)) {
    return std::isfinite(*real) ? number(*real) : "null";
  }
  return quoted(std::get<std::string>(value));
}

} // namespace vmperf::bench
