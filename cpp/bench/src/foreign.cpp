#include "foreign.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "vmperf/bench/plugin.hpp"

namespace vmperf::bench {
namespace {

using Text = std::array<char, VMPERF_ERROR_BYTES>;

// What a library's report() calls back. A refusal goes to the library as text and comes back as the
// failure of its report().
Report &to_report(void *self) {
  return *static_cast<Report *>(self);
}

int metric(void *self, const char *name, double value, char *error) {
  return plugin::guarded(error, [=] {
    to_report(self).metric(name, value);
    return static_cast<int>(VMPERF_OK);
  });
}

int distribution(void *self, const char *name, const void *bytes, std::size_t n, char *error) {
  return plugin::guarded(error, [=] {
    const std::span all(static_cast<const std::byte *>(bytes), n);
    to_report(self).distribution(name, stats::Histogram::from_bytes(all));
    return static_cast<int>(VMPERF_OK);
  });
}

int series(void *self, const char *name, const double *x, const double *y, std::size_t n,
           char *error) {
  return plugin::guarded(error, [=] {
    to_report(self).series(name, {x, n}, {y, n});
    return static_cast<int>(VMPERF_OK);
  });
}

int row(void *self, const char *table, const vmperf_value *values, std::size_t n, char *error) {
  return plugin::guarded(error, [=] {
    std::vector<Cell> cells(n, Cell(0));
    for (std::size_t i = 0; i < n; ++i) {
      cells[i].value = plugin::to_value(values[i]);
    }
    to_report(self).add_row(table, cells);
    return static_cast<int>(VMPERF_OK);
  });
}

void record(void *self, std::uint64_t ticks, std::uint64_t count) {
  static_cast<LatencyRecorder *>(self)->add(ticks, count);
}

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
    require(far_.run(far_.self, copies, n, &checksum, error_.data()));
    return checksum;
  }
  std::uint64_t run_stamped(std::uint64_t n, LatencyRecorder &recorder) override {
    const vmperf_recorder far{&recorder, record};
    std::uint64_t checksum = 0;
    require(far_.run_stamped(far_.self, n, &far, &checksum, error_.data()));
    return checksum;
  }
  void prepare(std::uint64_t n) override { require(far_.prepare(far_.self, n, error_.data())); }
  void report(Report &report) override {
    const vmperf_report far{.self = &report,
                            .wants_all = report.wants_all() ? 1 : 0,
                            .metric = metric,
                            .distribution = distribution,
                            .series = series,
                            .row = row};
    require(far_.report(far_.self, &far, error_.data()));
  }
  [[nodiscard]] Verification verify() override {
    return far_.verify(far_.self, error_.data()) == VMPERF_OK ? Verification::passed()
                                                              : Verification::failed(error_.data());
  }

private:
  // Whatever fails while it is measured is the design's fault, never the caller's.
  void require(int code) const {
    if (code != VMPERF_OK) {
      throw VmperfError(error_.data());
    }
  }

  vmperf_workload far_;
  Text error_{};
};

WorkloadPtr make_foreign(const vmperf_maker &maker, const Params &params) {
  std::vector<vmperf_param> axes;
  axes.reserve(params.values().size());
  for (const auto &[name, value] : params.values()) {
    axes.push_back({name.c_str(), plugin::to_c(value)});
  }
  const vmperf_params all{axes.data(), axes.size(), params.seed()};
  vmperf_workload made{};
  Text error{};
  const int code = maker.make(maker.self, &all, &made, error.data());
  require_ok(code, "params", error.data());
  return std::make_unique<ForeignWorkload>(made);
}

} // namespace

namespace {

// Such an error crosses the interface as its text alone, in which its fields stand in order.
[[noreturn]] void throw_invalid(const char *what, const std::string &error) {
  constexpr std::string_view kIs = " is ";
  constexpr std::string_view kAllowed = "; allowed: ";
  const auto is = error.find(kIs);
  const auto allowed = error.rfind(kAllowed);
  if (is == std::string::npos || allowed == std::string::npos || allowed < is + kIs.size()) {
    throw InvalidArgumentError(what, error, "what the benchmark's maker takes");
  }
  throw InvalidArgumentError(error.substr(0, is),
                             error.substr(is + kIs.size(), allowed - is - kIs.size()),
                             error.substr(allowed + kAllowed.size()));
}

} // namespace

void require_ok(int code, const char *what, const char *error) {
  switch (code) {
  case VMPERF_OK:
    return;
  case VMPERF_INVALID_ARGUMENT:
    throw_invalid(what, error);
  case VMPERF_UNSUPPORTED:
    throw UnsupportedError(error);
  default:
    throw VmperfError(error);
  }
}

Maker foreign_maker(const vmperf_maker &maker) {
  return [maker](const Params &params) { return make_foreign(maker, params); };
}

std::function<Availability()> foreign_probe(const vmperf_design &design) {
  if (design.available == nullptr) {
    return {};
  }
  return [probe = design.available, self = design.available_self] {
    Text reason{};
    Text version{};
    Text error{};
    vmperf_availability found{0, reason.data(), version.data()};
    if (probe(self, &found, error.data()) != VMPERF_OK) {
      return Availability{Status::unsupported, std::string("its probe failed: ") + error.data(),
                          ""};
    }
    constexpr std::array kStatuses{Status::ok, Status::not_installed, Status::unsupported};
    const auto at = static_cast<std::size_t>(std::clamp(found.status, 0, 2));
    return Availability{kStatuses.at(at), reason.data(), version.data()};
  };
}

} // namespace vmperf::bench
