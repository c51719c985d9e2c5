// Bindings: the rules that other harnesses gate by, to be compared with.
#include "bind_arrays.hpp"
#include "vmperf/stats/rules.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kCriterionDoc = R"(
Criterion.rs's verdict: did the mean get slower from a to b?

Parameters
----------
a : ndarray of float64, shape (n_a,)
    Times per op of the run before, positive, two or more, any unit.
b : ndarray of float64, shape (n_b,)
    Of the run after, in the unit of `a`.
noise_threshold : float, default 0.01
    Changes within this fraction are ignored, 0 to 1e150.
confidence : float, default 0.95
    Of the interval, 0 < confidence < 1.
resamples : int, default 2000
    1 to 10000000; Criterion takes 100000.
seed : int, default 0
    0 to 2**64 - 1.

Returns
-------
dict
    change (mean of b over mean of a, less 1), low, high, p, alarm (bool).

Raises
------
InvalidArgumentError
    If an array has under two values, is not one-dimensional, or holds a time not within 1e-150 to
    1e150; if an option is out of range.
TypeError
    If an array is strided or not float64, or `seed` is not an integer of its range.

Notes
-----
p: Welch's t among resamples of both samples thrown together, two-sided; low, high: percentiles of
the resampled relative change; alarm: p < 0.05 and low above the threshold. It takes the samples of
one process as independent: kept here to be compared with, nothing gates by it. O(resamples (n_a +
n_b)); the GIL is released.

References
----------
Criterion.rs user guide, "Analysis Process", "Comparison"; its src/analysis/compare.rs (t test) and
src/report.rs (threshold).

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> before = np.linspace(1.0, 1.1, 30)
>>> stats.rule_criterion(before, before)["alarm"], stats.rule_criterion(before, before * 2)["alarm"]
(False, True)
)";

constexpr const char *kThresholdDoc = R"(
pytest-benchmark's verdict: did a statistic grow by more than a threshold from a to b?

Parameters
----------
a : ndarray of float64, shape (n_a,)
    Times per op of the run before, positive, any unit.
b : ndarray of float64, shape (n_b,)
    Of the run after, in the unit of `a`.
statistic : str, default "mean"
    "mean", "median" or "min".
threshold : float
    Fraction, 0 to 1e150; 0.05 is --benchmark-compare-fail=mean:5%.

Returns
-------
dict
    change (the statistic of b over that of a, less 1), alarm (bool).

Raises
------
InvalidArgumentError
    If an array is empty, not one-dimensional, or holds a time not within 1e-150 to 1e150; if
    `statistic` or `threshold` is not allowed.
TypeError
    If an array is strided or not float64.

Notes
-----
No significance test. Kept to be compared with. O(n log n); the GIL is released.

References
----------
pytest-benchmark, src/pytest_benchmark/utils.py, PercentageRegressionCheck.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> stats.rule_threshold(np.array([1.0, 2.0]), np.array([1.5, 3.0]), threshold=0.05)
{'change': 0.5, 'alarm': True}
)";

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
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, kCriterionDoc);
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
      py::arg("statistic") = "mean", py::arg("threshold"), kThresholdDoc);
}

} // namespace vmperf::stats
