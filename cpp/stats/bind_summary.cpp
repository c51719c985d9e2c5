// Bindings: what a table row or chart needs from the raw samples of a case.
#include "bind_arrays.hpp"
#include "bind_summary.docs.hpp"
#include "vmperf/stats/clusters.hpp"
#include "vmperf/stats/summary.hpp"

namespace vmperf::stats {
namespace {

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
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, docs::summarize);
  m.def(
      "clusters",
      [](const Ints &process, const Ints &placement) {
        const auto outer = span_of(process, "process");
        const auto inner = span_of(placement, "placement");
        return to_array(without_gil([&] { return clusters(outer, inner); }));
      },
      py::arg("process").noconvert(), py::arg("placement").noconvert(), docs::clusters);
  m.def(
      "per_op",
      [](const Ints &ns_total, const Ints &iterations) {
        const auto ns = span_of(ns_total, "ns_total");
        const auto ops = span_of(iterations, "iterations");
        return to_array(without_gil([&] { return per_op(ns, ops); }));
      },
      py::arg("ns_total").noconvert(), py::arg("iterations").noconvert(), docs::per_op);
}

} // namespace vmperf::stats
