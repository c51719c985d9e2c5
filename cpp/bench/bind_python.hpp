// The timed loops over Python objects. run(n) needs the GIL and n >= 1; it returns what the last
// call returned and throws error_already_set at the first call that raises.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vmperf::bench {

namespace py = pybind11;

/// A new reference, or the error that came instead of it.
inline PyObject *checked(PyObject *result) {
  if (result == nullptr) {
    throw py::error_already_set();
  }
  return result;
}

/// target(*args), through the vectorcall protocol.
class PythonCall {
public:
  PythonCall(py::object target, py::tuple args)
      : target_(std::move(target)), kept_(std::move(args)), args_(kept_.size() + 1) {
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      args_[i + 1] = kept_[i].ptr();
    }
  }

  [[nodiscard]] py::object run(std::uint64_t n) const {
    for (std::uint64_t left = n; left > 1; --left) {
      Py_DECREF(call());
    }
    return py::reinterpret_steal<py::object>(call());
  }

private:
  [[nodiscard]] PyObject *call() const {
    const std::size_t n_args = kept_.size() | PY_VECTORCALL_ARGUMENTS_OFFSET;
    return checked(PyObject_Vectorcall(target_.ptr(), args_.data() + 1, n_args, nullptr));
  }

  py::object target_;
  py::tuple kept_;
  std::vector<PyObject *> args_; // one free place in front, as the protocol likes it
};

/// target[key] = value, which as a statement is no call of a function.
class PythonItem {
public:
  PythonItem(py::object target, py::object key, py::object value)
      : target_(std::move(target)), key_(std::move(key)), value_(std::move(value)) {}

  [[nodiscard]] py::object run(std::uint64_t n) const {
    for (std::uint64_t left = n; left != 0; --left) {
      if (PyObject_SetItem(target_.ptr(), key_.ptr(), value_.ptr()) != 0) {
        throw py::error_already_set();
      }
    }
    return py::none();
  }

private:
  py::object target_, key_, value_;
};

/// A builtin that takes any arguments and does nothing.
[[nodiscard]] py::object empty_builtin();

} // namespace vmperf::bench
