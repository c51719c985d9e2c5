// NumPy arrays as addresses and items. What is not as it is needed is converted once, where that
// changes no value; TypeError where it would, and for other kinds of items. O(n) where an array is
// converted, else O(1); needs the GIL.
#pragma once

#include <pybind11/numpy.h>

#include <cstdint>
#include <span>

namespace vmperf::guestmem {

namespace py = pybind11;

/// Addresses of any shape, as contiguous uint64.
class Addresses {
public:
  /// Any array or sequence of integers; InvalidArgumentError where one is negative.
  explicit Addresses(const py::object &given);

  [[nodiscard]] const py::array &array() const noexcept { return array_; }
  [[nodiscard]] std::span<const std::uint64_t> gpas() const noexcept {
    return {static_cast<const std::uint64_t *>(array_.data()),
            static_cast<std::size_t>(array_.size())};
  }

private:
  py::array array_;
};

/// Integers and floats of 1, 2, 4 or 8 bytes in native order; None is uint64.
py::dtype to_item_dtype(const py::object &given);
/// A new array of the same shape.
py::array make_like(const py::array &shape, const py::dtype &dtype);
/// `out` as it is, if it has the shape, the type asked for (None: any item type), and is writable
/// and contiguous.
py::array check_out(const py::object &out, const py::array &shape, const py::object &dtype);
/// Values to be written, contiguous; as NumPy converts them to `dtype` unless that is None.
py::array to_items(const py::object &values, const py::object &dtype);
/// InvalidArgumentError where the shapes differ.
void check_shapes(const py::array &given, const py::array &wanted, const char *name);

} // namespace vmperf::guestmem
