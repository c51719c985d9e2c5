// Bindings: what a table row or chart needs from the raw samples of a case.
#include "bind_arrays.hpp"
#include "vmperf/stats/clusters.hpp"
#include "vmperf/stats/summary.hpp"

namespace vmperf::stats {
namespace {

constexpr const char *kPerOpDoc = R"(
Time per op of every sample.

Parameters
----------
ns_total : ndarray of int64, shape (n,)
    Nanoseconds of each batch, >= 0.
iterations : ndarray of int64, shape (n,)
    Ops in each batch, >= 1.

Returns
-------
ndarray of float64, shape (n,)
    ns per op.

Raises
------
InvalidArgumentError
    If lengths differ, an array is not one-dimensional, `ns_total` is negative or `iterations` is
    not positive anywhere.
TypeError
    If an array is strided or not int64.

Notes
-----
O(n); the GIL is released.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> stats.per_op(np.array([10, 30]), np.array([10, 20])).tolist()
[1.0, 1.5]
)";

constexpr const char *kClustersDoc = R"(
The unit of independence of each sample: its process where there are several, else its placement.

Parameters
----------
process : ndarray of int64, shape (n,)
    The number of the process that each sample comes from.
placement : ndarray of int64, shape (n,)
    The number of the placement of buffers, within its process, that each sample ran in.

Returns
-------
ndarray of int64, shape (n,)
    What `summarize`, `location_intervals`, `paired_ratio`, `paired_geomean` and `ratio` take as
    cluster.

Raises
------
InvalidArgumentError
    If lengths differ or an array is not one-dimensional.
TypeError
    If an array is strided or not int64.

Notes
-----
Each process, and each placement in it, draws an offset of its own, which more samples inside it do
not average out; the outermost unit that varies holds them all. O(n); the GIL is released.

References
----------
T. Kalibera, R. Jones: Rigorous benchmarking in reasonable time. ISMM 2013.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> placement = np.array([0, 0, 1, 1])
>>> stats.clusters(np.array([3, 3, 3, 3]), placement).tolist()
[0, 0, 1, 1]
>>> stats.clusters(np.array([3, 3, 4, 4]), placement).tolist()
[3, 3, 4, 4]
)";

constexpr const char *kSummarizeDoc = R"(
Estimates, intervals and outlier counts of a case from its raw samples.

Parameters
----------
ns_total : ndarray of int64, shape (n,)
    Nanoseconds of each batch, >= 0; at least two samples.
iterations : ndarray of int64, shape (n,)
    Ops in each batch, >= 1.
cluster : ndarray of int64, shape (n,)
    The number of the cluster, process or placement, of each sample, in any order: see `clusters`.
confidence : float, default 0.95
    0 < confidence < 1.
resamples : int, default 2000
    1 to 10000000; only one cluster uses it.
seed : int, default 0
    0 to 2**64 - 1; only one cluster uses it.

Returns
-------
dict
    n, n_clusters (int); in ns per op, over all samples: min, q1, median, q3, max, mean, std (n -
    1), trimmed_mean (20 % of each side cut), slope (least squares of ns_total on iterations through
    the origin) with r_squared; low and high, the interval of the median; mean_low and mean_high;
    outliers, a dict of the counts low_severe, low_mild, high_mild, high_severe; ops_per_s = 1e9 /
    median (inf where the median is 0).

Raises
------
InvalidArgumentError
    If there are under two samples, lengths differ, an array is not one-dimensional, `ns_total` is
    negative or `iterations` not positive anywhere; if `confidence` or `resamples` is out of range.
TypeError
    If an array is strided or not int64, or `seed` is not an integer of its range.

Notes
-----
The intervals are those of `location_intervals`: with several clusters the cluster is the unit of
independence. A lower end below 0 is cut to 0. O(resamples n) for one cluster, else O(n log n);
the GIL is released.

Examples
--------
>>> import numpy as np
>>> from vmperf import stats
>>> row = stats.summarize(np.array([200, 210, 220, 900]), np.array([100, 100, 100, 100]),
...                       np.array([0, 0, 0, 0]))
>>> round(row["median"], 9), row["min"], row["outliers"]["high_mild"]
(2.15, 2.0, 1)
)";

Record to_dict(const Summary &summary) {
  py::typing::Dict<py::str, py::int_> outliers;
  outliers["low_severe"] = summary.outliers.low_severe;
  outliers["low_mild"] = summary.outliers.low_mild;
  outliers["high_mild"] = summary.outliers.high_mild;
  outliers["high_severe"] = summary.outliers.high_severe;
  Record result;
  result["n"] = summary.n;
  result["n_clusters"] = summary.n_clusters;
  result["min"] = summary.min;
  result["q1"] = summary.q1;
  result["median"] = summary.median;
  result["q3"] = summary.q3;
  result["max"] = summary.max;
  result["mean"] = summary.mean;
  result["std"] = summary.std_dev;
  result["trimmed_mean"] = summary.trimmed_mean;
  result["slope"] = summary.slope;
  result["r_squared"] = summary.r_squared;
  result["low"] = summary.low;
  result["high"] = summary.high;
  result["mean_low"] = summary.mean_low;
  result["mean_high"] = summary.mean_high;
  result["outliers"] = outliers;
  result["ops_per_s"] = summary.ops_per_s;
  return result;
}

} // namespace

void bind_summary(py::module_ &m) {
  constexpr Resampling kDefault;
  m.def(
      "summarize",
      [](const Ints &ns_total, const Ints &iterations, const Ints &cluster, double confidence,
         std::int64_t resamples, std::uint64_t seed) {
        const auto ns = span_of(ns_total, "ns_total");
        const auto ops = span_of(iterations, "iterations");
        const auto from = span_of(cluster, "cluster");
        return to_dict(
            without_gil([&] { return summarize(ns, ops, from, {confidence, resamples, seed}); }));
      },
      py::arg("ns_total").noconvert(), py::arg("iterations").noconvert(),
      py::arg("cluster").noconvert(), py::kw_only(), py::arg("confidence") = kDefault.confidence,
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, kSummarizeDoc);
  m.def(
      "clusters",
      [](const Ints &process, const Ints &placement) {
        const auto outer = span_of(process, "process");
        const auto inner = span_of(placement, "placement");
        return to_array(without_gil([&] { return clusters(outer, inner); }));
      },
      py::arg("process").noconvert(), py::arg("placement").noconvert(), kClustersDoc);
  m.def(
      "per_op",
      [](const Ints &ns_total, const Ints &iterations) {
        const auto ns = span_of(ns_total, "ns_total");
        const auto ops = span_of(iterations, "iterations");
        return to_array(without_gil([&] { return per_op(ns, ops); }));
      },
      py::arg("ns_total").noconvert(), py::arg("iterations").noconvert(), kPerOpDoc);
}

} // namespace vmperf::stats
