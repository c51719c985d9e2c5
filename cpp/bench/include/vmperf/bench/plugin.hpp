// Own benchmarks and designs in a shared library, written as the built-in ones are:
//
//   #include <vmperf/bench/plugin.hpp>
//   VMPERF_PLUGIN(registry) { registry.benchmark("mine/op").design("first", "...", make_it); }
//
//   g++ -std=c++20 -O2 -shared -fPIC mine.cpp -o mine.so -I <include>;  vmperf run --load ./mine.so
// The macro defines the two symbols of plugin.h; the declarations go into a registry of this
// library and are handed over through that C interface, exceptions as texts. Registration runs
// once, on one thread.
#pragma once

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/bench/plugin.h"
#include "vmperf/bench/plugin_fields.hpp"
#include "vmperf/bench/registry.inl"
#include "vmperf/bench/report.hpp"

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

/// A report on the host's side.
class FarReport final : public Report {
public:
  explicit FarReport(const vmperf_report &far) : far_(far) {}

  [[nodiscard]] bool wants_all() const noexcept override { return far_.wants_all != 0; }
  void metric(std::string_view name, double value) override {
    require(far_.metric(far_.self, std::string(name).c_str(), value, error_));
  }
  void distribution(std::string_view name, const stats::Histogram &values) override {
    const auto bytes = values.to_bytes();
    require(far_.distribution(far_.self, std::string(name).c_str(), bytes.data(), bytes.size(),
                              error_));
  }
  void series(std::string_view name, std::span<const double> x,
              std::span<const double> y) override {
    if (x.size() != y.size()) {
      throw VmperfError("series '" + std::string(name) + "' of unequal x and y");
    }
    require(
        far_.series(far_.self, std::string(name).c_str(), x.data(), y.data(), x.size(), error_));
  }
  void add_row(std::string_view table, std::span<const Cell> cells) override {
    std::vector<vmperf_value> values;
    values.reserve(cells.size());
    for (const Cell &cell : cells) {
      values.push_back(to_c(cell.value));
    }
    require(far_.row(far_.self, std::string(table).c_str(), values.data(), values.size(), error_));
  }

private:
  void require(int code) const {
    if (code != VMPERF_OK) {
      throw VmperfError(error_);
    }
  }

  const vmperf_report &far_;
  char error_[VMPERF_ERROR_BYTES] = {}; // NOLINT(modernize-avoid-c-arrays): the C interface's
};

inline int run(void *self, std::uint32_t copies, std::uint64_t n, std::uint64_t *checksum,
               char *error) {
  return guarded(error, [=] {
    auto *workload = static_cast<Workload *>(self);
    *checksum = copies == 1 ? workload->run(n) : workload->run_copies(copies, n);
    return static_cast<int>(VMPERF_OK);
  });
}

// Recorded here, where the stamps are inlined, and handed over bucket by bucket: both sides have
// the same buckets, so nothing is lost.
inline int run_stamped(void *self, std::uint64_t n, const vmperf_recorder *recorder,
                       std::uint64_t *checksum, char *error) {
  return guarded(error, [=] {
    static thread_local LatencyRecorder own;
    own.clear();
    *checksum = static_cast<Workload *>(self)->run_stamped(n, own);
    own.each([recorder](std::uint64_t ticks, std::uint64_t count) {
      recorder->record(recorder->self, ticks, count);
    });
    return static_cast<int>(VMPERF_OK);
  });
}

inline int prepare(void *self, std::uint64_t n, char *error) {
  return guarded(error, [=] {
    static_cast<Workload *>(self)->prepare(n);
    return static_cast<int>(VMPERF_OK);
  });
}

inline int report(void *self, const vmperf_report *far, char *error) {
  return guarded(error, [=] {
    FarReport report(*far);
    static_cast<Workload *>(self)->report(report);
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

inline int make(void *self, const vmperf_params *params, vmperf_workload *out, char *error) {
  return guarded(error, [=] {
    Params values;
    values.set_seed(params->seed);
    for (std::size_t i = 0; i < params->n_axes; ++i) {
      values.set(params->axes[i].name, to_value(params->axes[i].value));
    }
    WorkloadPtr made = (*static_cast<const Maker *>(self))(values);
    const std::uint64_t max_n = made->max_n();
    const unsigned max_copies = made->max_copies();
    *out = {made.release(), max_n, max_copies, run, run_stamped, prepare, report, verify, destroy};
    return static_cast<int>(VMPERF_OK);
  });
}

inline int available(void *self, vmperf_availability *out, char *error) {
  return guarded(error, [=] {
    const Availability found = static_cast<const Design *>(self)->availability();
    put_error(out->reason, found.reason.c_str());
    put_error(out->version, found.version.c_str());
    const int lacking = found.status == Status::not_installed ? 1 : 2;
    out->status = found.status == Status::ok ? 0 : lacking;
    return static_cast<int>(VMPERF_OK);
  });
}

/// Hands one registry over. The host copies, so what it is given may be temporaries.
class Export {
public:
  Export(const vmperf_host &host, char *error) : host_(host), error_(error) {}

  int operator()(const Registry &registry) const {
    int code = VMPERF_OK;
    for (const auto &benchmark : registry.benchmarks()) {
      const Description description(*benchmark);
      const vmperf_description c = description.c();
      code = code == VMPERF_OK ? host_.add_benchmark(host_.self, &c, error_) : code;
      for (const auto &design : benchmark->own_designs()) {
        code = code == VMPERF_OK ? add("", *design) : code;
      }
    }
    for (const auto &[api, designs] : registry.apis()) {
      for (const auto &design : designs) {
        code = code == VMPERF_OK ? add(api, *design) : code;
      }
    }
    return code;
  }

private:
  [[nodiscard]] int add(const std::string &api, const Design &design) const {
    const Description description(design);
    for (const auto &[id, maker] : design.makers()) {
      // The library is never unloaded and its registry never shrinks: the addresses hold.
      const vmperf_design out{.api = api.c_str(),
                              .benchmark = id.c_str(),
                              .description = description.c(),
                              .maker = {const_cast<Maker *>(&maker), make},
                              .available_self = const_cast<Design *>(&design),
                              .available = available};
      if (const int code = host_.add_design(host_.self, &out, error_); code != VMPERF_OK) {
        return code;
      }
    }
    return VMPERF_OK;
  }

  const vmperf_host &host_;
  char *error_;
};

} // namespace vmperf::bench::plugin

// NOLINTBEGIN(cppcoreguidelines-macro-usage): exports C symbols around the user's block
#define VMPERF_PLUGIN(registry)                                                                    \
  static void vmperf_plugin_declare(vmperf::bench::Registry &(registry));                          \
  extern "C" {                                                                                     \
  [[gnu::visibility("default")]] extern const std::uint32_t vmperf_plugin_abi = VMPERF_PLUGIN_ABI; \
  [[gnu::visibility("default")]] int vmperf_plugin_register(const vmperf_host *host,               \
                                                            char *error) {                         \
    return vmperf::bench::plugin::guarded(error, [=] {                                             \
      static vmperf::bench::Registry own;                                                          \
      vmperf_plugin_declare(own);                                                                  \
      return vmperf::bench::plugin::Export(*host, error)(own);                                     \
    });                                                                                            \
  }                                                                                                \
  }                                                                                                \
  static void vmperf_plugin_declare(vmperf::bench::Registry &(registry))
// NOLINTEND(cppcoreguidelines-macro-usage)
