#include "vmperf/bench/load.hpp"

#include <array>
#include <filesystem>
#include <map>

#include "vmperf/bench/plugin.hpp"
#include "vmperf/os/child.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::bench {
namespace {

// A workload on the far side of the C interface: one indirect call per batch, none per op.
class ForeignWorkload final : public Workload {
public:
  explicit ForeignWorkload(const vmperf_workload &far) : far_(far) {}
  ForeignWorkload(const ForeignWorkload &) = delete;
  ForeignWorkload &operator=(const ForeignWorkload &) = delete;
  ForeignWorkload(ForeignWorkload &&) = delete;
  ForeignWorkload &operator=(ForeignWorkload &&) = delete;
  ~ForeignWorkload() override { far_.destroy(far_.self); }

  std::uint64_t run(std::uint64_t n) override { return run_copies(1, n); }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return far_.max_n; }
  [[nodiscard]] unsigned max_copies() const noexcept override { return far_.max_copies; }

  std::uint64_t run_copies(unsigned copies, std::uint64_t n) override {
    std::uint64_t checksum = 0;
    if (far_.run(far_.self, copies, n, &checksum, error_.data()) != VMPERF_OK) {
      throw VmperfError(error_.data());
    }
    return checksum;
  }

  [[nodiscard]] Verification verify() override {
    return far_.verify(far_.self, error_.data()) == VMPERF_OK ? Verification::passed()
                                                              : Verification::failed(error_.data());
  }

private:
  vmperf_workload far_;
  std::array<char, VMPERF_ERROR_BYTES> error_{};
};

WorkloadPtr make_foreign(const vmperf_maker &maker, const Params &params) {
  std::vector<vmperf_param> values;
  values.reserve(params.values().size());
  for (const auto &[name, value] : params.values()) {
    values.push_back({name.c_str(), plugin::to_c(value)});
  }
  vmperf_workload made{};
  std::array<char, VMPERF_ERROR_BYTES> error{};
  switch (maker.make(maker.self, values.data(), values.size(), &made, error.data())) {
  case VMPERF_OK:
    return std::make_unique<ForeignWorkload>(made);
  case VMPERF_INVALID_ARGUMENT:
    throw InvalidArgumentError("params", error.data(), "what the benchmark's maker takes");
  case VMPERF_UNSUPPORTED:
    throw UnsupportedError(error.data());
  default:
    throw VmperfError(error.data());
  }
}

// What a library declares is collected here and enters the registry as a whole, or not at all.
// The library's calls must not see an exception: the first one is kept and thrown afterwards.
struct Staging {
  Registry registry;
  std::map<std::string, Benchmark *> benchmarks;
  std::map<std::string, Design *> designs;
  std::exception_ptr error;

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

  template <class Step> void guarded(Step step) noexcept {
    try {
      step();
    } catch (...) {
      error = error ? error : std::current_exception();
    }
  }
};

std::vector<Value> to_values(const vmperf_value *values, std::size_t n) {
  std::vector<Value> out;
  out.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    out.push_back(plugin::to_value(values[i]));
  }
  return out;
}

void add_benchmark(void *self, const vmperf_benchmark *b) {
  auto &staging = *static_cast<Staging *>(self);
  staging.guarded([&] {
    Benchmark &added = staging.registry.benchmark(b->id);
    staging.benchmarks[b->id] = &added;
    added.summary(b->summary).op(b->op).designs(b->api).subcycle(b->subcycle);
    for (std::size_t i = 0; i < b->n_tags; ++i) {
      added.tag(b->tags[i]);
    }
    for (std::size_t i = 0; i < b->n_fooled_by; ++i) {
      added.fooled_by(b->fooled_by[i]);
    }
    for (std::size_t i = 0; i < b->n_axes; ++i) {
      const vmperf_axis &axis = b->axes[i];
      added.axis(axis.name, to_values(axis.values, axis.n_values),
                 to_values(axis.defaults, axis.n_defaults));
    }
  });
}

void add_design(void *self, const vmperf_design *d) {
  auto &staging = *static_cast<Staging *>(self);
  staging.guarded([&] {
    const vmperf_maker far = d->maker;
    const Maker maker = [far](const Params &params) { return make_foreign(far, params); };
    if (std::string(d->api).empty()) {
      const auto owner = staging.benchmarks.find(d->benchmark);
      if (owner == staging.benchmarks.end()) {
        throw InvalidArgumentError("design", d->name, "a benchmark of the same library");
      }
      owner->second->design(d->name, d->summary, maker);
      return;
    }
    Design *&design = staging.designs[std::string(d->api) + '\n' + d->name];
    if (design == nullptr) {
      design = &staging.registry.design(d->api, d->name, d->summary);
    }
    design->runs(d->benchmark, maker);
  });
}

using Register = void(const vmperf_host *);

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
  entry_of(library)(&host);
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
  if (staging.error) {
    std::rethrow_exception(staging.error);
  }
  std::vector<std::string> added = staging.names();
  registry.absorb(std::move(staging.registry));
  loaded[absolute] = added;
  load_order().push_back(absolute);
  return added;
}

std::vector<std::string> libraries() {
  return load_order();
}

} // namespace vmperf::bench
