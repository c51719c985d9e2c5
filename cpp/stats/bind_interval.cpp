// Bindings: confidence intervals and the t distribution they need.
#include "bind_arrays.hpp"
#include "bind_interval.docs.hpp"
#include "vmperf/stats/student_t.hpp"

namespace vmperf::stats {
namespace {

py::typing::Dict<py::str, Numbers> both(const LocationIntervals &intervals) {
  py::typing::Dict<py::str, Numbers> result;
  result["median"] = to_dict(intervals.median);
  result["mean"] = to_dict(intervals.mean);
  return result;
}

} // namespace

void bind_interval(py::module_ &m) {
  constexpr Resampling kDefault;
  m.def(
      "location_intervals",
      [](const Doubles &values, const Ints &cluster, double confidence, std::int64_t resamples,
         std::uint64_t seed) {
        const auto view = span_of(values, "values");
        const auto from = span_of(cluster, "cluster");
        return both(without_gil(
            [&] { return location_intervals(view, from, {confidence, resamples, seed}); }));
      },
      py::arg("values").noconvert(), py::arg("cluster").noconvert(), py::kw_only(),
      py::arg("confidence") = kDefault.confidence, py::arg("resamples") = kDefault.resamples,
      py::arg("seed") = kDefault.seed, docs::location_intervals);
  m.def(
      "bootstrap",
      [](const Doubles &values, double confidence, std::int64_t resamples, std::uint64_t seed) {
        const auto view = span_of(values, "values");
        return both(without_gil([&] { return bootstrap(view, {confidence, resamples, seed}); }));
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("confidence") = kDefault.confidence,
      py::arg("resamples") = kDefault.resamples, py::arg("seed") = kDefault.seed, docs::bootstrap);
  m.def(
      "t_interval",
      [](const Doubles &values, double confidence) {
        const auto view = span_of(values, "values");
        return to_dict(without_gil([&] { return t_interval(view, confidence); }));
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("confidence") = kDefault.confidence,
      docs::t_interval);
  m.def("student_t_quantile", student_t_quantile, py::arg("probability"), py::arg("dof"),
        docs::student_t_quantile);
  m.def("student_t_cdf", student_t_cdf, py::arg("t"), py::arg("dof"), docs::student_t_cdf);
}

} // namespace vmperf::stats
