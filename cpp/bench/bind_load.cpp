// The Python face of code of others: libraries of benchmarks, and libraries that are a design.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bind_load.docs.hpp"
#include "vmperf/bench/load.hpp"
#include "vmperf/os/dynlib.hpp"

namespace py = pybind11;

namespace vmperf::bench {
namespace {

py::list imports_as_dicts() {
  py::list all;
  for (const Import &one : imports()) {
    all.append(py::dict(py::arg("name") = one.name, py::arg("path") = one.path,
                        py::arg("prefix") = one.prefix, py::arg("version") = one.version));
  }
  return all;
}

// What a library did to the arithmetic of the process is said where it was loaded.
std::vector<std::string> load_aloud(const std::string &path) {
  const std::size_t before = os::libraries_that_set_float_control().size();
  std::vector<std::string> added = load(registry(), path);
  const std::vector<std::string> changers = os::libraries_that_set_float_control();
  for (std::size_t i = before; i < changers.size(); ++i) {
    const std::string text = changers[i] + " changes rounding or denormals of the whole process as "
                                           "it is loaded (-ffast-math?); that was taken back";
    if (PyErr_WarnEx(PyExc_RuntimeWarning, text.c_str(), 1) != 0) {
      throw py::error_already_set();
    }
  }
  return added;
}

} // namespace

void bind_load(py::module_ &m) {
  m.def("libraries", &libraries, docs::libraries);
  m.def("load", &load_aloud, py::arg("path"), docs::load);
  m.def("imports", &imports_as_dicts, docs::imports);
  m.def(
      "import_design",
      [](const std::string &name, const std::string &path, const std::string &prefix) {
        return import_design(registry(), name, path, prefix);
      },
      py::arg("name"), py::arg("path"), py::arg("prefix") = "", docs::import_design);
}

} // namespace vmperf::bench
