// Code of others in the registry: libraries of own benchmarks and designs (plugin.hpp says how to
// write one), and libraries of plain C functions, such as an allocator's malloc and free, as
// designs of the APIs that take them (Registry::importer). A library is opened in a forked child
// first: one that crashes or hangs as it is loaded is an error, not the end of this process.
// It stays loaded for good. One thread at a time, and not while a measurement runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {

/// Adds what the library declares and returns the ids of its benchmarks, then "api:name" of each
/// design that it adds to an API; a library loaded before returns the same again. All or nothing:
/// OsError where it cannot be loaded, UnsupportedError for another version of the interface,
/// MeasurementError where it crashes or hangs, InvalidArgumentError where it is no library of
/// benchmarks or declares an id or a design that exists.
std::vector<std::string> load(Registry &registry, const std::string &path);

/// The absolute paths of all libraries loaded so far, in order: what a worker process must load to
/// see the same registry.
[[nodiscard]] std::vector<std::string> libraries();

/// A library of C functions that is a design.
struct Import {
  std::string name;    ///< of the design
  std::string path;    ///< absolute
  std::string prefix;  ///< of its symbols: "my_" for my_malloc
  std::string version; ///< path, prefix and a hash of the file: two builds are never the same
};

/// Enters the library at `path` as design `name` of every API all of whose symbols it exports, and
/// returns "api:name" of each; the same once more returns the same again. OsError where it is no
/// shared library, MeasurementError where loading it crashes or hangs, InvalidArgumentError where
/// the file or a symbol is missing, the name is malformed or taken.
std::vector<std::string> import_design(Registry &registry, const std::string &name,
                                       const std::string &path, const std::string &prefix);

/// All designs imported so far, in order: what a worker process must import too.
[[nodiscard]] std::vector<Import> imports();

/// Runs a step that loads foreign code in a forked child; MeasurementError (crashed, timed_out)
/// where that doesn't come back. An exception of the step is left for its repetition here.
void try_in_child(const std::string &what, const std::function<void()> &step);

} // namespace vmperf::bench
