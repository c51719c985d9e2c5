// How arrays cross the border: in as views of contiguous, aligned, one-dimensional NumPy arrays of
// the exact dtype (else an error, never a silent copy), out as arrays that own the C++ buffer.
// Only bind*.cpp of this component include this. O(1) per array; needs the GIL, but without_gil.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/stats/interval.hpp"
#include "vmperf/stats/trimmed.hpp"

namespace vmperf::stats {
class Any;
} // namespace vmperf::stats

namespace pybind11::detail {
template <> struct handle_type_name<vmperf::stats::Any> {
  static constexpr auto name = const_name("typing.Any");
};
} // namespace pybind11::detail

namespace vmperf::stats {

namespace py = pybind11;

template <class T> using Array = py::array_t<T, py::array::c_style>;
using Doubles = Array<double>;
using Ints = Array<std::int64_t>;
using Numbers = py::typing::Dict<py::str, py::float_>;

/// A value of any type, as signatures and stubs call it.
class Any : public py::object {
  using py::object::object;
};
using Record = py::typing::Dict<py::str, Any>;

template <class T> std::span<const T> span_of(const Array<T> &array, const char *argument) {
  if (array.ndim() != 1) {
    throw InvalidArgumentError(
        argument, "an array of " + std::to_string(array.ndim()) + " dimensions", "one dimension");
  }
  if (reinterpret_cast<std::uintptr_t>(array.data()) % alignof(T) != 0) {
    throw py::type_error(std::string(argument) + " is not aligned to its item size: pass a copy");
  }
  return {array.data(), static_cast<std::size_t>(array.size())};
}

template <class T> Array<T> to_array(std::vector<T> values) {
  auto owner = std::make_unique<std::vector<T>>(std::move(values));
  const auto size = static_cast<py::ssize_t>(owner->size());
  const T *data = owner->data();
  py::capsule base(owner.get(), [](void *p) { delete static_cast<std::vector<T> *>(p); });
  owner.release(); // the capsule's now
  return Array<T>(size, data, base);
}

template <class Work> auto without_gil(Work work) {
  const py::gil_scoped_release released;
  return work();
}

/// Binds a statistic of one sample.
template <double (*statistic)(std::span<const double>)>
void def_statistic(py::module_ &m, const char *name, const char *doc) {
  m.def(
      name,
      [](const Doubles &values) {
        const auto view = span_of(values, "values");
        return without_gil([&] { return statistic(view); });
      },
      py::arg("values").noconvert(), doc);
}

/// An interval as a dict; `name` is what its estimate is called.
Numbers to_dict(const Interval &interval, const char *name = "estimate");
Numbers to_dict(const Location &location);

/// "two", "lower" or "upper"; InvalidArgumentError names `side`.
Side side_of(const std::string &text);

// One per subject; bind() in bind.cpp calls them all.

} // namespace vmperf::stats
