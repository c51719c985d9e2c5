// Where mimalloc is found, for all that measures it: version 3 first, from the Python package
// cmeel-mimalloc, else from the system; an older one where there is no other. A second handle takes
// version 2 alone: both live in one process, side by side. Source: microsoft/mimalloc,
// include/mimalloc.h (mi_malloc, mi_free, mi_collect, mi_version).
#pragma once

#include <string>

#include "library.hpp"
#include "vmperf/alloc/face.hpp"

namespace vmperf::peers {

struct Mimalloc {
  alloc::Face face;
  void (*collect)(bool force);
  std::string version;
};

/// The newest there is.
[[nodiscard]] const Library<Mimalloc> &mimalloc();

/// Version 2.
[[nodiscard]] const Library<Mimalloc> &mimalloc2();

} // namespace vmperf::peers
