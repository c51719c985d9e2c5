// A foreign allocator as a face: the functions of a library taken under a prefix ("mi_", or none
// for one that has the names of the C library), and how the library becomes a source of faces.
#pragma once

#include <string>

#include "library.hpp"
#include "vmperf/alloc/face.hpp"

namespace vmperf::peers {

/// Takes PREFIXmalloc, free, calloc and realloc, all of the library's own, and aligned_alloc where
/// there is one. Version and path are the file's; a peer that says more overwrites the version.
inline void take_face(Symbols &from, const std::string &prefix, alloc::Face &face) {
  from.take_own((prefix + "malloc").c_str(), face.malloc);
  from.take_own((prefix + "free").c_str(), face.free);
  from.take_own((prefix + "calloc").c_str(), face.calloc);
  from.take_own((prefix + "realloc").c_str(), face.realloc);
  for (const char *name : {"aligned_alloc", "memalign"}) { // an older library has the latter alone
    if (face.aligned_alloc == nullptr) {
      face.aligned_alloc = from.find_own<void *(std::size_t, std::size_t)>((prefix + name).c_str());
    }
  }
  for (const char *name : {"usable_size", "malloc_usable_size", "malloc_size"}) {
    if (face.usable_size == nullptr) {
      face.usable_size = from.find_own<std::size_t(void *)>((prefix + name).c_str());
    }
  }
  face.version = from.file_name();
  face.path = from.path();
}

/// An Api with a member `face`, as alloc::FaceSource wants it.
template <class Api> alloc::FoundFace open_library(const Library<Api> &library) {
  const bench::Availability found = library.probe();
  if (found.status != bench::Status::ok) {
    return {.face = {}, .reason = found.reason};
  }
  return {.face = library.require().face, .reason = {}};
}

} // namespace vmperf::peers
