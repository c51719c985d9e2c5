// The Python face of code of others: libraries of benchmarks, and libraries that are a design.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

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
  m.def("libraries", &libraries, R"(The shared libraries of benchmarks loaded so far.

Returns
-------
list of str
    Absolute paths in the order of loading: what another process must load to see the same catalog.

Examples
--------
>>> from vmperf import bench
>>> all(path.startswith("/") for path in bench.libraries())
True
)");
  m.def("load", &load_aloud, py::arg("path"),
        R"(Add the benchmarks and designs of a shared library to the catalog of this process.

Parameters
----------
path : str
    A library written with ``<vmperf/bench/plugin.hpp>``; loading it twice is loading it once.

Returns
-------
list of str
    The ids of its benchmarks, then ``api:name`` of each design that it adds to an API.

Raises
------
OsError
    The library cannot be loaded; the loader's words.
UnsupportedError
    It was built for another version of the plugin interface.
MeasurementError
    ``crashed`` or ``timed_out``: loading it in a child process, which is tried first.
InvalidArgumentError
    It is no library of benchmarks, or a name it declares exists already; nothing is added then.

Warns
-----
RuntimeWarning
    It changes rounding or denormals for the whole process as it is loaded; that is taken back.

Notes
-----
The library stays loaded for the life of the process. Its code runs in this process: run what you do
not trust through ``vmperf.run``, which measures in workers.

Examples
--------
>>> import vmperf
>>> from vmperf import bench
>>> try:
...     bench.load("no-such-library.so")
... except vmperf.OsError as error:
...     print(error.call)
dlopen
)");
  m.def("imports", &imports_as_dicts, R"(The libraries imported as designs so far.

Returns
-------
list of dict
    ``name``, ``path``, ``prefix`` and ``version`` (path and a hash of the file) of each, in order:
    what another process must import to see the same catalog.

Examples
--------
>>> from vmperf import bench
>>> isinstance(bench.imports(), list)
True
)");
  m.def(
      "import_design",
      [](const std::string &name, const std::string &path, const std::string &prefix) {
        return import_design(registry(), name, path, prefix);
      },
      py::arg("name"), py::arg("path"), py::arg("prefix") = "",
      R"(Enter a library of C functions as a design of the APIs that it fits.

An API takes a library that exports all of its functions: ``pool`` takes ``malloc`` and ``free``,
``memops`` takes ``memcpy``, for its benchmarks of copies. A library may enter several.

Parameters
----------
name : str
    Name of the design.
path : str
    The shared library.
prefix : str
    What its symbols begin with: ``"my_"`` for ``my_malloc`` and ``my_free``.

Returns
-------
list of str
    ``api:name`` of each API that it entered; the same import again returns the same again.

Raises
------
InvalidArgumentError
    A malformed name, a name that is taken, a missing file or symbol.
OsError
    The file is no shared library; the loader's words.
MeasurementError
    ``crashed`` or ``timed_out``: loading it in a child process, which is tried first.

Notes
-----
The library stays loaded for the life of the process; its symbols replace nobody's.

Examples
--------
>>> import vmperf
>>> from vmperf import bench
>>> try:
...     bench.import_design("mine", "no-such-library.so")
... except vmperf.InvalidArgumentError as error:
...     print(error.argument)
library of design mine
)");
}

} // namespace vmperf::bench
