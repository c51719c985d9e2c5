// Own benchmarks and designs in a shared library, written as the built-in ones are:
//
//   #include <vmperf/bench/plugin.hpp>
//   VMPERF_PLUGIN(registry) { registry.benchmark("mine/op").design("first", "...", make_it); }
//
//   g++ -std=c++20 -O2 -shared -fPIC mine.cpp -o mine.so -I <include>;  vmperf run --load ./mine.so
// The macro defines the two symbols of plugin.h; the declarations go into a registry of this
// library and are handed over through that C interface. Registration runs once, on one thread.
#pragma once

#include <cstdio>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/bench/plugin.h"
#include "vmperf/bench/registry.hpp"

namespace vmperf::bench::plugin {

inline void put_error(char *error, const char *text) {
  std::snprintf(error, VMPERF_ERROR_BYTES, "%s", text);
}

/// Runs a step; whatever it throws becomes a code and a text.
template <class Step> int guarded(char *error, Step step) noexcept {
  try {
    return step();
  } catch (const InvalidArgumentError &e) {
    put_error(error, e.what());
    return VMPERF_INVALID_ARGUMENT;
  } catch (const UnsupportedError &e) {
    put_error(error, e.what());
    return VMPERF_UNSUPPORTED;
  } catch (const std::exception &e) {
    put_error(error, e.what());
  } catch (...) {
    put_error(error, "an exception that is not a std::exception");
  }
  return VMPERF_FAILED;
}

inline int run(void *self, std::uint32_t copies, std::uint64_t n, std::uint64_t *checksum,
               char *error) {
  return guarded(error, [=] {
    auto *workload = static_cast<Workload *>(self);
    *checksum = copies == 1 ? workload->run(n) : workload->run_copies(copies, n);
    return static_cast<int>(VMPERF_OK);
  });
}

inline int verify(void *self, char *error) {
  return guarded(error, [=] {
    const Verification proof = static_cast<Workload *>(self)->verify();
    put_error(error, proof.fault.c_str());
    return static_cast<int>(proof.ok() ? VMPERF_OK : VMPERF_FAILED);
  });
}

inline void destroy(void *self) {
  delete static_cast<Workload *>(self);
}

inline Value to_value(const vmperf_value &value) {
  if (value.kind == VMPERF_INT) {
    return value.integer;
  }
  return value.kind == VMPERF_DOUBLE ? Value{value.real} : Value{std::string(value.text)};
}

inline vmperf_value to_c(const Value &value) {
  if (const auto *integer = std::get_if<std::int64_t>(&value)) {
    return {VMPERF_INT, *integer, 0, ""};
  }
  if (const auto *real = std::get_if<double>(&value)) {
    return {VMPERF_DOUBLE, 0, *real, ""};
  }
  return {VMPERF_TEXT, 0, 0, std::get<std::string>(value).c_str()};
}

inline int make(void *self, const vmperf_param *params, std::size_t n_params, vmperf_workload *out,
                char *error) {
  return guarded(error, [=] {
    Params values;
    for (std::size_t i = 0; i < n_params; ++i) {
      values.set(params[i].name, to_value(params[i].value));
    }
    WorkloadPtr made = (*static_cast<const Maker *>(self))(values);
    const std::uint64_t max_n = made->max_n();
    const unsigned max_copies = made->max_copies();
    *out = {made.release(), max_n, max_copies, run, verify, destroy};
    return static_cast<int>(VMPERF_OK);
  });
}

/// Hands one registry over. The host copies, so the arrays may be temporaries.
class Export {
public:
  explicit Export(const vmperf_host &host) : host_(host) {}

  void operator()(const Registry &registry) const {
    for (const auto &benchmark : registry.benchmarks()) {
      add(*benchmark);
      for (const auto &design : benchmark->own_designs()) {
        add("", *design);
      }
    }
    for (const auto &[api, designs] : registry.apis()) {
      for (const auto &design : designs) {
        add(api, *design);
      }
    }
  }

private:
  static std::vector<const char *> texts(const std::vector<std::string> &all) {
    std::vector<const char *> out;
    out.reserve(all.size());
    for (const auto &one : all) {
      out.push_back(one.c_str());
    }
    return out;
  }

  static std::vector<vmperf_value> values(const std::vector<Value> &all) {
    std::vector<vmperf_value> out;
    out.reserve(all.size());
    for (const auto &one : all) {
      out.push_back(to_c(one));
    }
    return out;
  }

  void add(const Benchmark &b) const {
    const auto tags = texts(b.tags());
    const auto traps = texts(b.traps());
    std::deque<std::vector<vmperf_value>> kept; // a deque: its elements stay where they are
    std::vector<vmperf_axis> axes;
    for (const Axis &axis : b.axes()) {
      const auto &all = kept.emplace_back(values(axis.values));
      const auto &defaults = kept.emplace_back(values(axis.defaults));
      axes.push_back({axis.name.c_str(), all.data(), all.size(), defaults.data(), defaults.size()});
    }
    const vmperf_benchmark out{b.id().c_str(),  b.summary().c_str(),  b.op().c_str(),
                               b.api().c_str(), b.subcycle().c_str(), tags.data(),
                               tags.size(),     traps.data(),         traps.size(),
                               axes.data(),     axes.size()};
    host_.add_benchmark(host_.self, &out);
  }

  void add(const std::string &api, const Design &design) const {
    for (const auto &[id, maker] : design.makers()) {
      // The library is never unloaded and its registry never shrinks: the maker's address holds.
      auto *self = const_cast<Maker *>(&maker);
      const vmperf_design out{
          api.c_str(), design.name().c_str(), design.summary().c_str(), id.c_str(), {self, make}};
      host_.add_design(host_.self, &out);
    }
  }

  const vmperf_host &host_;
};

} // namespace vmperf::bench::plugin

// NOLINTBEGIN(cppcoreguidelines-macro-usage): exports C symbols around the user's block
#define VMPERF_PLUGIN(registry)                                                                    \
  static void vmperf_plugin_declare(vmperf::bench::Registry &(registry));                          \
  extern "C" {                                                                                     \
  [[gnu::visibility("default")]] extern const std::uint32_t vmperf_plugin_abi = VMPERF_PLUGIN_ABI; \
  [[gnu::visibility("default")]] void vmperf_plugin_register(const vmperf_host *host) {            \
    static vmperf::bench::Registry own;                                                            \
    vmperf_plugin_declare(own);                                                                    \
    vmperf::bench::plugin::Export{*host}(own);                                                     \
  }                                                                                                \
  }                                                                                                \
  static void vmperf_plugin_declare(vmperf::bench::Registry &(registry))
// NOLINTEND(cppcoreguidelines-macro-usage)
