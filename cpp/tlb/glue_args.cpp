#include "bind_args.hpp"

#include <limits>

namespace vmperf::tlb {
namespace {

std::string type_of(const py::handle &value) {
  return Py_TYPE(value.ptr())->tp_name;
}

void check_one_dimension(const py::array &array, const char *name) {
  if (array.ndim() != 1) {
    throw InvalidArgumentError(name, "an array of " + std::to_string(array.ndim()) + " dimensions",
                               "one dimension");
  }
}

// An array to write n results of type T to, as it is: a copy would lose them.
template <class T>
py::array_t<T, py::array::c_style> to_output(const py::handle &value, const char *name,
                                             const char *type, py::ssize_t n) {
  using Array = py::array_t<T, py::array::c_style>;
  if (!Array::check_(value)) {
    throw py::type_error(std::string(name) + " must be a C-contiguous array of " + type);
  }
  auto array = py::reinterpret_borrow<Array>(value);
  check_one_dimension(array, name);
  if (array.size() != n) {
    throw InvalidArgumentError(name, std::to_string(array.size()) + " items",
                               std::to_string(n) + ", one for each address");
  }
  if (!array.writeable()) {
    throw InvalidArgumentError(name, "read-only", "a writeable array");
  }
  return array;
}

bool overlap(const py::array &a, const py::array &b) {
  const auto *first = static_cast<const char *>(a.data());
  const auto *second = static_cast<const char *>(b.data());
  return first < second + b.nbytes() && second < first + a.nbytes();
}

} // namespace

std::uint64_t to_number(const py::handle &value, const char *name, std::uint64_t most) {
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) {
    PyErr_Clear();
    throw py::type_error(std::string(name) + " must be an integer, not " + type_of(value));
  }
  const std::uint64_t result = PyLong_AsUnsignedLongLong(number.ptr());
  const bool failed = PyErr_Occurred() != nullptr;
  PyErr_Clear();
  if (failed || result > most) {
    throw InvalidArgumentError(name, py::str(number).cast<std::string>(),
                               "0 to " + std::to_string(most));
  }
  return result;
}

std::uint16_t to_asid(const py::handle &value) {
  return static_cast<std::uint16_t>(
      to_number(value, "asid", std::numeric_limits<std::uint16_t>::max()));
}

Addresses to_addresses(const py::object &values, const char *name) {
  const bool is_array = py::isinstance<py::array>(values);
  if (is_array && py::reinterpret_borrow<py::array>(values).dtype().kind() != 'u') {
    throw py::type_error(std::string(name) + " must be an array of unsigned integers, not of " +
                         py::str(values.attr("dtype")).cast<std::string>());
  }
  py::object made = values;
  if (!is_array) { // NumPy would take 1.5 for 1, and -1 for 2**64 - 1
    if (!py::isinstance<py::sequence>(values) || py::isinstance<py::str>(values)) {
      throw py::type_error(std::string(name) + " must be an array of unsigned integers, not " +
                           type_of(values));
    }
    const py::tuple items(values); // of its own: an item's __index__ may change the sequence
    Addresses copy(static_cast<py::ssize_t>(items.size()));
    std::uint64_t *to = copy.mutable_data();
    for (const py::handle item : items) {
      *to++ = to_number(item, name);
    }
    made = std::move(copy);
  }
  const auto array = py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast>(made);
  check_one_dimension(array, name);
  return {array};
}

Outputs to_outputs(const py::object &out, const Addresses &addresses) {
  const py::ssize_t n = addresses.size();
  if (out.is_none()) {
    return {Addresses(n), Faults(n)};
  }
  if (!py::isinstance<py::tuple>(out) || py::len(out) != 2) {
    throw py::type_error("out must be a pair of arrays (pa, fault), not " + type_of(out));
  }
  const auto pair = py::reinterpret_borrow<py::tuple>(out);
  Outputs outputs{to_output<std::uint64_t>(pair[0], "out[0]", "uint64", n),
                  to_output<std::uint8_t>(pair[1], "out[1]", "uint8", n)};
  if (overlap(outputs.pa, outputs.fault) || overlap(outputs.fault, addresses) ||
      overlap(outputs.pa, addresses)) {
    throw InvalidArgumentError("out", "arrays that share memory",
                               "arrays apart from each other and from vas");
  }
  return outputs;
}

} // namespace vmperf::tlb
