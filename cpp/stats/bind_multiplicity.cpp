// Bindings: judging many comparisons at once, and the rate of alarms with its bound.
#include "bind_arrays.hpp"
#include "bind_multiplicity.docs.hpp"
#include "vmperf/stats/binomial.hpp"
#include "vmperf/stats/multiplicity.hpp"

namespace vmperf::stats {
namespace {} // namespace

void bind_multiplicity(py::module_ &m) {
  m.def(
      "benjamini_hochberg",
      [](const Doubles &p) {
        const auto view = span_of(p, "p");
        return to_array(without_gil([&] { return benjamini_hochberg(view); }));
      },
      py::arg("p").noconvert(), docs::benjamini_hochberg);
  m.def(
      "holm",
      [](const Doubles &p) {
        const auto view = span_of(p, "p");
        return to_array(without_gil([&] { return holm(view); }));
      },
      py::arg("p").noconvert(), docs::holm);
  m.def(
      "binomial_bound",
      [](std::int64_t k, std::int64_t n, double confidence, const std::string &side) {
        const Side which = side_of(side);
        return to_dict(without_gil([&] { return binomial_bound(k, n, confidence, which); }),
                       "share");
      },
      py::arg("k"), py::arg("n"), py::kw_only(), py::arg("confidence") = 0.95,
      py::arg("side") = "upper", docs::binomial_bound);
}

} // namespace vmperf::stats
