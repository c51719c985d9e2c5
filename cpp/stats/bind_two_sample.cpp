// Bindings: tests of two samples and the Hodges-Lehmann estimates.
#include "bind_arrays.hpp"
#include "bind_two_sample.docs.hpp"
#include "vmperf/stats/two_sample.hpp"

namespace vmperf::stats {
namespace {

Alternative alternative_of(const std::string &text) {
  if (text == "two") {
    return Alternative::two;
  }
  if (text == "greater") {
    return Alternative::greater;
  }
  if (text == "less") {
    return Alternative::less;
  }
  throw InvalidArgumentError("side", text, "two, greater, less");
}

Record to_dict(const RankTest &test) {
  Record result;
  result["u"] = test.u;
  result["p"] = test.p;
  result["method"] = test.exact ? "exact" : "normal";
  return result;
}

Numbers to_dict(const MeanTest &test) {
  Numbers result;
  result["difference"] = test.difference;
  result["t"] = test.t;
  result["df"] = test.df;
  result["p"] = test.p;
  return result;
}

template <auto test> void def_test(py::module_ &m, const char *name, const char *doc) {
  m.def(
      name,
      [](const Doubles &a, const Doubles &b, const std::string &side) {
        const auto view_a = span_of(a, "a");
        const auto view_b = span_of(b, "b");
        const Alternative which = alternative_of(side);
        return to_dict(without_gil([&] { return test(view_a, view_b, which); }));
      },
      py::arg("a").noconvert(), py::arg("b").noconvert(), py::kw_only(), py::arg("side") = "two",
      doc);
}

} // namespace

void bind_two_sample(py::module_ &m) {
  def_test<mann_whitney>(m, "mann_whitney", docs::mann_whitney);
  def_test<welch>(m, "welch", docs::welch);
  m.def(
      "hodges_lehmann",
      [](const Doubles &values) {
        const auto view = span_of(values, "values");
        return without_gil([&] { return hodges_lehmann(view); });
      },
      py::arg("values").noconvert(), docs::hodges_lehmann);
  m.def(
      "hodges_lehmann_shift",
      [](const Doubles &a, const Doubles &b) {
        const auto view_a = span_of(a, "a");
        const auto view_b = span_of(b, "b");
        return without_gil([&] { return hodges_lehmann_shift(view_a, view_b); });
      },
      py::arg("a").noconvert(), py::arg("b").noconvert(), docs::hodges_lehmann_shift);
}

} // namespace vmperf::stats
