#include "json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "vmperf/base/text.hpp"

namespace vmperf::bench {
namespace {

template <class T> std::string number(T value) {
  std::array<char, 40> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
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
