// Bindings: ratios of times with an interval.
#include "bind_arrays.hpp"
#include "vmperf/stats/ratio.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kPairedDoc = R"(
How much slower a is than b, from times of the same rounds: what disturbs a round cancels.

Parameters
----------
a, b : ndarray of float64, shape (n,)
    Time per op of two designs; a[i] and b[i] are of one round. Positive, any one unit.
cluster : ndarray of int64, shape (n,)
    The number of the cluster, process or placement, of each round, in any order: see `clusters`.
confidence : float, default 0.95
    0 < confidence < 1.
resamples : int, default 2000
    1 to 10000000; only one cluster uses it.
seed : int, default 0
    0 to 2**64 - 1; only one cluster uses it.

Returns
-------
dict
    ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

Raises
------
InvalidArgumentError
    If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
    to 1e150; if one cluster has a single round; if `confidence` or `resamples` is out of range.
TypeError
    If an array is strided or of another dtype, or `seed` is not an integer of its range.

Notes
-----
One cluster: the median of a[i] / b[i] with its interval as in `bootstrap`, which speaks for that
cluster alone. C > 1 clusters: the median ratio of each is one observation; their geometric mean
with Student t on the logarithms, C - 1 degrees of freedom. With two clusters that interval is
wide, up to (0, inf): two say little. O(resamples n) or O(n log n); the GIL is released.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> b = np.array([1.0, 1.2, 0.9, 1.1, 1.0, 1.3])
>>> paired = stats.paired_ratio(2 * b, b, np.zeros(6, dtype=np.int64))
>>> paired["low"], paired["ratio"], paired["high"]
(2.0, 2.0, 2.0)
)";

constexpr const char *kGeomeanDoc = R"(
How much slower a is than b over several points (sizes, mixes), from times of the same rounds.

Parameters
----------
a, b : ndarray of float64, shape (n,)
    Time per op of two designs; a[i] and b[i] are of one round. Positive, any one unit.
cluster : ndarray of int64, shape (n,)
    The number of the cluster that each round ran in, in any order; two clusters or more.
point : ndarray of int64, shape (n,)
    The number of the point that each round measured; every cluster has rounds of every point.
confidence : float, default 0.95
    0 < confidence < 1.

Returns
-------
dict
    ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

Raises
------
InvalidArgumentError
    If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
    to 1e150; if there is one cluster only, or one that lacks a point; if `confidence` is out of
    range.
TypeError
    If an array is strided or of another dtype.

Notes
-----
Within a cluster the median of a[i] / b[i] at each point, their geometric mean over points is the
cluster's observation; the geometric mean of those with Student t on the logarithms. Every point
weighs the same, however many rounds it has. O(n log n); the GIL is released.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> b = np.array([1.0, 5.0, 1.0, 5.0])
>>> cluster, point = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
>>> found = stats.paired_geomean(b * [1.0, 4.0, 1.0, 4.0], b, cluster, point)
>>> round(found["ratio"], 6)
2.0
)";

constexpr const char *kRatioDoc = R"(
How much slower a is than b, from two sample sets that share no rounds.

Parameters
----------
a : ndarray of float64, shape (n_a,)
    Time per op, positive, any unit.
cluster_a : ndarray of int64, shape (n_a,)
    The number of the cluster that each sample of `a` comes from.
b : ndarray of float64, shape (n_b,)
    Time per op, positive, in the unit of `a`.
cluster_b : ndarray of int64, shape (n_b,)
    Likewise; numbers of `a` and `b` have nothing to do with each other.
confidence : float, default 0.95
    0 < confidence < 1.
resamples : int, default 2000
    1 to 10000000; only used where each set has one cluster.
seed : int, default 0
    0 to 2**64 - 1; only used where each set has one cluster.

Returns
-------
dict
    ratio, low, high; low <= ratio <= high. Above 1, a is the slower.

Raises
------
InvalidArgumentError
    If an array is empty or not one-dimensional, or lengths differ; if a time is not within 1e-150
    to 1e150; if both sets have one cluster and one of them a single sample; if `confidence` or
    `resamples` is out of range.
TypeError
    If an array is strided or of another dtype, or `seed` is not an integer of its range.

Notes
-----
One cluster each: the ratio of the medians, both sets resampled as in `bootstrap`; it says nothing
about other clusters. Several: the logarithm of each cluster's median is one observation; the ratio
of the geometric means with Welch's t interval. If one set has a single cluster, the variance of the
other stands for both (pooled t). Welch's t covers 93.7 % instead of 95 % for 10 clusters against
3: take as many of each. Drift between the sets does not cancel: prefer `paired_ratio`. O(resamples
(n_a + n_b)) or O(n log n); the GIL is released.

References
----------
B. L. Welch: The generalization of 'Student's' problem when several different population variances
are involved. Biometrika 34, 1947.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> one = np.zeros(4, dtype=np.int64)
>>> stats.ratio(np.full(4, 3.0), one, np.full(4, 2.0), one)
{'ratio': 1.5, 'low': 1.5, 'high': 1.5}
)";

} // namespace

void bind_ratio(py::module_ &m) {
  constexpr Resampling kDefault;
  m.def(
      "paired_ratio",
      [](const Doubles &a, const Doubles &b, const Ints &cluster, double confidence,
         std::int64_t resamples, std::uint64_t seed) {
        const auto as = span_of(a, "a");
        const auto bs = span_of(b, "b");
        const auto from = span_of(cluster, "cluster");
        return to_dict(
            without_gil([&] { return paired_ratio(as, bs, from, {confidence, resamples, seed}); }),
            "ratio");
      },
      py::arg("a").noconvert(), py::arg("b").noconvert(), py::arg("cluster").noconvert(),
      py::kw_only(), py::arg("confidence") = kDefault.confidence,
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, kPairedDoc);
  m.def(
      "paired_geomean",
      [](const Doubles &a, const Doubles &b, const Ints &cluster, const Ints &point,
         double confidence) {
        const auto as = span_of(a, "a");
        const auto bs = span_of(b, "b");
        const auto from = span_of(cluster, "cluster");
        const auto at = span_of(point, "point");
        return to_dict(without_gil([&] { return paired_geomean(as, bs, from, at, confidence); }),
                       "ratio");
      },
      py::arg("a").noconvert(), py::arg("b").noconvert(), py::arg("cluster").noconvert(),
      py::arg("point").noconvert(), py::kw_only(), py::arg("confidence") = kDefault.confidence,
      kGeomeanDoc);
  m.def(
      "ratio",
      [](const Doubles &a, const Ints &cluster_a, const Doubles &b, const Ints &cluster_b,
         double confidence, std::int64_t resamples, std::uint64_t seed) {
        const SampleSet as{span_of(a, "a"), span_of(cluster_a, "cluster_a")};
        const SampleSet bs{span_of(b, "b"), span_of(cluster_b, "cluster_b")};
        return to_dict(without_gil([&] { return ratio(as, bs, {confidence, resamples, seed}); }),
                       "ratio");
      },
      py::arg("a").noconvert(), py::arg("cluster_a").noconvert(), py::arg("b").noconvert(),
      py::arg("cluster_b").noconvert(), py::kw_only(), py::arg("confidence") = kDefault.confidence,
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, kRatioDoc);
}

} // namespace vmperf::stats
