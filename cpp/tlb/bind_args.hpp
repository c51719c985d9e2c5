// What the binding files of the TLB share: Python integers as addresses and numbers in a range, and
// arrays of addresses. Out of range is InvalidArgumentError, of another type TypeError. O(1) but
// for arrays that are converted; needs the GIL.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

namespace vmperf::tlb {

namespace py = pybind11;
using Addresses = py::array_t<std::uint64_t, py::array::c_style>;
using Faults = py::array_t<std::uint8_t, py::array::c_style>;
using TlbClass = py::class_<SoftTlb>;

/// 0 to most; the error names the argument.
[[nodiscard]] std::uint64_t to_number(const py::handle &value, const char *name,
                                      std::uint64_t most = ~std::uint64_t{0});

/// An ASID: 0 to 65535.
[[nodiscard]] std::uint16_t to_asid(const py::handle &value);

/// A one-dimensional array of unsigned integers, or a sequence of them, as contiguous uint64.
[[nodiscard]] Addresses to_addresses(const py::object &values, const char *name);

/// Where the results of n addresses go: new arrays, or those of `out`, a pair (pa, fault).
struct Outputs {
  Addresses pa;
  Faults fault;
};
[[nodiscard]] Outputs to_outputs(const py::object &out, const Addresses &addresses);

} // namespace vmperf::tlb
