#include "vmperf/bench/load.hpp"

#include <array>
#include <filesystem>
#include <map>

#include "foreign.hpp"
#include "names.hpp"
#include "vmperf/bench/plugin.hpp"
#include "vmperf/os/child.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::bench {
namespace {

// What a library declares is collected here and enters the registry as a whole, or not at all.
struct Staging {
  Registry registry;
  std::map<std::string, Benchmark *> benchmarks;
  std::map<std::string, Design *> designs;

  /// The ids of its benchmarks, then "api:name" of its designs for APIs.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    all.reserve(benchmarks.size());
    for (const auto &[id, benchmark] : benchmarks) {
      all.push_back(id);
    }
    for (const auto &[api, added] : registry.apis()) {
      for (const auto &design : added) {
        all.push_back(api + ":" + design->name());
      }
    }
    return all;
  }
};

int add_benchmark(void *self, const vmperf_description *description, char *error) {
  auto &staging = *static_cast<Staging *>(self);
  return plugin::guarded(error, [&] {
    Benchmark read("");
    plugin::read_fields(*description, read);
    Benchmark &added = staging.registry.benchmark(read.id());
    staging.benchmarks[read.id()] = &added;
    plugin::read_fields(*description, added);
    return static_cast<int>(VMPERF_OK);
  });
}

Design &own_design(Staging &staging, const vmperf_design &d, const std::string &name) {
  const auto owner = staging.benchmarks.find(d.benchmark);
  if (owner == staging.benchmarks.end()) {
    throw InvalidArgumentError("design", name, "a benchmark of the same library");
  }
  return owner->second->add_design(name, "");
}

int add_design(void *self, const vmperf_design *d, char *error) {
  auto &staging = *static_cast<Staging *>(self);
  return plugin::guarded(error, [&] {
    const std::string api = d->api;
    Design read("", "");
    plugin::read_fields(d->description, read);
    Design *design = nullptr;
    if (api.empty()) {
      design = &own_design(staging, *d, read.name());
    } else {
      Design *&known = staging.designs[api + '\n' + read.name()];
      known = known == nullptr ? &staging.registry.design(api, read.name(), "") : known;
      design = known;
    }
    plugin::read_fields(d->description, *design);
    if (auto probe = foreign_probe(*d)) {
      design->available(std::move(probe));
    }
    design->runs(d->benchmark, foreign_maker(d->maker));
    return static_cast<int>(VMPERF_OK);
  });
}

using Register = int(const vmperf_host *, char *error);

std::vector<std::string> &load_order() {
  static std::vector<std::string> paths;
  return paths;
}

constexpr std::int64_t kTrialNs = 10'000'000'000;

Register *entry_of(const os::DynLib &library) {
  const auto *abi = static_cast<const std::uint32_t *>(library.find("vmperf_plugin_abi"));
  auto *entry = library.function<Register>("vmperf_plugin_register");
  if (abi == nullptr || entry == nullptr) {
    throw InvalidArgumentError("library", "'" + library.path() + "' without vmperf_plugin_register",
                               "a library with VMPERF_PLUGIN (vmperf/bench/plugin.hpp)");
  }
  if (*abi != VMPERF_PLUGIN_ABI) {
    throw UnsupportedError("'" + library.path() + "' was built for plugin interface " +
                           std::to_string(*abi) + ", this vmperf has " +
                           std::to_string(VMPERF_PLUGIN_ABI) + ": compile it again");
  }
  return entry;
}

void collect(const os::DynLib &library, Staging &staging) {
  const vmperf_host host{VMPERF_PLUGIN_ABI, &staging, add_benchmark, add_design};
  std::array<char, VMPERF_ERROR_BYTES> error{};
  const int code = entry_of(library)(&host, error.data());
  if (code == VMPERF_INVALID_ARGUMENT) {
    throw InvalidArgumentError("library", "'" + library.path() + "': " + error.data(),
                               "declarations as plugin.hpp describes them");
  }
  require_ok(code, "library", ("'" + library.path() + "': " + error.data()).c_str());
}

} // namespace

void try_in_child(const std::string &what, const std::function<void()> &step) {
  const os::ChildOutcome outcome = os::run_in_child(step, kTrialNs);
  if (outcome.kind == os::ChildOutcome::Kind::timed_out) {
    throw MeasurementError("timed_out", "loading " + what + " did not end within 10 s");
  }
  if (!outcome.ok()) {
    throw MeasurementError("crashed", "loading " + what + ": " + outcome.text());
  }
}

std::vector<std::string> load(Registry &registry, const std::string &path) {
  static std::map<std::string, std::vector<std::string>> loaded;
  static std::vector<os::DynLib> handles; // never unloaded: makers point into them
  const std::string absolute = std::filesystem::absolute(path).lexically_normal();
  if (const auto known = loaded.find(absolute); known != loaded.end()) {
    return known->second;
  }
  try_in_child("'" + absolute + "'", [&absolute] {
    Staging staging;
    collect(os::DynLib::open(absolute), staging);
  });
  Staging staging;
  handles.push_back(os::DynLib::open(absolute));
  collect(handles.back(), staging);
  std::vector<std::string> added = staging.names();
  registry.require_new(staging.registry);
  check_names(registry, staging.registry);
  registry.absorb(std::move(staging.registry));
  loaded[absolute] = added;
  load_order().push_back(absolute);
  return added;
}

std::vector<std::string> libraries() {
  return load_order();
}

} // namespace vmperf::bench
