#include <limits>

#include "bind_args.hpp"

namespace vmperf::mmu {
namespace {

[[noreturn]] void refuse_type(const char *name, const char *wanted, const py::handle &value) {
  throw py::type_error(std::string(name) + " must be " + wanted + ", not " +
                       Py_TYPE(value.ptr())->tp_name);
}

} // namespace

std::uint64_t to_number(const py::handle &value, const char *name, std::uint64_t most) {
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) {
    PyErr_Clear();
    refuse_type(name, "an integer", value);
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

tlb::Access to_access(const std::string &word) {
  for (const tlb::Access access : {tlb::Access::read, tlb::Access::write, tlb::Access::execute}) {
    if (word.size() == 1 && word[0] == tlb::letter_of(access)) {
      return access;
    }
  }
  throw InvalidArgumentError("access", word, "r, w, x");
}

Purpose to_purpose(const py::object &word) {
  return word.is_none() ? Purpose::inspect : purpose_of(to_access(word.cast<std::string>()));
}

Range to_range(const py::object &pair, const char *name) {
  if (pair.is_none()) {
    return {};
  }
  if (!py::isinstance<py::sequence>(pair) || py::len(pair) != 2) {
    refuse_type(name, "a pair (start, size_bytes)", pair);
  }
  const Range range{to_number(pair[py::int_(0)], name), to_number(pair[py::int_(1)], name)};
  if (range.size_bytes == 0) {
    throw InvalidArgumentError(name, "empty", "a pair (start, size_bytes) of whole pages");
  }
  return range;
}

Addresses to_addresses(const py::object &values) {
  py::object made = values;
  if (!py::isinstance<py::array>(values)) { // NumPy would take 1.5 for 1, and -1 for 2**64 - 1
    if (!py::isinstance<py::sequence>(values) || py::isinstance<py::str>(values)) {
      refuse_type("vas", "an array of unsigned integers", values);
    }
    const py::tuple items(values); // of its own: an item's __index__ may change the sequence
    Addresses copy(static_cast<py::ssize_t>(items.size()));
    std::uint64_t *to = copy.mutable_data();
    for (const py::handle item : items) {
      *to++ = to_number(item, "vas");
    }
    made = std::move(copy);
  } else if (py::reinterpret_borrow<py::array>(values).dtype().kind() != 'u') {
    refuse_type("vas", "an array of unsigned integers", values);
  }
  const py::array_t<std::uint64_t, py::array::c_style | py::array::forcecast> array(made);
  if (array.ndim() != 1) {
    throw InvalidArgumentError("vas", std::to_string(array.ndim()) + " dimensions", "one");
  }
  return {array};
}

} // namespace vmperf::mmu
