// Which core design this is, and what its makers or measurers document of it: latencies in core
// cycles for the self-test kernels. A core that isn't in the table has no expectations.
#pragma once

#include <optional>
#include <string_view>

#include "vmperf/os/cpu.hpp"

namespace vmperf::os {

struct Microarchitecture {
  std::string_view name;
  std::optional<double> add;     ///< register-register add, 64 bits
  std::optional<double> imul;    ///< register-register multiply, 32 bits
  std::optional<double> l1_load; ///< load to use of a simple address that hits L1
  std::string_view source;
};

/// nullptr where the table doesn't have it.
[[nodiscard]] const Microarchitecture *find_microarchitecture(const Cpu &cpu);

} // namespace vmperf::os
