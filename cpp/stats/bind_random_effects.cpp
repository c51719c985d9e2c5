// Bindings: builds that differ in layout alone, as a random effect.
#include "bind_arrays.hpp"
#include "vmperf/stats/random_effects.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kEffectsDoc = R"(
Mean of values that come in groups, such as pairs of several salted builds: the group is the unit.

Parameters
----------
values : ndarray of float64, shape (n,)
    Independent values inside a group, log ratios of pairs say; two or more a group, any unit.
group : ndarray of int64, shape (n,)
    The group of each value, in any order.
trim : float, default 0.2
    Share dropped at each end inside a group, 0 <= trim < 0.5.
confidence : float, default 0.95
    0 < confidence < 1.
side : str, default "two"
    "two", "lower" or "upper", as for `trimmed_interval`.
known_std : float, optional
    Standard deviation of the group effects as measured before, in the unit of `values`, 0 to 1e150.
known_df : float, default 1e6
    Degrees of freedom of `known_std`, 1 to 1e6; builds less 1, say.

Returns
-------
dict
    mean, std_error, df, low, high; between_std: deviation of the group effects, 0 where noise
    explains the spread, NaN for one group; within_std: typical standard error of a group's mean.
    In the unit of `values`, but df.

Raises
------
InvalidArgumentError
    If a group has under two values; if lengths differ; if an array is not one-dimensional or holds
    NaN or a magnitude beyond 1e150; if an option is out of range.
TypeError
    If an array is strided or of another dtype.

Notes
-----
G groups: the unweighted mean of their trimmed means; std_error = max(deviation of the group means,
within_std) / sqrt(G), with G - 1 degrees of freedom: valid whatever the group effects, and wide for
few groups, which is what few groups know. Leaving the group effect out where it is not visible
would alarm too often. With `known_std` its variance takes the place of the estimated one and the
degrees of freedom are Satterthwaite's. One group without `known_std`: its own trimmed mean, which
speaks for that group alone. O(n log n); the GIL is released.

References
----------
S. R. Searle, G. Casella, C. E. McCulloch: Variance Components. Wiley, 1992, chapter 3.
F. E. Satterthwaite: An approximate distribution of estimates of variance components. Biometrics
Bulletin 2, 1946.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> values = np.array([1.0, 1.2, 2.0, 2.2, 3.0, 3.2])
>>> found = stats.random_effects(values, np.array([0, 0, 1, 1, 2, 2]))
>>> round(found["mean"], 6), found["df"], round(found["within_std"], 6)
(2.1, 2.0, 0.1)
)";

constexpr const char *kFloorDoc = R"(
How far groups that ought to be equal lie apart beyond their noise: the relink floor.

Parameters
----------
values : ndarray of float64, shape (n,)
    Independent values inside a group, log ratios of pairs say; two or more a group, any unit.
group : ndarray of int64, shape (n,)
    The group (salted build) of each value, in any order; two groups or more.
trim : float, default 0.2
    Share dropped at each end inside a group, 0 <= trim < 0.5.

Returns
-------
dict
    std: deviation of the group effects, 0 where noise explains the spread; spread: deviation of the
    group means; noise: typical standard error of a group's mean; all in the unit of `values`;
    groups: how many.

Raises
------
InvalidArgumentError
    If there is one group, or one of under two values; if lengths differ; if an array is not
    one-dimensional or holds NaN or a magnitude beyond 1e150; if `trim` is out of range.
TypeError
    If an array is strided or of another dtype.

Notes
-----
std^2 = spread^2 - noise^2; spread is the median absolute deviation of the group means, scaled for
the Gaussian and for few groups; noise^2 the median squared standard error. One wild build does not
move it. Under about six groups it is a rough figure. O(n log n); the GIL is released.

References
----------
C. Croux, P. J. Rousseeuw: Time-efficient algorithms for two highly robust estimators of scale.
Computational Statistics 1, 1992.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> values = np.array([1.0, 1.2, 2.0, 2.2, 3.0, 3.2])
>>> found = stats.layout_floor(values, np.array([0, 0, 1, 1, 2, 2]))
>>> round(found["spread"], 4), round(found["noise"], 4), found["groups"]
(2.2165, 0.1, 3)
)";

} // namespace

void bind_random_effects(py::module_ &m) {
  m.def(
      "random_effects",
      [](const Doubles &values, const Ints &group, double trim, double confidence,
         const std::string &side, std::optional<double> known_std, double known_df) {
        const auto view = span_of(values, "values");
        const auto from = span_of(group, "group");
        const Side which = side_of(side);
        std::optional<KnownSpread> known;
        if (known_std) {
          known = KnownSpread{*known_std, known_df};
        }
        const auto found = without_gil([&] { return random_effects(view, from, trim, known); });
        const Interval interval = interval_of(found.location, confidence, which);
        Numbers result = to_dict(found.location);
        result["low"] = interval.low;
        result["high"] = interval.high;
        result["between_std"] = found.between_std;
        result["within_std"] = found.within_std;
        return result;
      },
      py::arg("values").noconvert(), py::arg("group").noconvert(), py::kw_only(),
      py::arg("trim") = kDefaultTrim, py::arg("confidence") = 0.95, py::arg("side") = "two",
      py::arg("known_std") = py::none(), py::arg("known_df") = kMaxKnownDf, kEffectsDoc);
  m.def(
      "layout_floor",
      [](const Doubles &values, const Ints &group, double trim) {
        const auto view = span_of(values, "values");
        const auto from = span_of(group, "group");
        const auto found = without_gil([&] { return layout_floor(view, from, trim); });
        Record result;
        result["std"] = found.std;
        result["spread"] = found.spread;
        result["noise"] = found.noise;
        result["groups"] = found.groups;
        return result;
      },
      py::arg("values").noconvert(), py::arg("group").noconvert(), py::kw_only(),
      py::arg("trim") = kDefaultTrim, kFloorDoc);
}

} // namespace vmperf::stats
