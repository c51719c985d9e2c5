// What the binding files of numa share: Python's values as those of C++, and views of what an
// object holds. Out of range is InvalidArgumentError, of another type TypeError. O(1) but for
// arrays; needs the GIL.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/numa/topology.hpp"

namespace vmperf::numa {

namespace py = pybind11;
template <class T> using Array = py::array_t<T, py::array::c_style>;
using TopologyPtr = std::shared_ptr<Topology>;

/// An integer from least to most; the error names the argument.
[[nodiscard]] std::int64_t to_integer(const py::handle &value, const char *name, std::int64_t least,
                                      std::int64_t most);
/// Any array or sequence of real numbers, of so many dimensions, as contiguous doubles.
[[nodiscard]] Array<double> to_numbers(const py::handle &value, const char *name, int dimensions);
/// Any array or sequence of integers, of so many dimensions, as contiguous int64.
[[nodiscard]] Array<std::int64_t> to_integers(const py::handle &value, const char *name,
                                              int dimensions);
/// A sequence of integers that are nodes: numbers of int.
[[nodiscard]] std::vector<int> to_nodes(const py::handle &value, const char *name);
/// None is an empty matrix.
[[nodiscard]] Matrix to_matrix(const py::handle &value, const char *name);

/// A read-only array over memory that `owner` keeps alive; None where there is nothing.
[[nodiscard]] py::object view_of(const std::vector<double> &values,
                                 const std::vector<py::ssize_t> &shape, const py::handle &owner);

/// A new array of a shape with these values.
template <class T, class From>
[[nodiscard]] Array<T> array_of(const From &values, const std::vector<py::ssize_t> &shape) {
  Array<T> out(shape);
  T *to = out.mutable_data();
  for (const auto value : values) {
    *to++ = static_cast<T>(value);
  }
  return out;
}

} // namespace vmperf::numa
