// What the bind files of the pool share: Python integers in, and the part of StackPool's face that
// deals in arrays. Only bind*.cpp of this component include this. O(1); needs the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>

#include "vmperf/pool/handle_pool.hpp"

namespace vmperf::pool {

/// Any Python integer as an unsigned one: out of range is this library's error, not a TypeError.
std::uint64_t to_unsigned(const pybind11::handle &value, const char *name,
                          const std::string &allowed);
std::size_t to_count(const pybind11::handle &value, const char *name);

using PoolClass = pybind11::class_<HandlePool>;

/// Classes that StackPool's methods return, and the methods: rows, leases, arrays.
void bind_row_classes(pybind11::module_ &m);
void bind_rows(PoolClass &pool);

} // namespace vmperf::pool
