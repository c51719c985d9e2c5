// What the binding files of the pools share: Python integers as C++ ones, and each other's names.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/pool/slab.hpp"

namespace vmperf::pool {

namespace py = pybind11;

// Any Python integer as an unsigned one: out of range is this library's error, not a TypeError.
inline std::uint64_t to_unsigned(const py::handle &value, const char *name,
                                 const std::string &allowed) {
  const auto number = py::reinterpret_steal<py::int_>(PyNumber_Index(value.ptr()));
  if (!number) {
    throw py::error_already_set();
  }
  const std::uint64_t result = PyLong_AsUnsignedLongLong(number.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    throw InvalidArgumentError(name, py::str(number).cast<std::string>(), allowed);
  }
  return result;
}

inline std::size_t to_count(const py::handle &value, const char *name) {
  return to_unsigned(value, name, "0 to " + std::to_string(kMaxBytes));
}

} // namespace vmperf::pool
