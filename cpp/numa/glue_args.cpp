#include <cstddef>
#include <limits>

#include "bind_args.hpp"

namespace vmperf::numa {
namespace {

[[noreturn]] void refuse_type(const char *name, const std::string &wanted,
                              const py::handle &value) {
  throw py::type_error(std::string(name) + " must be " + wanted + ", not " +
                       Py_TYPE(value.ptr())->tp_name);
}

// As an array of whatever it holds: of numbers of these kinds, of so many dimensions.
py::array to_array(const py::handle &value, const char *name, const std::string &kinds,
                   int dimensions, const std::string &wanted) {
  if (value.is_none() || py::isinstance<py::str>(value)) {
    refuse_type(name, wanted, value);
  }
  const auto array = py::array::ensure(value);
  if (!array) {
    throw InvalidArgumentError(name, "of rows that are not alike", wanted);
  }
  if (array.size() != 0 && kinds.find(array.dtype().kind()) == std::string::npos) {
    refuse_type(name, wanted, value);
  }
  if (array.ndim() != dimensions) {
    throw InvalidArgumentError(name, "of " + std::to_string(array.ndim()) + " dimensions",
                               std::to_string(dimensions));
  }
  return array;
}

} // namespace

std::int64_t to_integer(const py::handle &value, const char *name, std::int64_t least,
                        std::int64_t most) {
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) {
    PyErr_Clear();
    refuse_type(name, "an integer", value);
  }
  int overflow = 0;
  const std::int64_t result = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
  if (overflow != 0 || result < least || result > most) {
    throw InvalidArgumentError(name, py::str(number).cast<std::string>(),
                               std::to_string(least) + " to " + std::to_string(most));
  }
  return result;
}

Array<double> to_numbers(const py::handle &value, const char *name, int dimensions) {
  using Cast = py::array_t<double, py::array::c_style | py::array::forcecast>;
  return {Cast(to_array(value, name, "iuf", dimensions, "an array of real numbers"))};
}

Array<std::int64_t> to_integers(const py::handle &value, const char *name, int dimensions) {
  using Cast = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
  const py::array array = to_array(value, name, "iu", dimensions, "an array of integers");
  Array<std::int64_t> out{Cast(array)};
  if (array.size() != 0 && array.dtype().kind() == 'u') { // beyond int64 came out below 0
    for (py::ssize_t at = 0; at < out.size(); ++at) {
      if (out.data()[at] < 0) {
        throw InvalidArgumentError(name, "with an entry above 2**63 - 1", "less");
      }
    }
  }
  return out;
}

std::vector<int> to_nodes(const py::handle &value, const char *name) {
  const Array<std::int64_t> numbers = to_integers(value, name, 1);
  std::vector<int> nodes;
  for (py::ssize_t at = 0; at < numbers.size(); ++at) {
    const std::int64_t node = numbers.data()[at];
    if (node < 0 || node > std::numeric_limits<int>::max()) {
      throw InvalidArgumentError(name, "with node " + std::to_string(node), "0 and above");
    }
    nodes.push_back(static_cast<int>(node));
  }
  return nodes;
}

Matrix to_matrix(const py::handle &value, const char *name) {
  if (value.is_none()) {
    return {};
  }
  const Array<double> array = to_numbers(value, name, 2);
  if (array.shape(0) != array.shape(1)) {
    throw InvalidArgumentError(
        name, "of " + std::to_string(array.shape(0)) + " rows of " + std::to_string(array.shape(1)),
        "as many columns as rows");
  }
  return {static_cast<std::size_t>(array.shape(0)), {array.data(), array.data() + array.size()}};
}

py::object view_of(const std::vector<double> &values, const std::vector<py::ssize_t> &shape,
                   const py::handle &owner) {
  if (values.empty()) {
    return py::none();
  }
  Array<double> array(shape, values.data(), owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}

} // namespace vmperf::numa
