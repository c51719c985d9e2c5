// Names of a library of own benchmarks, tested before they enter the registry: they become keys of
// rows, columns and words of commands, where two that are alike are one. O(declarations).
#pragma once

#include <string>

#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {

/// InvalidArgumentError where a name is empty, malformed, there twice or missing: of a benchmark, a
/// design or an axis, a value of an axis, a benchmark without a design, a design of a benchmark
/// that there is not, or that takes no designs of that API. `known` is what there is already.
void check_names(const Registry &known, const Registry &added);

/// The same for the name of one design.
void check_design_name(const std::string &name);

} // namespace vmperf::bench
