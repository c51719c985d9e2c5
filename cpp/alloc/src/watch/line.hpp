// A line of JSON in a buffer of its own: what does not fit is cut, and the line says so by being
// left out whole. Allocates nothing.
#pragma once

#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace vmperf::alloc::watch {

class Line {
public:
  void put(std::string_view text) noexcept {
    if (text.size() <= text_.size() - size_) {
      size_ += text.copy(text_.data() + size_, text.size());
    } else {
      whole_ = false;
    }
  }

  void put(std::int64_t number) noexcept {
    std::array<char, 24> digits{};
    const int n = std::snprintf(digits.data(), digits.size(), "%" PRId64, number);
    put(std::string_view(digits.data(), static_cast<std::size_t>(n)));
  }

  /// `"text"`, escaped; bytes above 127 are kept, as they are UTF-8 or the reader replaces them.
  void quote(std::string_view text) noexcept {
    put("\"");
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      std::array<char, 8> escaped{};
      if (c == '"' || c == '\\') {
        put("\\");
        put(std::string_view(&c, 1));
      } else if (byte < 0x20) {
        std::snprintf(escaped.data(), escaped.size(), "\\u%04x", unsigned{byte});
        put(escaped.data());
      } else {
        put(std::string_view(&c, 1));
      }
    }
    put("\"");
  }

  /// `,"name":"text"`.
  void field(std::string_view name, std::string_view text) noexcept {
    begin(name);
    quote(text);
  }

  /// `,"name":number`, or null for one below 0.
  void field(std::string_view name, std::int64_t number) noexcept {
    begin(name);
    if (number < 0) {
      put("null");
    } else {
      put(number);
    }
  }

  void begin(std::string_view name) noexcept {
    put(",\"");
    put(name);
    put("\":");
  }

  [[nodiscard]] std::string_view text() const noexcept {
    return whole_ ? std::string_view(text_.data(), size_) : std::string_view{};
  }

private:
  std::array<char, 16384> text_{};
  std::size_t size_ = 0;
  bool whole_ = true;
};

} // namespace vmperf::alloc::watch
