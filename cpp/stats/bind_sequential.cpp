// Bindings: planning a comparison: when one may stop, what it can see, how many pairs it takes.
#include "bind_arrays.hpp"
#include "bind_sequential.docs.hpp"
#include "vmperf/stats/power.hpp"
#include "vmperf/stats/sequential.hpp"

namespace vmperf::stats {
namespace {

Spending spending_of(const std::string &text) {
  if (text == "obrien_fleming") {
    return Spending::obrien_fleming;
  }
  if (text == "pocock") {
    return Spending::pocock;
  }
  throw InvalidArgumentError("spending", text, "obrien_fleming, pocock");
}

} // namespace

void bind_sequential(py::module_ &m) {
  m.def(
      "sequential_levels",
      [](const Ints &looks, double alpha, const std::string &spending, double reserve) {
        const auto view = span_of(looks, "looks");
        const Spending which = spending_of(spending);
        return to_array(
            without_gil([&] { return sequential_levels(view, alpha, which, reserve); }));
      },
      py::arg("looks").noconvert(), py::kw_only(), py::arg("alpha"),
      py::arg("spending") = "obrien_fleming", py::arg("reserve") = 0.0, docs::sequential_levels);
  m.def("detectable", detectable, py::arg("std_error"), py::arg("df"), py::kw_only(),
        py::arg("alpha"), py::arg("power") = kDefaultPower,
        py::call_guard<py::gil_scoped_release>(), docs::detectable);
  m.def("required_pairs", required_pairs, py::arg("std"), py::arg("effect"), py::kw_only(),
        py::arg("alpha"), py::arg("power") = kDefaultPower, py::arg("trim") = kDefaultTrim,
        py::call_guard<py::gil_scoped_release>(), docs::required_pairs);
}

} // namespace vmperf::stats
