// The parameters of a case: axis name -> value. Plain values, ordered by name so that two equal
// sets print and hash alike. Lookup O(log axes); never used inside a timed loop.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "vmperf/base/error.hpp"

namespace vmperf::bench {

using Value = std::variant<std::int64_t, double, std::string>;

/// The text of a value as the command line takes it.
[[nodiscard]] std::string to_text(const Value &value);

class Params {
public:
  Params() = default;
  void set(std::string name, Value value) { values_.insert_or_assign(std::move(name), value); }

  /// The value of an axis; InvalidArgumentError where there is none or it has another type.
  [[nodiscard]] std::int64_t get_int(std::string_view name) const;
  [[nodiscard]] double get_double(std::string_view name) const;
  [[nodiscard]] const std::string &get_string(std::string_view name) const;

  /// A non-negative integer as a size; InvalidArgumentError below `least`.
  [[nodiscard]] std::size_t get_size(std::string_view name, std::size_t least = 0) const;

  [[nodiscard]] const std::map<std::string, Value, std::less<>> &values() const noexcept {
    return values_;
  }

private:
  std::map<std::string, Value, std::less<>> values_;
};

} // namespace vmperf::bench

#include "vmperf/bench/params.inl"
