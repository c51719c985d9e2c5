// Bindings: planning a comparison: when one may stop, what it can see, how many pairs it takes.
#include "bind_arrays.hpp"
#include "vmperf/stats/power.hpp"
#include "vmperf/stats/sequential.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kLevelsDoc = R"(
One-sided p values at which a comparison may stop early, by alpha spending after Lan and DeMets.

Parameters
----------
looks : ndarray of int64, shape (k,)
    Number of pairs at each look, 1 or more, increasing; the last is the most there can be. 1 to
    1000 looks.
alpha : float
    Chance of a false alarm over all looks together, 1e-12 <= alpha < 0.5.
spending : str, default "obrien_fleming"
    "obrien_fleming": 2 - 2 Phi(z_(alpha/2) / sqrt(t)), nearly all is kept for the end; "pocock":
    alpha ln(1 + (e - 1) t), spent about evenly.
reserve : float, default 0
    Share of `alpha` that is not spent, 0 <= reserve < 1. Hold back 0.25 for p values of
    `trimmed_test` at 6 to 50 pairs.

Returns
-------
ndarray of float64, shape (k,)
    Stop at look i and call the change real if its one-sided p value is at most this. 0: never stop.

Raises
------
InvalidArgumentError
    If `looks` is empty, too long, not increasing from 1 up or not one-dimensional; if `alpha`,
    `spending` or `reserve` is not allowed.
TypeError
    If `looks` is strided or not int64.

Notes
-----
The looks are fixed before the data are seen; any rule for stopping at them keeps `alpha`, also
"stop where it looks worst". Looks that were planned but not taken cost power, not validity. The
levels are those of jointly Gaussian statistics with correlations sqrt(n_i / n_j). p values of
`trimmed_test` at every count from 6 to 48 alarm in 0.8 to 1.4 % at alpha 1 % (simulated: Gaussian,
heavy tails, skewed arms), 1.7 where pairs fall into separate modes: `reserve` pays for that. With
pocock, which stops where such a p value is roughest, in 0.8 to 1.6 %. A look that may spend under
1e-10 of alpha gets 0, and what it had is spent later.
Integration by Gauss-Legendre; the sum of what is spent is right to 1e-9. O(k g^2) for some hundred
grid points g; the GIL is released.

References
----------
K. K. G. Lan, D. L. DeMets: Discrete sequential boundaries for clinical trials. Biometrika 70, 1983.
P. Armitage, C. K. McPherson, B. C. Rowe: Repeated significance tests on accumulating data. JRSS A
132, 1969.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> levels = stats.sequential_levels(np.array([12, 24]), alpha=0.01)
>>> [float(f"{level:.4g}") for level in levels]
[0.0002697, 0.009908]
)";

constexpr const char *kDetectableDoc = R"(
The smallest true effect that a one-sided t test sees with a given power.

Parameters
----------
std_error : float
    Standard error of the estimate, 0 to 1e150, any unit.
df : float
    Its degrees of freedom, 1 to 1e6.
alpha : float
    Level of the test, 1e-6 <= alpha < 0.5.
power : float, default 0.95
    alpha < power <= 1 - 1e-6.

Returns
-------
float
    The effect, in the unit of `std_error`.

Raises
------
InvalidArgumentError
    If an argument is out of range.

Notes
-----
Exact for Gaussian values where `std_error` is the true one: by the noncentral t distribution, not
by the sum of two quantiles, which is too small for few degrees of freedom. About 1 ms; the GIL is
released.

Examples
--------
>>> from vmperf import stats
>>> round(stats.detectable(1.0, 13, alpha=0.01), 4)
4.456
)";

constexpr const char *kPairsDoc = R"(
How many pairs show an effect with a given power.

Parameters
----------
std : float
    Standard deviation of one pair's value as the trimmed mean sees it: std_error * sqrt(n) of a
    pilot; 0 to 1e150, any unit.
effect : float
    The true effect to be seen, in the unit of `std`; positive, 1e-150 to 1e150.
alpha : float
    Level of the one-sided test, 1e-6 <= alpha < 0.5.
power : float, default 0.95
    alpha < power <= 1 - 1e-6.
trim : float, default 0.2
    0 <= trim < 0.5.

Returns
-------
int
    2 to 1000000.

Raises
------
InvalidArgumentError
    If an argument is out of range, or a million pairs are too few.

Notes
-----
As `detectable`, with n - 2 floor(trim n) - 1 degrees of freedom. Some ten milliseconds; the GIL is
released. A pilot's `std` is an estimate: plan for more.

Examples
--------
>>> from vmperf import stats
>>> stats.required_pairs(0.016, 0.01, alpha=0.01)
46
)";

Spending spending_of(const std::string &text) {
  if (text == "obrien_fleming") {
    return Spending::obrien_fleming;
  }
  if (text == "pocock") {
    return Spending::pocock;
  }
  throw InvalidArgumentError("spending", text, "obrien_fleming, pocock");
}

} // namespace

void bind_sequential(py::module_ &m) {
  m.def(
      "sequential_levels",
      [](const Ints &looks, double alpha, const std::string &spending, double reserve) {
        const auto view = span_of(looks, "looks");
        const Spending which = spending_of(spending);
        return to_array(
            without_gil([&] { return sequential_levels(view, alpha, which, reserve); }));
      },
      py::arg("looks").noconvert(), py::kw_only(), py::arg("alpha"),
      py::arg("spending") = "obrien_fleming", py::arg("reserve") = 0.0, kLevelsDoc);
  m.def("detectable", detectable, py::arg("std_error"), py::arg("df"), py::kw_only(),
        py::arg("alpha"), py::arg("power") = kDefaultPower,
        py::call_guard<py::gil_scoped_release>(), kDetectableDoc);
  m.def("required_pairs", required_pairs, py::arg("std"), py::arg("effect"), py::kw_only(),
        py::arg("alpha"), py::arg("power") = kDefaultPower, py::arg("trim") = kDefaultTrim,
        py::call_guard<py::gil_scoped_release>(), kPairsDoc);
}

} // namespace vmperf::stats
