// What the binding files of alloc share: Python integers as C++ ones, addresses as Python has them.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/alloc/shared_allocator.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {

namespace py = pybind11;

using AllocatorClass = py::class_<SharedAllocator, std::shared_ptr<SharedAllocator>>;

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

inline std::size_t to_size(const py::handle &value, const char *name) {
  return to_unsigned(value, name, "0 to " + std::to_string(PTRDIFF_MAX));
}

inline void *to_block(const py::handle &value) {
  const std::uint64_t address = to_unsigned(value, "address", "0 to 18446744073709551615");
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address is
  return reinterpret_cast<void *>(static_cast<std::uintptr_t>(address));
}

inline std::uint64_t to_address(const void *block) {
  return reinterpret_cast<std::uintptr_t>(block);
}

inline AllocatorClass allocator_of(const py::module_ &m) {
  return py::reinterpret_borrow<AllocatorClass>(m.attr("Allocator"));
}

} // namespace vmperf::alloc
