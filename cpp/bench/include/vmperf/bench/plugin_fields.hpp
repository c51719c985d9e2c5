// Declarations as flat rows of plain C values and back. Both sides go through each_field() and
// members_of(), the one description of what can be declared; a count stands before each list.
// Reading checks kinds and ends, since a library's bytes are not to be trusted.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/plugin.h"
#include "vmperf/bench/registry.hpp"

namespace vmperf::bench::plugin {

inline Value to_value(const vmperf_value &value) {
  if (value.kind == VMPERF_INT) {
    return value.integer;
  }
  return value.kind == VMPERF_DOUBLE ? Value{value.real} : Value{std::string(value.text)};
}

/// The text stays the value's own.
inline vmperf_value to_c(const Value &value) {
  if (const auto *integer = std::get_if<std::int64_t>(&value)) {
    return {VMPERF_INT, *integer, 0, ""};
  }
  if (const auto *real = std::get_if<double>(&value)) {
    return {VMPERF_DOUBLE, 0, *real, ""};
  }
  return {VMPERF_TEXT, 0, 0, std::get<std::string>(value).c_str()};
}

template <class T>
concept HasMembers = requires(T &value) { members_of(value); };

/// Appends values to a row.
class Writer {
public:
  explicit Writer(std::vector<vmperf_value> &row) : row_(row) {}

  void put(const std::string &text) { row_.push_back({VMPERF_TEXT, 0, 0, text.c_str()}); }
  void put(const Value &value) { row_.push_back(to_c(value)); }
  template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void put(T value) {
    row_.push_back({VMPERF_INT, static_cast<std::int64_t>(value), 0, ""});
  }
  template <class T> void put(const std::vector<T> &all) {
    put(all.size());
    for (const T &one : all) {
      put(one);
    }
  }
  template <HasMembers T> void put(const T &value) {
    std::apply([this](const auto &...member) { (this->put(member), ...); }, members_of(value));
  }

private:
  std::vector<vmperf_value> &row_;
};

/// Takes them off again, in the same order.
class Reader {
public:
  Reader(std::string name, std::span<const vmperf_value> row) : name_(std::move(name)), row_(row) {}

  void take(std::string &text) { text = next(VMPERF_TEXT).text; }
  void take(Value &value) { value = to_value(next(kAnyKind)); }
  template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void take(T &value) {
    value = static_cast<T>(next(VMPERF_INT).integer);
  }
  template <class T> void take(std::vector<T> &all) {
    const std::int64_t n = next(VMPERF_INT).integer;
    if (n < 0 || static_cast<std::uint64_t>(n) > row_.size()) { // each takes one value or more
      refuse("a list of " + std::to_string(n));
    }
    all.clear();
    for (std::int64_t i = 0; i < n; ++i) {
      take(all.emplace_back());
    }
  }
  template <HasMembers T> void take(T &value) {
    std::apply([this](auto &...member) { (this->take(member), ...); }, members_of(value));
  }
  void require_end() const {
    if (!row_.empty()) {
      refuse("with " + std::to_string(row_.size()) + " values too many");
    }
  }

private:
  static constexpr int kAnyKind = -1;

  const vmperf_value &next(int kind) {
    if (row_.empty()) {
      refuse("too short");
    }
    const vmperf_value &value = row_.front();
    const bool known = value.kind == VMPERF_INT || value.kind == VMPERF_DOUBLE ||
                       (value.kind == VMPERF_TEXT && value.text != nullptr);
    if (!known || (kind != kAnyKind && value.kind != kind)) {
      refuse("with a value of kind " + std::to_string(value.kind));
    }
    row_ = row_.subspan(1);
    return value;
  }
  [[noreturn]] void refuse(const std::string &what) const {
    throw InvalidArgumentError("field '" + name_ + "' of a library", what,
                               "the row that plugin_fields.hpp describes");
  }

  std::string name_;
  std::span<const vmperf_value> row_;
};

/// All fields of a benchmark or a design. Texts are those of `declared`, which must outlive it.
class Description {
public:
  template <class T> explicit Description(const T &declared) {
    T::each_field(declared, [this](const char *name, const auto &member) {
      auto &row = rows_.emplace_back();
      Writer(row).put(member);
      fields_.push_back({name, row.data(), row.size()});
    });
  }
  Description(const Description &) = delete;
  Description &operator=(const Description &) = delete;
  Description(Description &&) = delete;
  Description &operator=(Description &&) = delete;
  ~Description() = default;

  [[nodiscard]] vmperf_description c() const noexcept { return {fields_.data(), fields_.size()}; }

private:
  std::deque<std::vector<vmperf_value>> rows_; // a deque: its elements stay where they are
  std::vector<vmperf_field> fields_;
};

/// Fills what is declared from its fields; one that is missing is an error.
template <class T> void read_fields(const vmperf_description &description, T &declared) {
  const std::span fields(description.fields, description.n_fields);
  T::each_field(declared, [fields](const char *name, auto &member) {
    const auto found = std::ranges::find_if(
        fields, [name](const vmperf_field &field) { return std::string_view(field.name) == name; });
    if (found == fields.end()) {
      throw InvalidArgumentError("fields of a library", "without '" + std::string(name) + "'",
                                 "all that this interface has");
    }
    Reader reader(name, {found->values, found->n_values});
    reader.take(member);
    reader.require_end();
  });
}

} // namespace vmperf::bench::plugin
