// Bodies of registry.hpp, which every unit would otherwise compile anew: inline where a library of
// own benchmarks needs the headers alone, out of line in src/registry.cpp.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "vmperf/bench/registry.hpp"

#ifndef VMPERF_REGISTRY_INLINE
#define VMPERF_REGISTRY_INLINE inline
#endif

namespace vmperf::bench {
namespace detail {

inline WorkloadPtr make_null(const Params &) {
  return std::make_unique<NullWorkload>();
}

inline std::string near_matches(const std::vector<std::unique_ptr<Benchmark>> &all,
                                std::string_view id) {
  // Those that share the component or the operation are what a typing error most often meant.
  const auto slash = id.find('/');
  const std::string_view head = id.substr(0, slash);
  const std::string_view tail = slash == std::string_view::npos ? id : id.substr(slash + 1);
  std::string near;
  for (const auto &one : all) {
    if (!one->is_hidden() && (one->id().starts_with(head) || one->id().ends_with(tail))) {
      near += (near.empty() ? "" : ", ") + one->id();
    }
  }
  return near.empty() ? "an id from the list of benchmarks" : near;
}

/// The element of this name, or nullptr.
template <class T>
T *find_named(const std::vector<std::unique_ptr<T>> &all, std::string_view name,
              const std::string &(T::*name_of)() const noexcept) {
  const auto found = std::ranges::find_if(
      all, [name, name_of](const auto &one) { return (one.get()->*name_of)() == name; });
  return found == all.end() ? nullptr : found->get();
}

// Stable; std::stable_sort instantiates what the library itself calls deprecated.
template <class T, class Key> void order_by(std::vector<std::unique_ptr<T>> &all, Key key) {
  std::multimap<decltype(key(*all.front())), std::unique_ptr<T>> ordered;
  for (auto &one : all) {
    const auto rank = key(*one);
    ordered.emplace(rank, std::move(one));
  }
  std::ranges::transform(ordered, all.begin(), [](auto &one) { return std::move(one.second); });
}

} // namespace detail

VMPERF_REGISTRY_INLINE Design &Design::peer() {
  peer_ = true;
  return *this;
}

VMPERF_REGISTRY_INLINE Design &Design::limit() {
  limit_ = true;
  return *this;
}

VMPERF_REGISTRY_INLINE Design &Design::null() {
  null_ = true;
  return *this;
}

VMPERF_REGISTRY_INLINE Design &Design::place(int place) {
  place_ = place;
  return *this;
}

VMPERF_REGISTRY_INLINE Design &Design::available(std::function<Availability()> probe) {
  probe_ = std::move(probe);
  return *this;
}

VMPERF_REGISTRY_INLINE Design &Design::runs(std::string id, Maker maker) {
  makers_.insert_or_assign(std::move(id), std::move(maker));
  return *this;
}

VMPERF_REGISTRY_INLINE Availability Design::availability() const {
  return probe_ ? probe_() : Availability{};
}

VMPERF_REGISTRY_INLINE const Maker *Design::maker(std::string_view id) const {
  const auto found = makers_.find(id);
  return found == makers_.end() ? nullptr : &found->second;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::summary(std::string text) {
  summary_ = std::move(text);
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::op(std::string text) {
  op_ = std::move(text);
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::fooled_by(std::string text) {
  traps_.push_back(std::move(text));
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::tag(std::string text) {
  tags_.push_back(std::move(text));
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::hidden() {
  hidden_ = true;
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::subcycle(std::string reason) {
  subcycle_ = std::move(reason);
  return *this;
}

VMPERF_REGISTRY_INLINE void Benchmark::check() const {
  for (const Axis &axis : axes_) {
    if (axis.name.empty() || detail::is_reserved_name(axis.name) ||
        std::ranges::count(axes_, axis.name, &Axis::name) > 1) {
      throw InvalidArgumentError("axis of " + id_, "'" + axis.name + "'",
                                 "a name that is not reserved, each once");
    }
    if (axis.values.empty() || axis.defaults.empty()) {
      throw InvalidArgumentError("axis of " + id_, "'" + axis.name + "' without values",
                                 "at least one value and one default");
    }
  }
  for (const auto &design : designs_) {
    if (std::ranges::count_if(
            designs_, [&design](const auto &one) { return one->name() == design->name(); }) > 1) {
      throw InvalidArgumentError("design of " + id_, "'" + design->name() + "' twice",
                                 "each name once");
    }
  }
  if (repeatable_ && !varies_.empty()) {
    throw InvalidArgumentError("checksums of " + id_, "repeatable() and varies()",
                               "one of them, or neither");
  }
  Benchmark again(id_); // whose calls refuse what is malformed
  again.axes_ = axes_;
  const auto replay = [&again](const auto &specs, auto declare) {
    for (const auto &spec : specs) {
      declare(again, spec);
    }
  };
  replay(quantities_.metrics, [](Benchmark &b, const MetricSpec &m) {
    if (m.better > Better::neither || m.scope > Scope::sample || m.merge > Merge::last) {
      throw InvalidArgumentError("metric", "'" + m.name + "'", "known better, scope and merge");
    }
    b.metric(m.name, m.unit, m.better, m.scope, m.merge);
  });
  replay(quantities_.distributions, [](Benchmark &b, const DistributionSpec &d) {
    if (d.better > Better::neither) {
      throw InvalidArgumentError("distribution", "'" + d.name + "'", "a known better");
    }
    b.distribution(d.name, d.unit, d.better);
  });
  replay(quantities_.series,
         [](Benchmark &b, const SeriesSpec &s) { b.series(s.name, s.x_unit, s.y_unit); });
  replay(quantities_.tables, [](Benchmark &b, const TableSpec &t) { b.table(t.name, t.columns); });
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::uncounted(std::string reason) {
  uncounted_ = std::move(reason);
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::comparable() {
  comparable_ = true;
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::repeatable() {
  repeatable_ = true;
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::varies(std::string reason) {
  varies_ = std::move(reason);
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::axis(std::string name, std::vector<Value> values,
                                                  Value default_value) {
  axes_.push_back({std::move(name), std::move(values), {std::move(default_value)}});
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::axis(std::string name, std::vector<Value> values,
                                                  std::vector<Value> defaults) {
  axes_.push_back({std::move(name), std::move(values), std::move(defaults)});
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::axis_all(std::string name,
                                                      const std::vector<Value> &values) {
  axes_.push_back({std::move(name), values, values});
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::designs(std::string api) {
  api_ = std::move(api);
  return *this;
}

VMPERF_REGISTRY_INLINE Design &Benchmark::add_design(std::string name, std::string text) {
  return *designs_.emplace_back(std::make_unique<Design>(std::move(name), std::move(text)));
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::design(std::string name, std::string text,
                                                    Maker maker) {
  add_design(std::move(name), std::move(text)).runs(id_, std::move(maker));
  return *this;
}

VMPERF_REGISTRY_INLINE void Benchmark::check_new(const std::string &quantity) const {
  detail::check_quantity_name(quantities_, quantity);
  if (detail::find_spec(axes_, quantity) != nullptr) {
    throw InvalidArgumentError("name of a quantity", "'" + quantity + "'",
                               "another name than an axis of " + id_);
  }
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::metric(std::string name, std::string unit,
                                                    Better better, Scope scope, Merge merge) {
  check_new(name);
  quantities_.metrics.push_back({std::move(name), std::move(unit), better, scope, merge});
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::distribution(std::string name, std::string unit,
                                                          Better better) {
  check_new(name);
  quantities_.distributions.push_back({std::move(name), std::move(unit), better});
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::series(std::string name, std::string x_unit,
                                                    std::string y_unit) {
  check_new(name);
  quantities_.series.push_back({std::move(name), std::move(x_unit), std::move(y_unit)});
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::table(std::string name, std::vector<Column> columns) {
  check_new(name);
  for (const Column &column : columns) {
    const bool twice = std::ranges::count(columns, column.name, &Column::name) > 1;
    if (!detail::is_identifier(column.name) || twice) {
      throw InvalidArgumentError("column of table " + name, "'" + column.name + "'",
                                 "an identifier that is used once");
    }
  }
  quantities_.tables.push_back({std::move(name), std::move(columns)});
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::latency() {
  if (!latency_) {
    latency_ = true;
    add_design("null", "no work: what the two stamps of an op cost")
        .limit()
        .null()
        .runs(id_, detail::make_null);
  }
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::isolated() {
  isolated_ = true;
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Benchmark::place(int place) {
  place_ = place;
  return *this;
}

VMPERF_REGISTRY_INLINE Benchmark &Registry::benchmark(std::string id) {
  const auto slash = id.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == id.size()) {
    throw InvalidArgumentError("benchmark id", "'" + id + "'", "component/operation");
  }
  if (detail::find_named(benchmarks_, id, &Benchmark::id) != nullptr) {
    throw InvalidArgumentError("benchmark id", "'" + id + "' twice", "each id once");
  }
  return *benchmarks_.emplace_back(std::make_unique<Benchmark>(std::move(id)));
}

VMPERF_REGISTRY_INLINE Design &Registry::design(const std::string &api, std::string name,
                                                std::string summary) {
  auto &designs = apis_[api];
  if (detail::find_named(designs, name, &Design::name) != nullptr) {
    throw InvalidArgumentError("design of " + api, "'" + name + "' twice", "each name once");
  }
  return *designs.emplace_back(std::make_unique<Design>(std::move(name), std::move(summary)));
}

VMPERF_REGISTRY_INLINE Design &Registry::design(const std::string &api, std::string_view name) {
  Design *found = detail::find_named(apis_[api], name, &Design::name);
  if (found == nullptr) {
    std::string names;
    for (const auto &one : apis_[api]) {
      names += (names.empty() ? "" : ", ") + one->name();
    }
    throw InvalidArgumentError("design of " + api, "'" + std::string(name) + "'",
                               names.empty() ? "none was added before" : names);
  }
  return *found;
}

VMPERF_REGISTRY_INLINE void Registry::importer(std::string api, std::vector<std::string> symbols,
                                               Importer::Enter enter,
                                               std::vector<std::string> optional) {
  importers_.push_back({std::move(api), std::move(symbols), std::move(enter), std::move(optional)});
}

VMPERF_REGISTRY_INLINE const Benchmark &Registry::find(std::string_view id) const {
  const Benchmark *found = detail::find_named(benchmarks_, id, &Benchmark::id);
  if (found == nullptr) {
    throw InvalidArgumentError("benchmark", "'" + std::string(id) + "'",
                               detail::near_matches(benchmarks_, id));
  }
  return *found;
}

VMPERF_REGISTRY_INLINE void Registry::require_new(const Registry &other) const {
  const auto refuse = [](const std::string &what, const std::string &name) {
    throw InvalidArgumentError(what, "'" + name + "' twice", "a name that does not exist yet");
  };
  for (const auto &benchmark : other.benchmarks_) {
    benchmark->check();
    if (detail::find_named(benchmarks_, benchmark->id(), &Benchmark::id) != nullptr) {
      refuse("benchmark id", benchmark->id());
    }
  }
  for (const auto &[api, designs] : other.apis_) {
    const auto known = apis_.find(api);
    for (const auto &design : designs) {
      if (known != apis_.end() &&
          detail::find_named(known->second, design->name(), &Design::name) != nullptr) {
        refuse("design of " + api, design->name());
      }
    }
  }
}

VMPERF_REGISTRY_INLINE void Registry::absorb(Registry &&other) {
  require_new(other);
  std::ranges::move(other.benchmarks_, std::back_inserter(benchmarks_));
  for (auto &[api, designs] : other.apis_) {
    std::ranges::move(designs, std::back_inserter(apis_[api]));
  }
}

VMPERF_REGISTRY_INLINE void Registry::arrange() {
  std::map<std::string, std::size_t> rank; // of a component: where its first benchmark stands
  for (std::size_t i = 0; i < benchmarks_.size(); ++i) {
    rank.emplace(benchmarks_[i]->component(), i);
  }
  detail::order_by(benchmarks_, [&rank](const Benchmark &one) {
    return std::pair(rank.at(one.component()), one.place());
  });
  for (auto &[api, designs] : apis_) {
    detail::order_by(designs, [](const Design &one) { return one.place(); });
  }
}

VMPERF_REGISTRY_INLINE std::vector<const Design *>
Registry::designs_of(const Benchmark &benchmark) const {
  std::vector<const Design *> designs;
  if (const auto api = apis_.find(benchmark.api()); api != apis_.end()) {
    for (const auto &design : api->second) {
      if (design->maker(benchmark.id()) != nullptr) {
        designs.push_back(design.get());
      }
    }
  }
  for (const auto &design : benchmark.own_designs()) {
    designs.push_back(design.get());
  }
  return designs;
}

} // namespace vmperf::bench
