// The Python face of os: fingerprint, self-test and CPU features; the rest in bind_*.cpp.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <type_traits>

#include "bind.docs.hpp"
#include "bind_files.hpp"
#include "vmperf/os/cpu.hpp"
#include "vmperf/os/kernels.hpp"
#include "vmperf/os/machine.hpp"

namespace py = pybind11;

namespace vmperf::os {

namespace {

// NOLINTBEGIN(misc-no-recursion): as deep as the tree, which is four levels
py::object to_python(const Fact &fact);

py::dict to_python(const Facts &facts) {
  py::dict out;
  for (const Field &field : facts) {
    out[py::str(field.name)] = to_python(field.value);
  }
  return out;
}

py::object to_python(const Fact &fact) {
  return std::visit(
      [](const auto &value) -> py::object {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Unknown>) {
          return py::none();
        } else if constexpr (std::is_same_v<T, Fact::List>) {
          py::list out;
          for (const Fact &item : value) {
            out.append(to_python(item));
          }
          return out;
        } else if constexpr (std::is_same_v<T, Facts>) {
          return to_python(value);
        } else {
          return py::cast(value);
        }
      },
      fact.value());
}
// NOLINTEND(misc-no-recursion)

py::list selftest_rows() {
  std::vector<KernelResult> results;
  {
    const py::gil_scoped_release release;
    results = selftest();
  }
  py::list rows;
  for (const KernelResult &result : results) {
    py::dict row;
    row["kernel"] = result.kernel;
    row["cycles"] = result.cycles;
    row["expected_cycles"] = result.expected_cycles;
    row["ns_per_op"] = result.ns_per_op;
    row["source"] = result.source;
    rows.append(row);
  }
  return rows;
}

py::dict machine_dict() {
  Facts facts;
  {
    const py::gil_scoped_release release;
    facts = machine();
  }
  return to_python(facts);
}

void bind_machine(py::module_ &m) {
  m.def("machine", &machine_dict, docs::machine);
  m.def("selftest", &selftest_rows, docs::selftest);
  m.def("has_feature", &has_feature, py::arg("name"), docs::has_feature);
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = "Operating system and CPU: fingerprint, self-test, pages, processes, libraries.";
  bind_machine(m);
  bind_files(m);
}

} // namespace vmperf::os
