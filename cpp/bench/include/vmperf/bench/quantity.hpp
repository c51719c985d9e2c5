// What a benchmark says beside its time, as it is declared: metrics (one number), distributions (a
// histogram of many), series (y over x) and tables (records). Names are identifiers, unique within
// a benchmark, since they become columns, variables and keys of claims. Plain data; what is
// delivered under these names is report.hpp's matter.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "vmperf/base/error.hpp"

namespace vmperf::bench {

enum class Better : std::uint8_t { lower, higher, neither };

/// How often a metric is delivered: once per placement of buffers, or with every sample.
enum class Scope : std::uint8_t { once, sample };

/// What the values of several placements and processes come to.
enum class Merge : std::uint8_t { mean, sum, min, max, last };

struct MetricSpec {
  std::string name, unit;
  Better better = Better::neither;
  Scope scope = Scope::once;
  Merge merge = Merge::mean;
};

struct DistributionSpec {
  std::string name, unit;
  Better better = Better::lower;
};

struct SeriesSpec {
  std::string name, x_unit, y_unit;
};

struct Column {
  std::string name, unit;
};

struct TableSpec {
  std::string name;
  std::vector<Column> columns;
};

/// Everything that one benchmark declares.
struct Quantities {
  std::vector<MetricSpec> metrics;
  std::vector<DistributionSpec> distributions;
  std::vector<SeriesSpec> series;
  std::vector<TableSpec> tables;
};

/// The distribution that a latency benchmark fills by itself: nanoseconds of every op alone.
inline constexpr const char *kLatency = "latency";

/// What every case says without being asked, one value per placement. Memory is the whole
/// process's: of one design alone only where the benchmark is isolated.
[[nodiscard]] inline const std::vector<MetricSpec> &built_in_metrics() {
  static const std::vector<MetricSpec> all{
      {"rss_before_bytes", "B", Better::lower, Scope::once, Merge::mean},
      {"rss_peak_bytes", "B", Better::lower, Scope::once, Merge::max},
      {"rss_after_bytes", "B", Better::lower, Scope::once, Merge::mean},
      {"page_faults", "1", Better::lower, Scope::once, Merge::sum},
      {"cpu_ratio", "1", Better::neither, Scope::once, Merge::mean},
      {"threads", "1", Better::neither, Scope::once, Merge::max},
  };
  return all;
}

// The members of each kind of declaration, of all of them: a binding of too few does not compile.
template <class S, class Spec>
concept Is = std::same_as<std::remove_const_t<S>, Spec>;

template <Is<MetricSpec> S> auto members_of(S &spec) {
  auto &[name, unit, better, scope, merge] = spec;
  return std::tie(name, unit, better, scope, merge);
}
template <Is<DistributionSpec> S> auto members_of(S &spec) {
  auto &[name, unit, better] = spec;
  return std::tie(name, unit, better);
}
template <Is<SeriesSpec> S> auto members_of(S &spec) {
  auto &[name, x_unit, y_unit] = spec;
  return std::tie(name, x_unit, y_unit);
}
template <Is<Column> S> auto members_of(S &spec) {
  auto &[name, unit] = spec;
  return std::tie(name, unit);
}
template <Is<TableSpec> S> auto members_of(S &spec) {
  auto &[name, columns] = spec;
  return std::tie(name, columns);
}
template <Is<Quantities> S> auto members_of(S &all) {
  auto &[metrics, distributions, series, tables] = all;
  return std::tie(metrics, distributions, series, tables);
}

namespace detail {

template <class T> const T *find_spec(const std::vector<T> &all, std::string_view name) noexcept {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

template <class T> void append_names(const std::vector<T> &all, std::string &names) {
  for (const T &one : all) {
    names += (names.empty() ? "" : ", ") + one.name;
  }
}

inline bool is_identifier(std::string_view name) noexcept {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, fits);
}

/// What has columns of its own in every row already, or would be read as such.
inline constexpr std::array kReservedNames{
    "id",         "design", "params",     "process", "sample",   "status", "reason",  "version",
    "iterations", "flags",  "percentile", "seed",    "ns_total", "point",  "core_hz", "time",
    "x",          "y",      "ns_per_op",  "samples", "ns",       "cycles", "null"};

inline bool is_reserved_name(std::string_view name) noexcept {
  return std::ranges::find(kReservedNames, name) != kReservedNames.end();
}

inline void check_quantity_name(const Quantities &known, const std::string &name) {
  if (!is_identifier(name)) {
    throw InvalidArgumentError("name of a quantity", "'" + name + "'",
                               "lower-case letters, digits and _, a letter first");
  }
  const bool taken =
      find_spec(known.metrics, name) != nullptr ||
      find_spec(known.distributions, name) != nullptr || find_spec(known.series, name) != nullptr ||
      find_spec(known.tables, name) != nullptr || find_spec(built_in_metrics(), name) != nullptr ||
      name == kLatency || name == "placement" || is_reserved_name(name);
  if (taken) {
    throw InvalidArgumentError("name of a quantity", "'" + name + "'",
                               "a name that is neither reserved nor declared already");
  }
}

} // namespace detail

[[nodiscard]] inline std::string_view to_text(Better better) noexcept {
  constexpr std::array<std::string_view, 3> kTexts{"lower", "higher", "neither"};
  return kTexts.at(static_cast<std::size_t>(better));
}
[[nodiscard]] inline std::string_view to_text(Scope scope) noexcept {
  return scope == Scope::once ? "case" : "sample";
}
[[nodiscard]] inline std::string_view to_text(Merge merge) noexcept {
  constexpr std::array<std::string_view, 5> kTexts{"mean", "sum", "min", "max", "last"};
  return kTexts.at(static_cast<std::size_t>(merge));
}

} // namespace vmperf::bench
