// Bindings: judging many comparisons at once, and the rate of alarms with its bound.
#include "bind_arrays.hpp"
#include "vmperf/stats/binomial.hpp"
#include "vmperf/stats/multiplicity.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kHochbergDoc = R"(
Adjust p values of several comparisons so that the share of false alarms is bounded.

Parameters
----------
p : ndarray of float64, shape (n,)
    p values, 0 to 1, at least one, in any order.

Returns
-------
ndarray of float64, shape (n,)
    Adjusted p values in the order of `p`, none smaller than before, at most 1: those at most alpha
    are alarms of which on average at most a share alpha is false.

Raises
------
InvalidArgumentError
    If `p` is empty or not one-dimensional, or holds NaN or a value outside 0 to 1.
TypeError
    If `p` is strided or not float64.

Notes
-----
For independent or positively dependent comparisons. O(n log n); the GIL is released.

References
----------
Y. Benjamini, Y. Hochberg: Controlling the false discovery rate. JRSS B 57, 1995.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> stats.benjamini_hochberg(np.array([0.0625, 0.5, 0.125])).tolist()
[0.1875, 0.5, 0.1875]
)";

constexpr const char *kHolmDoc = R"(
Adjust p values of several comparisons so that the chance of any false alarm is bounded.

Parameters
----------
p : ndarray of float64, shape (n,)
    p values, 0 to 1, at least one, in any order.

Returns
-------
ndarray of float64, shape (n,)
    Adjusted p values in the order of `p`, none smaller than before, at most 1: with a probability
    of 1 - alpha none of those at most alpha is false.

Raises
------
InvalidArgumentError
    If `p` is empty or not one-dimensional, or holds NaN or a value outside 0 to 1.
TypeError
    If `p` is strided or not float64.

Notes
-----
Whatever the dependence among the comparisons. O(n log n); the GIL is released.

References
----------
S. Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics
6, 1979.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> stats.holm(np.array([0.0625, 0.5, 0.125])).tolist()
[0.1875, 0.5, 0.25]
)";

constexpr const char *kBinomialDoc = R"(
Bounds of a probability from k events in n independent trials, after Clopper and Pearson.

Parameters
----------
k : int
    Events, 0 to `n`; false alarms, say.
n : int
    Trials, 1 to 1000000000.
confidence : float, default 0.95
    0 < confidence < 1.
side : str, default "upper"
    "upper": only an upper bound, low is 0; "lower": only a lower one, high is 1; "two": both, half
    of the error on each side.

Returns
-------
dict
    share (k / n), low, high; fractions.

Raises
------
InvalidArgumentError
    If an argument is out of range.

Notes
-----
Exact: the truth is inside with at least `confidence`. To a relative 1e-10. O(sqrt(n)); the GIL is
released.

References
----------
C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the case of
the binomial. Biometrika 26, 1934.

Examples
--------
>>> from vmperf import stats
>>> stats.binomial_bound(0, 300)["high"] < 0.01
True
)";

} // namespace

void bind_multiplicity(py::module_ &m) {
  m.def(
      "benjamini_hochberg",
      [](const Doubles &p) {
        const auto view = span_of(p, "p");
        return to_array(without_gil([&] { return benjamini_hochberg(view); }));
      },
      py::arg("p").noconvert(), kHochbergDoc);
  m.def(
      "holm",
      [](const Doubles &p) {
        const auto view = span_of(p, "p");
        return to_array(without_gil([&] { return holm(view); }));
      },
      py::arg("p").noconvert(), kHolmDoc);
  m.def(
      "binomial_bound",
      [](std::int64_t k, std::int64_t n, double confidence, const std::string &side) {
        const Side which = side_of(side);
        return to_dict(without_gil([&] { return binomial_bound(k, n, confidence, which); }),
                       "share");
      },
      py::arg("k"), py::arg("n"), py::kw_only(), py::arg("confidence") = 0.95,
      py::arg("side") = "upper", kBinomialDoc);
}

} // namespace vmperf::stats
