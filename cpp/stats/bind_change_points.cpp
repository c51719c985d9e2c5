// Bindings: change points of a history.
#include "bind_arrays.hpp"
#include "bind_change_points.docs.hpp"
#include "vmperf/stats/change_points.hpp"

namespace vmperf::stats {
namespace {} // namespace

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
      py::arg("min_segment") = kDefault.min_segment, py::arg("seed") = kDefault.seed,
      docs::change_points);
}

} // namespace vmperf::stats
