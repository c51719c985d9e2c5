// Takes what one design's workload reports and keeps it as its case's result: one value a placement
// for metrics, one a sample for those of that scope, and the larger things as bytes, ready for the
// journal. The format of the bytes stands with Detail (runner.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vmperf/bench/latency.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/bench/runner.hpp"

namespace vmperf::bench {

class Collector final : public Report {
public:
  explicit Collector(const Benchmark &benchmark);

  /// Whether report() is to be called after each batch.
  [[nodiscard]] bool wants_samples() const noexcept { return wants_samples_; }
  /// What report() delivers from here on belongs to sample `index`.
  void begin_sample(std::size_t index) noexcept;
  /// ... to placement `number`, of which it is the end.
  void begin_end(std::uint32_t number) noexcept;
  /// A value of the harness's own, such as rss_peak_bytes, for placement `number`.
  void built_in(std::string_view name, std::uint32_t number, double value);
  void latency(const LatencyRecorder &recorder);
  /// The placement has delivered everything.
  void end_placement();
  /// The values of samples so far, by metric; they are forgotten here.
  [[nodiscard]] std::map<std::string, std::vector<double>, std::less<>> take_sampled() noexcept {
    return std::exchange(sampled_, {});
  }
  /// Moves everything into the result.
  void finish(CaseResult &result) &&;

  [[nodiscard]] bool wants_all() const noexcept override { return at_end_; }
  void metric(std::string_view name, double value) override;
  void distribution(std::string_view name, const stats::Histogram &values) override;
  void series(std::string_view name, std::span<const double> x, std::span<const double> y) override;
  void add_row(std::string_view table, std::span<const Cell> cells) override;

private:
  static void put(std::vector<double> &values, std::size_t at, double value);
  void add_detail(std::string_view kind, std::string_view name, std::vector<std::byte> bytes);

  const Quantities &declared_;
  bool wants_samples_, at_end_ = false;
  std::size_t at_ = 0; ///< index of the sample, or number of the placement
  std::map<std::string, std::vector<double>, std::less<>> once_, sampled_;
  std::map<std::string, std::string, std::less<>> rows_; ///< JSON of the placement under way
  std::vector<Detail> details_;
};

} // namespace vmperf::bench
