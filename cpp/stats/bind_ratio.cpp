// Bindings: ratios of times with an interval.
#include "bind_arrays.hpp"
#include "bind_ratio.docs.hpp"
#include "vmperf/stats/ratio.hpp"

namespace vmperf::stats {
namespace {} // namespace

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
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed,
      docs::paired_ratio);
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
      docs::paired_geomean);
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
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, docs::ratio);
}

} // namespace vmperf::stats
