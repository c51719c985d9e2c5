#include <algorithm>
#include <string>

#include "bind_arrays.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::guestmem {
namespace {

constexpr auto kUsable = static_cast<unsigned>(py::detail::npy_api::NPY_ARRAY_C_CONTIGUOUS_) |
                         static_cast<unsigned>(py::detail::npy_api::NPY_ARRAY_ALIGNED_);

bool is_usable(const py::array &array) {
  return (static_cast<unsigned>(array.flags()) & kUsable) == kUsable;
}

std::string text_of(const py::handle &value) {
  return py::str(value).cast<std::string>();
}

py::array to_array(const py::object &given, const char *name) {
  py::array array = py::array::ensure(given);
  if (!array) {
    PyErr_Clear();
    throw py::type_error(std::string(name) + " must be an array, not " +
                         Py_TYPE(given.ptr())->tp_name);
  }
  return array;
}

py::array convert(const py::array &array, const py::dtype &dtype) {
  return array.attr("astype")(dtype, "C").cast<py::array>();
}

bool is_item(const py::dtype &dtype) {
  const char kind = dtype.kind();
  const py::ssize_t size = dtype.itemsize();
  const bool sized = size == 1 || size == 2 || size == 4 || size == 8;
  return (kind == 'u' || kind == 'i' || kind == 'f') && sized &&
         dtype.attr("isnative").cast<bool>();
}

void check_item(const py::dtype &dtype, const char *name) {
  if (!is_item(dtype)) {
    throw py::type_error(std::string(name) + " is " + text_of(dtype) +
                         "; allowed: integers and floats of 1, 2, 4 or 8 bytes, in native order");
  }
}

std::string shape_of(const py::array &array) {
  return text_of(array.attr("shape"));
}

} // namespace

Addresses::Addresses(const py::object &given) : array_(to_array(given, "addresses")) {
  const char kind = array_.dtype().kind();
  if (kind != 'u' && kind != 'i' && array_.size() != 0) {
    throw py::type_error("addresses is an array of " + text_of(array_.dtype()) +
                         "; allowed: integers");
  }
  if (kind == 'i' && array_.size() != 0) {
    const py::object least = array_.attr("min")();
    if (least < py::int_(0)) {
      throw InvalidArgumentError("an address", text_of(least), "0 to 18446744073709551615");
    }
  }
  if (!py::isinstance<py::array_t<std::uint64_t>>(array_) || !is_usable(array_)) {
    array_ = convert(array_, py::dtype::of<std::uint64_t>());
  }
}

py::dtype to_item_dtype(const py::object &given) {
  if (given.is_none()) {
    return py::dtype::of<std::uint64_t>();
  }
  py::dtype dtype = py::dtype::from_args(given);
  check_item(dtype, "dtype");
  return dtype;
}

py::array make_like(const py::array &shape, const py::dtype &dtype) {
  return {dtype, std::vector<py::ssize_t>(shape.shape(), shape.shape() + shape.ndim())};
}

void check_shapes(const py::array &given, const py::array &wanted, const char *name) {
  if (!std::equal(given.shape(), given.shape() + given.ndim(), wanted.shape(),
                  wanted.shape() + wanted.ndim())) {
    throw InvalidArgumentError("the shape of " + std::string(name), shape_of(given),
                               "that of addresses, " + shape_of(wanted));
  }
}

py::array check_out(const py::object &out, const py::array &shape, const py::object &dtype) {
  if (!py::isinstance<py::array>(out)) {
    throw py::type_error("out must be an ndarray or None, not " +
                         std::string(Py_TYPE(out.ptr())->tp_name));
  }
  auto array = py::reinterpret_borrow<py::array>(out);
  check_item(array.dtype(), "out");
  if (!dtype.is_none() && !array.dtype().equal(to_item_dtype(dtype))) {
    throw py::type_error("out is an array of " + text_of(array.dtype()) + ", not of " +
                         text_of(to_item_dtype(dtype)));
  }
  check_shapes(array, shape, "out");
  if (!is_usable(array) || !array.writeable()) {
    throw InvalidArgumentError("out", "read-only or not contiguous",
                               "a writable, C-contiguous, aligned array");
  }
  return array;
}

py::array to_items(const py::object &values, const py::object &dtype) {
  py::array array = to_array(values, "values");
  if (!dtype.is_none()) {
    array = convert(array, to_item_dtype(dtype));
  }
  check_item(array.dtype(), "values");
  return is_usable(array) ? array : convert(array, array.dtype());
}

} // namespace vmperf::guestmem
