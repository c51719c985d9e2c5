// What the functions of the vectorcall protocol share: arguments by place or by interned name,
// words out of a fixed list, C++ exceptions as Python's. A call with all arguments by place never
// comes here; one with keywords costs a pointer comparison each. No state; needs the GIL. Source:
// PEP 590; METH_FASTCALL | METH_KEYWORDS in the C API reference.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <cstddef>
#include <exception>
#include <span>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/memops/kinds.hpp"

namespace vmperf::memops {

namespace py = pybind11;

using Args = PyObject *const *;

/// A function of the vectorcall protocol.
struct FastFunction {
  const char *name;
  _PyCFunctionFastWithKeywords entry;
  const char *signature; // as pybind11 would write it, from "(" on: the stubs are made from it
  const char *doc;
};

/// Makes them members of the module.
void add_functions(py::module_ &m, std::span<const FastFunction> functions);

/// Runs a body that returns a new reference; its exceptions go through the map of cpp/module.
template <class Body>
PyObject *guarded(Body body) noexcept { // NOLINT(bugprone-exception-escape): only without the GIL
  try {
    return body();
  } catch (py::error_already_set &e) {
    e.restore();
  } catch (const std::exception &) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

/// The names that a function takes: the first `required` must be given, the first `by_place` may
/// stand without their name.
template <std::size_t kCount> class Parameters {
public:
  Parameters(const char *function, std::size_t required, std::size_t by_place,
             const std::array<const char *, kCount> &names)
      : function_(function), required_(required), by_place_(by_place), words_(names) {
    for (std::size_t i = 0; i < kCount; ++i) {
      names_[i] = PyUnicode_InternFromString(names[i]);
      if (names_[i] == nullptr) {
        throw py::error_already_set();
      }
    }
  }

  /// One borrowed reference per name, null where it is not given. TypeError as Python's own.
  [[nodiscard]] std::array<PyObject *, kCount> parse(Args args, Py_ssize_t nargs,
                                                     PyObject *kwnames) const {
    std::array<PyObject *, kCount> found{};
    const auto n = static_cast<std::size_t>(nargs);
    if (n > by_place_) {
      fail("takes at most " + std::to_string(by_place_) + " positional arguments (" +
           std::to_string(n) + " given)");
    }
    for (std::size_t i = 0; i < n; ++i) {
      found[i] = args[i];
    }
    const Py_ssize_t n_named = kwnames != nullptr ? PyTuple_GET_SIZE(kwnames) : 0;
    for (Py_ssize_t i = 0; i < n_named; ++i) {
      PyObject *&slot = found[index_of(PyTuple_GET_ITEM(kwnames, i))];
      if (slot != nullptr) {
        fail("got multiple values for argument '" + text(PyTuple_GET_ITEM(kwnames, i)) + "'");
      }
      slot = args[nargs + i];
    }
    for (std::size_t i = 0; i < required_; ++i) {
      if (found[i] == nullptr) {
        fail("missing required argument: '" + std::string(words_[i]) + "'");
      }
    }
    return found;
  }

private:
  static std::string text(PyObject *word) { return py::str(py::handle(word)).cast<std::string>(); }

  [[nodiscard]] std::size_t index_of(PyObject *word) const {
    for (std::size_t i = 0; i < kCount; ++i) {
      if (names_[i] == word) {
        return i;
      }
    }
    for (std::size_t i = 0; i < kCount; ++i) { // a name made at run time is not interned
      if (PyUnicode_CompareWithASCIIString(word, words_[i]) == 0) {
        return i;
      }
    }
    fail("got an unexpected keyword argument '" + text(word) + "'");
  }

  [[noreturn]] void fail(const std::string &what) const {
    throw py::type_error(std::string(function_) + "() " + what);
  }

  const char *function_;
  std::size_t required_, by_place_;
  std::array<const char *, kCount> words_;
  std::array<PyObject *, kCount> names_{};
};

/// "auto", "temporal" or "stream"; null is the default. InvalidArgumentError lists them.
Hint to_hint(PyObject *word);
/// "balanced", "throughput" or "forward"; null is the default.
Policy to_policy(PyObject *word);

} // namespace vmperf::memops
