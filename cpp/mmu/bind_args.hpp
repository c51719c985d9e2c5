// What the binding files of the MMU share: Python's values as those of C++. Out of range is
// InvalidArgumentError, of another type TypeError. O(1) but for arrays; needs the GIL.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <optional>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/mmu/page_table.hpp"

namespace vmperf::mmu {

namespace py = pybind11;
using Addresses = py::array_t<std::uint64_t, py::array::c_style>;
using Walks = py::array_t<tlb::Translation, py::array::c_style>;
using TableClass = py::class_<PageTable>;
using MaybeCache = std::optional<WalkCache *>; // None in signatures, too

/// 0 to most; the error names the argument.
[[nodiscard]] std::uint64_t to_number(const py::handle &value, const char *name,
                                      std::uint64_t most = ~std::uint64_t{0});
[[nodiscard]] std::uint16_t to_asid(const py::handle &value);
/// "r", "w", "x"; of to_purpose None, too, which only looks.
[[nodiscard]] tlb::Access to_access(const std::string &word);
[[nodiscard]] Purpose to_purpose(const py::object &word);
/// (start, size_bytes), or None: all of it 0.
struct Range {
  std::uint64_t start = 0, size_bytes = 0;
};
[[nodiscard]] Range to_range(const py::object &pair, const char *name);

/// A one-dimensional array of unsigned integers, or a sequence of them, as contiguous uint64.
[[nodiscard]] Addresses to_addresses(const py::object &values);
/// `out` as it is, or a new array: n records that share no memory with what is read.
template <class T>
[[nodiscard]] py::array_t<T, py::array::c_style> to_output(const py::object &out, const char *name,
                                                           const Addresses &addresses) {
  using Array = py::array_t<T, py::array::c_style>;
  if (out.is_none()) {
    return Array(addresses.size());
  }
  if (!Array::check_(out)) {
    throw py::type_error(std::string(name) + " must be a C-contiguous array of its own type");
  }
  auto array = py::reinterpret_borrow<Array>(out);
  if (array.ndim() != 1 || array.size() != addresses.size() || !array.writeable()) {
    throw InvalidArgumentError(name, "of another shape or read-only",
                               std::to_string(addresses.size()) + " writeable items");
  }
  const auto *first = reinterpret_cast<const std::byte *>(array.data());
  const auto *other = reinterpret_cast<const std::byte *>(addresses.data());
  if (first < other + addresses.nbytes() && other < first + array.nbytes()) {
    throw InvalidArgumentError(name, "memory of vas", "an array of its own");
  }
  return array;
}

} // namespace vmperf::mmu
