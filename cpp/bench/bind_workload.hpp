// Workloads made by Python text, and what else runs such text: the namespace of one, and exceptions
// that leave the interpreter. O(1); whoever holds Names holds the GIL.
#pragma once

#include <pybind11/eval.h>

#include <string>

#include "bind_python.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/python.hpp"

namespace vmperf::bench {

/// Copied out of the exception while the GIL is held: what leaves here needs no interpreter.
[[noreturn]] inline void rethrow(py::error_already_set &error) {
  if (error.matches(PyExc_NotImplementedError) || error.matches(PyExc_ImportError)) {
    throw UnsupportedError(py::str(error.value()).cast<std::string>());
  }
  throw VmperfError(error.what());
}

/// The namespace of a text. Functions of the text hold it and it holds them: so it ends empty.
class Names {
public:
  Names() = default;
  Names(const Names &) = delete;
  Names &operator=(const Names &) = delete;
  Names(Names &&) = delete;
  Names &operator=(Names &&) = delete;
  ~Names() { names_.clear(); }

  void set(const char *name, const py::object &value) { names_[name] = value; }
  void exec(const std::string &text) { py::exec(text, names_); }
  [[nodiscard]] bool has(const char *name) const { return names_.contains(name); }
  [[nodiscard]] py::object get(const char *name) const { return names_[name]; }

private:
  py::dict names_;
};

/// The workload that a text makes at one point of the axes; takes the GIL itself.
[[nodiscard]] WorkloadPtr workload_of_text(const std::string &text, const Params &params);

} // namespace vmperf::bench
