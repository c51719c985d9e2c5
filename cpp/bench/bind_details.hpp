// What workloads report, as Python values.
#pragma once

#include <pybind11/pybind11.h>

#include <cmath>
#include <vector>

#include "vmperf/bench/runner.hpp"

namespace vmperf::bench {

/// NaN says that there is no value.
inline pybind11::object number_or_none(double value) {
  return std::isnan(value) ? pybind11::object(pybind11::none()) : pybind11::float_(value);
}

/// Tuples of kind, name, placement and bytes.
inline pybind11::list to_list(const std::vector<Detail> &details) {
  pybind11::list all;
  for (const Detail &one : details) {
    const pybind11::bytes data(reinterpret_cast<const char *>(one.data.data()), one.data.size());
    all.append(pybind11::make_tuple(one.kind, one.name, one.placement, data));
  }
  return all;
}

} // namespace vmperf::bench
