// What a PyCapsule holds, which Python cannot see: the address of a function, say.
#include "bind_capsule.docs.hpp"

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>

#include "vmperf/base/error.hpp"

namespace py = pybind11;

namespace vmperf::bench {
namespace {

py::tuple capsule(const py::object &object) {
  PyObject *raw = object.ptr();
  if (PyCapsule_CheckExact(raw) == 0) {
    throw InvalidArgumentError("capsule", std::string(py::str(py::type::of(object))),
                               "a PyCapsule");
  }
  const char *name = PyCapsule_GetName(raw);
  void *pointer = PyCapsule_GetPointer(raw, name);
  void *context = PyCapsule_GetContext(raw);
  return py::make_tuple(reinterpret_cast<std::uintptr_t>(pointer), name == nullptr ? "" : name,
                        reinterpret_cast<std::uintptr_t>(context));
}

} // namespace

void bind_capsule(py::module_ &m) {
  m.def("capsule", &capsule, py::arg("capsule"), docs::capsule);
}

} // namespace vmperf::bench
