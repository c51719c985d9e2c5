// The axis `steps`: how many inner steps one op of a kernel has, as a constant of its code. 101
// against 100 is a true difference of 1 %, for measuring what a comparison sees. More than that is
// for noise that a campaign plants: processes of both sides with other numbers of steps.
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
  case 105:
    return make.template operator()<105>();
  case 110:
    return make.template operator()<110>();
  case 115:
    return make.template operator()<115>();
  case 120:
    return make.template operator()<120>();
  case 200:
    return make.template operator()<200>();
  default:
    throw InvalidArgumentError("steps", std::to_string(steps),
                               "1, 100, 101, 105, 110, 115, 120 or 200");
  }
}

} // namespace vmperf::bench
