// The axis `steps`: how many inner steps one op of a kernel has, as a constant of its code. 101
// against 100 is a true difference of 1 %, for measuring what a comparison sees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {

/// Returns make.template operator()<Steps>() for the value of the axis.
template <class Make> WorkloadPtr with_steps(const Params &params, Make make) {
  switch (const std::size_t steps = params.get_size("steps", 1)) {
  case 1:
    return make.template operator()<1>();
  case 100:
    return make.template operator()<100>();
  case 101:
    return make.template operator()<101>();
  default:
    throw InvalidArgumentError("steps", std::to_string(steps), "1, 100 or 101");
  }
}

} // namespace vmperf::bench
