// The part of StackPool's face that deals in arrays. Only bind*.cpp of this component include this.
// O(1); needs the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include "bind_args.hpp"
#include "vmperf/pool/handle_pool.hpp"

namespace vmperf::pool {

using PoolClass = pybind11::class_<HandlePool>;

/// The class that bind() made, for methods of a subject that has a file of its own.
inline PoolClass stack_pool_of(const pybind11::module_ &m) {
  return pybind11::reinterpret_borrow<PoolClass>(m.attr("StackPool"));
}

} // namespace vmperf::pool
