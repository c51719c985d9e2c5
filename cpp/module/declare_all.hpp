// All that the components declare, in one call. The list is generated from the table and the names
// of files (cmake/VmperfComponent.cmake); one thread, once per registry.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf {

void declare_all(bench::Registry &registry);

} // namespace vmperf
