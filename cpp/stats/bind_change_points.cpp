// Bindings: change points of a history.
#include "bind_arrays.hpp"
#include "vmperf/stats/change_points.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kChangeDoc = R"(
Where the level of a history changes, by E-divisive with a permutation test on logarithms.

Parameters
----------
values : ndarray of float64, shape (n,)
    Positive values in order of time, one per revision, 1 to 10000 of them; paired ratios or
    minima, any unit.
significance : float, default 0.005
    Level of each test, 0 < significance < 1: the chance of any change in a series without one.
permutations : int, default 999
    1 to 1000000, and at least 1 / significance - 1.
min_segment : int, default 5
    Least number of values between two changes, 2 or more.
seed : int, default 0
    0 to 2**64 - 1.

Returns
-------
list of dict
    By index: index (of the first value after the change), p (of the test that found it), ratio (of
    the median after the change to that before it, each up to the next change).

Raises
------
InvalidArgumentError
    If `values` is empty, too long, not one-dimensional or not within 1e-150 to 1e150; if an option
    is out of range.
TypeError
    If `values` is strided or not float64, or `seed` is not an integer of its range.

Notes
-----
Where nothing changes the values must be exchangeable: drift, or a machine that alternates, is found
as change. Never feed it means. O(n^2) per segment and permutation; a series without change ends
after a few permutations. The GIL is released.

References
----------
D. S. Matteson, N. A. James: A nonparametric approach for multiple change point analysis of
multivariate data. JASA 109, 2014.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> noise = np.tile([1.00, 1.01, 1.02, 1.00, 1.03], 4)
>>> history = np.concatenate([noise, 1.1 * noise])
>>> (found,) = stats.change_points(history)
>>> found["index"], found["p"], round(found["ratio"], 3)
(20, 0.001, 1.1)
)";

} // namespace

void bind_change_points(py::module_ &m) {
  constexpr ChangeSearch kDefault;
  m.def(
      "change_points",
      [](const Doubles &values, double significance, std::int64_t permutations,
         std::int64_t min_segment, std::uint64_t seed) {
        const auto view = span_of(values, "values");
        const auto found = without_gil(
            [&] { return change_points(view, {significance, permutations, min_segment, seed}); });
        py::typing::List<Record> result;
        for (const ChangePoint &point : found) {
          Record one;
          one["index"] = point.index;
          one["p"] = point.p;
          one["ratio"] = point.ratio;
          result.append(one);
        }
        return result;
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("significance") = kDefault.significance,
      py::arg("permutations") = kDefault.permutations,
      py::arg("min_segment") = kDefault.min_segment, py::arg("seed") = kDefault.seed, kChangeDoc);
}

} // namespace vmperf::stats
