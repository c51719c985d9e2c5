// Arguments of any type that say what they should have been: signatures and stubs name the wanted
// type, and what does not fit is refused by the argument's name, not by pybind11's list of
// overloads. Numbers: InvalidArgumentError where one is out of range, TypeError where it is none.
// O(1); needs the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::memops {

namespace py = pybind11;

/// Any object with the buffer protocol, as signatures and stubs call it.
class BufferArg : public py::object {
public:
  using py::object::object;
  static bool check_(py::handle /*any*/) { return true; } // refused by name, in View
};

/// An integer, as signatures and stubs call it.
class IntArg : public py::object {
public:
  using py::object::object;
  static bool check_(py::handle /*any*/) { return true; } // refused by name, in to_size()
};

/// An integer that is an unsigned size; InvalidArgumentError where it is negative or above `most`
/// (it names `allowed`, else the range), TypeError where it is no integer.
inline std::size_t to_size(PyObject *value, const char *name, std::size_t most,
                           const char *allowed = nullptr) {
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value));
  if (!number) {
    PyErr_Clear();
    throw py::type_error(std::string(name) + " must be an integer, not " + Py_TYPE(value)->tp_name);
  }
  const std::size_t result = PyLong_AsSize_t(number.ptr());
  const bool failed = PyErr_Occurred() != nullptr;
  PyErr_Clear();
  if (failed || result > most) {
    throw InvalidArgumentError(name, py::str(number).cast<std::string>(),
                               allowed != nullptr ? allowed : "0 to " + std::to_string(most));
  }
  return result;
}

/// A byte; the common case is an int of Python's own.
inline unsigned char to_byte(PyObject *value) {
  if (PyLong_CheckExact(value)) {
    const long byte = PyLong_AsLong(value);
    if (byte >= 0 && byte <= 255) [[likely]] {
      return static_cast<unsigned char>(byte);
    }
    PyErr_Clear();
  }
  return static_cast<unsigned char>(to_size(value, "byte", 255));
}

} // namespace vmperf::memops

namespace pybind11::detail {
template <> struct handle_type_name<vmperf::memops::BufferArg> {
  static constexpr auto name = const_name("typing_extensions.Buffer");
};
template <> struct handle_type_name<vmperf::memops::IntArg> {
  static constexpr auto name = const_name("typing.SupportsIndex");
};
} // namespace pybind11::detail
