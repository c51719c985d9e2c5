#include "collector.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "json_text.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/ordered_ticks.hpp"

namespace vmperf::bench {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Not InvalidArgumentError, which is the caller's mistake: this one is the benchmark's.
template <class T>
const T &declared(const std::vector<T> &all, std::string_view kind, std::string_view name) {
  const T *found = detail::find_spec(all, name);
  if (found == nullptr) {
    std::string names;
    detail::append_names(all, names);
    throw VmperfError("report of an undeclared " + std::string(kind) + " '" + std::string(name) +
                      "'; declared: " + (names.empty() ? "none" : names));
  }
  return *found;
}

std::vector<std::byte> as_bytes(std::span<const double> a, std::span<const double> b = {}) {
  std::vector<std::byte> bytes((a.size() + b.size()) * sizeof(double));
  if (!a.empty()) {
    std::memcpy(bytes.data(), a.data(), a.size_bytes());
  }
  if (!b.empty()) {
    std::memcpy(bytes.data() + a.size_bytes(), b.data(), b.size_bytes());
  }
  return bytes;
}

std::vector<std::byte> as_bytes(std::string_view text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

} // namespace

Collector::Collector(const Benchmark &benchmark)
    : declared_(benchmark.quantities()),
      wants_samples_(std::ranges::any_of(
          declared_.metrics, [](const MetricSpec &spec) { return spec.scope == Scope::sample; })) {}

void Collector::begin_sample(std::size_t index) noexcept {
  at_end_ = false;
  at_ = index;
}

void Collector::begin_end(std::uint32_t number) noexcept {
  at_end_ = true;
  at_ = number;
}

void Collector::put(std::vector<double> &values, std::size_t at, double value) {
  if (values.size() <= at) {
    values.resize(at + 1, kNone);
  }
  values[at] = value;
}

void Collector::built_in(std::string_view name, std::uint32_t number, double value) {
  put(once_[std::string(name)], number, value);
}

void Collector::metric(std::string_view name, double value) {
  const MetricSpec &spec = declared(declared_.metrics, "metric", name);
  if (std::isinf(value)) {
    throw VmperfError("report of metric '" + spec.name + "': infinite; a finite number, or NaN");
  }
  if (at_end_ == (spec.scope == Scope::once)) {
    put((at_end_ ? once_ : sampled_)[spec.name], at_, value);
  }
}

void Collector::add_detail(std::string_view kind, std::string_view name,
                           std::vector<std::byte> bytes) {
  details_.push_back({.kind = std::string(kind),
                      .name = std::string(name),
                      .placement = static_cast<std::uint32_t>(at_),
                      .data = std::move(bytes)});
}

void Collector::distribution(std::string_view name, const stats::Histogram &values) {
  const DistributionSpec &spec = declared(declared_.distributions, "distribution", name);
  if (at_end_) {
    add_detail("distribution", spec.name, values.to_bytes());
  }
}

// Stamps are in ticks; a nanosecond is finer than what they resolve.
void Collector::latency(const LatencyRecorder &recorder) {
  const double ns_per_tick = os::ordered_cost().ns_per_tick;
  stats::Histogram ns;
  recorder.each([&ns, ns_per_tick](std::uint64_t ticks, std::uint64_t count) {
    ns.record_n(static_cast<std::uint64_t>(std::llround(static_cast<double>(ticks) * ns_per_tick)),
                count);
  });
  add_detail("distribution", kLatency, ns.to_bytes());
}

void Collector::series(std::string_view name, std::span<const double> x,
                       std::span<const double> y) {
  const SeriesSpec &spec = declared(declared_.series, "series", name);
  if (x.size() != y.size()) {
    throw VmperfError("report of series '" + spec.name + "': " + std::to_string(x.size()) +
                      " x and " + std::to_string(y.size()) + " y; as many of both");
  }
  if (at_end_) {
    add_detail("series", spec.name, as_bytes(x, y));
  }
}

void Collector::add_row(std::string_view table, std::span<const Cell> cells) {
  const TableSpec &spec = declared(declared_.tables, "table", table);
  if (cells.size() != spec.columns.size()) {
    throw VmperfError("report of a row of table '" + spec.name +
                      "': " + std::to_string(cells.size()) + " cells; it has " +
                      std::to_string(spec.columns.size()) + " columns");
  }
  if (at_end_) {
    std::string &rows = rows_[spec.name];
    rows += rows.empty() ? "[" : ",[";
    for (const Cell &cell : cells) {
      rows += (&cell == cells.data() ? "" : ",") + json_text(cell.value);
    }
    rows += ']';
  }
}

void Collector::end_placement() {
  for (const auto &[name, rows] : rows_) {
    add_detail("table", name, as_bytes(R"({"rows": [)" + rows + "]}"));
  }
  rows_.clear();
}

void Collector::finish(CaseResult &result) && {
  at_ = 0; // of the whole case
  for (auto &[name, values] : sampled_) {
    values.resize(result.samples.size(), kNone);
    add_detail("sample", name, as_bytes(values));
  }
  result.metrics = std::move(once_);
  result.details = std::move(details_);
}

} // namespace vmperf::bench
