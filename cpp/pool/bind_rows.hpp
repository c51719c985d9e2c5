// The part of StackPool's face that deals in arrays. Only bind*.cpp of this component include this.
// O(1); needs the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include "bind_args.hpp"
#include "vmperf/pool/handle_pool.hpp"

namespace vmperf::pool {

using PoolClass = pybind11::class_<HandlePool>;

/// Classes that StackPool's methods return, and the methods: rows and leases, arrays.
void bind_stats(pybind11::module_ &m);
void bind_row_classes(pybind11::module_ &m);
void bind_rows(PoolClass &pool);
void bind_lent(PoolClass &pool);

} // namespace vmperf::pool
