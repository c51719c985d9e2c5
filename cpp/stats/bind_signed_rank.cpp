// Bindings: the signed-rank test.
#include "bind_arrays.hpp"
#include "bind_signed_rank.docs.hpp"
#include "vmperf/stats/signed_rank.hpp"

namespace vmperf::stats {

void bind_signed_rank(py::module_ &m) {
  m.def(
      "signed_rank",
      [](const Doubles &values, double shift) {
        const auto view = span_of(values, "values");
        const auto found = without_gil([&] { return signed_rank(view, shift); });
        Numbers result;
        result["above"] = found.above;
        result["below"] = found.below;
        return result;
      },
      py::arg("values").noconvert(), py::kw_only(), py::arg("shift") = 0.0, docs::signed_rank);
}

} // namespace vmperf::stats
