// Loads shared libraries of own benchmarks and designs into the registry (see plugin.hpp for how to
// write one). Not for use while a measurement runs.
#pragma once

#include <string>
#include <vector>

#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {

/// Adds what the library declares and returns the ids of its benchmarks; a library loaded before
/// returns the same ids again. All or nothing: OsError where it cannot be loaded, UnsupportedError
/// for another version of the interface, InvalidArgumentError where it is no library of benchmarks
/// or declares an id or a design that exists.
std::vector<std::string> load(Registry &registry, const std::string &path);

/// The absolute paths of all libraries loaded so far, in order: what a worker process must load to
/// see the same registry.
[[nodiscard]] std::vector<std::string> libraries();

} // namespace vmperf::bench
