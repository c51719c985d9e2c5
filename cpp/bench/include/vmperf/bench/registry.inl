// Bodies of registry.hpp: inline, so that a library of own benchmarks needs the headers alone.
#pragma once

namespace vmperf::bench {
namespace detail {

inline std::string near_matches(const std::vector<std::unique_ptr<Benchmark>> &all, std::string_view id) {
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

} // namespace detail

inline Design &Design::available(std::function<Availability()> probe) {
  probe_ = std::move(probe);
  return *this;
}

inline Design &Design::runs(std::string id, Maker maker) {
  makers_.insert_or_assign(std::move(id), std::move(maker));
  return *this;
}

inline Availability Design::availability() const { return probe_ ? probe_() : Availability{}; }

inline const Maker *Design::maker(std::string_view id) const {
  const auto found = makers_.find(id);
  return found == makers_.end() ? nullptr : &found->second;
}

inline Benchmark &Benchmark::summary(std::string text) {
  summary_ = std::move(text);
  return *this;
}

inline Benchmark &Benchmark::op(std::string text) {
  op_ = std::move(text);
  return *this;
}

inline Benchmark &Benchmark::fooled_by(std::string text) {
  traps_.push_back(std::move(text));
  return *this;
}

inline Benchmark &Benchmark::tag(std::string text) {
  tags_.push_back(std::move(text));
  return *this;
}

inline Benchmark &Benchmark::hidden() {
  hidden_ = true;
  return *this;
}

inline Benchmark &Benchmark::subcycle(std::string reason) {
  subcycle_ = std::move(reason);
  return *this;
}

inline Benchmark &Benchmark::axis(std::string name, std::vector<Value> values, Value default_value) {
  axes_.push_back({std::move(name), std::move(values), {std::move(default_value)}});
  return *this;
}

inline Benchmark &Benchmark::axis_all(std::string name, std::vector<Value> values) {
  axes_.push_back({std::move(name), values, values});
  return *this;
}

inline Benchmark &Benchmark::designs(std::string api) {
  api_ = std::move(api);
  return *this;
}

inline Benchmark &Benchmark::design(std::string name, std::string text, Maker maker) {
  auto &added = designs_.emplace_back(std::make_unique<Design>(std::move(name), std::move(text)));
  added->runs(id_, std::move(maker));
  return *this;
}

inline Benchmark &Registry::benchmark(std::string id) {
  const auto slash = id.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == id.size()) {
    throw InvalidArgumentError("benchmark id", "'" + id + "'", "component/operation");
  }
  const bool taken = std::any_of(benchmarks_.begin(), benchmarks_.end(),
                                 [&id](const auto &other) { return other->id() == id; });
  if (taken) {
    throw InvalidArgumentError("benchmark id", "'" + id + "' twice", "each id once");
  }
  return *benchmarks_.emplace_back(std::make_unique<Benchmark>(std::move(id)));
}

inline Design &Registry::design(const std::string &api, std::string name, std::string summary) {
  auto &designs = apis_[api];
  const bool taken = std::any_of(designs.begin(), designs.end(),
                                 [&name](const auto &other) { return other->name() == name; });
  if (taken) {
    throw InvalidArgumentError("design of " + api, "'" + name + "' twice", "each name once");
  }
  return *designs.emplace_back(std::make_unique<Design>(std::move(name), std::move(summary)));
}

inline const Benchmark &Registry::find(std::string_view id) const {
  const auto found = std::find_if(benchmarks_.begin(), benchmarks_.end(),
                                  [id](const auto &one) { return one->id() == id; });
  if (found == benchmarks_.end()) {
    throw InvalidArgumentError("benchmark", "'" + std::string(id) + "'",
                               detail::near_matches(benchmarks_, id));
  }
  return **found;
}

inline std::vector<const Design *> Registry::designs_of(const Benchmark &benchmark) const {
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
