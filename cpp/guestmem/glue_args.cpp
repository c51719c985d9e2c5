#include "bind_args.hpp"

namespace vmperf::guestmem {

std::uint64_t to_unsigned(py::handle value, const char *name, std::uint64_t most) {
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) {
    PyErr_Clear();
    throw py::type_error(std::string(name) + " must be an integer, not " +
                         Py_TYPE(value.ptr())->tp_name);
  }
  const std::uint64_t word = PyLong_AsUnsignedLongLong(number.ptr());
  const bool failed = PyErr_Occurred() != nullptr;
  PyErr_Clear();
  if (failed || word > most) {
    throw InvalidArgumentError(name, py::str(number).cast<std::string>(),
                               "0 to " + std::to_string(most));
  }
  return word;
}

Bytes::Bytes(const BufferArg &object, const char *name) {
  if (PyObject_CheckBuffer(object.ptr()) == 0) {
    throw py::type_error(std::string(name) +
                         " must be a buffer (bytes, bytearray, ndarray, ...), not " +
                         Py_TYPE(object.ptr())->tp_name);
  }
  if (PyObject_GetBuffer(object.ptr(), &export_, PyBUF_SIMPLE) != 0) {
    PyErr_Clear();
    throw InvalidArgumentError(
        name, "a " + std::string(Py_TYPE(object.ptr())->tp_name) + " that gives no plain bytes",
        "a C-contiguous buffer of plain values");
  }
}

} // namespace vmperf::guestmem
