// Bindings: the rules that other harnesses gate by, to be compared with.
#include "bind_arrays.hpp"
#include "bind_rules.docs.hpp"
#include "vmperf/stats/rules.hpp"

namespace vmperf::stats {
namespace {

Statistic statistic_of(const std::string &text) {
  if (text == "mean") {
    return Statistic::mean;
  }
  if (text == "median") {
    return Statistic::median;
  }
  if (text == "min") {
    return Statistic::minimum;
  }
  throw InvalidArgumentError("statistic", text, "mean, median, min");
}

} // namespace

void bind_rules(py::module_ &m) {
  constexpr Resampling kDefault;
  m.def(
      "rule_criterion",
      [](const Doubles &a, const Doubles &b, double noise_threshold, double confidence,
         std::int64_t resamples, std::uint64_t seed) {
        const auto view_a = span_of(a, "a");
        const auto view_b = span_of(b, "b");
        const auto found = without_gil([&] {
          return rule_criterion(view_a, view_b, noise_threshold, {confidence, resamples, seed});
        });
        Record result;
        result["change"] = found.change.estimate;
        result["low"] = found.change.low;
        result["high"] = found.change.high;
        result["p"] = found.p;
        result["alarm"] = found.alarm;
        return result;
      },
      py::arg("a").noconvert(), py::arg("b").noconvert(), py::kw_only(),
      py::arg("noise_threshold") = kCriterionNoise, py::arg("confidence") = kDefault.confidence,
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed,
      docs::rule_criterion);
  m.def(
      "rule_threshold",
      [](const Doubles &a, const Doubles &b, const std::string &statistic, double threshold) {
        const auto view_a = span_of(a, "a");
        const auto view_b = span_of(b, "b");
        const Statistic which = statistic_of(statistic);
        const auto found =
            without_gil([&] { return rule_threshold(view_a, view_b, which, threshold); });
        Record result;
        result["change"] = found.change;
        result["alarm"] = found.alarm;
        return result;
      },
      py::arg("a").noconvert(), py::arg("b").noconvert(), py::kw_only(),
      py::arg("statistic") = "mean", py::arg("threshold"), docs::rule_threshold);
}

} // namespace vmperf::stats
