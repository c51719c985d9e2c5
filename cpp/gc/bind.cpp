// The Python face of gc: bind_<subject>.cpp hold the functions, this file puts them together.
#include <pybind11/pybind11.h>

#include "bind.docs.hpp"
#include "bind_files.hpp"

namespace py = pybind11;

namespace vmperf::gc {
void bind(py::module_ &m) {
  m.doc() = docs::module;
  bind_files(m);
}
} // namespace vmperf::gc
