// The face of an allocator: its functions as pointers, so that ours and every foreign one are
// called alike, by the benchmarks, by the replay of a trace and by `vmperf.alloc.peers()`.
//
//   name -> source { summary, open } --open once--> Face { malloc, free, ... } or why not
//
// An allocator enters by add_face() as the module is loaded; nothing is opened before somebody asks
// for it. What is not there says how to get it and is asked again the next time, since directories
// may be added meanwhile; what was opened stays open, as its blocks may be live anywhere.
// open_face() is O(allocators); safe from any thread, but for add_face(), which one thread calls.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vmperf::alloc {

struct Face {
  void *(*malloc)(std::size_t size) = nullptr;
  void (*free)(void *block) = nullptr;
  void *(*calloc)(std::size_t count, std::size_t size) = nullptr;
  void *(*realloc)(void *block, std::size_t size) = nullptr;
  void *(*aligned_alloc)(std::size_t alignment, std::size_t size) = nullptr; ///< null: it has none
  std::size_t (*usable_size)(void *block) = nullptr;                         ///< null: it has none
  void (*purge)() = nullptr;      ///< gives free memory back now; null: it has none
  bool allocates_nothing = false; ///< its blocks overlap: nothing to be proved
  // Initialised, so that a face may be written as a list of the members that it has.
  // NOLINTBEGIN(readability-redundant-member-init)
  std::string name{};
  std::string version{}; ///< as the library says it, else the name of its file
  std::string path{};    ///< of the library; empty where it is part of this process
  // NOLINTEND(readability-redundant-member-init)
};

/// What open() comes to: a face, or the reason why there is none and what would supply it.
struct FoundFace {
  Face face;
  std::string reason; ///< empty where it is there
};

struct FaceSource {
  std::string name;
  std::string summary;
  bool peer = false; ///< the work of others
  bool null = false; ///< allocates nothing: what the loop around it costs
  FoundFace (*open)(const std::string &name) = nullptr;
};

/// Enters an allocator; InvalidArgumentError where the name is taken.
void add_face(FaceSource source);

/// Names in the order in which they were entered.
[[nodiscard]] std::vector<std::string> face_names();

/// InvalidArgumentError with the names that there are for another one.
[[nodiscard]] const FaceSource &face_source(const std::string &name);

/// Opens it where that was not done yet. The reason is empty where it is there.
[[nodiscard]] FoundFace find_face(const std::string &name);

/// The same where it must be there: else UnsupportedError with the reason.
[[nodiscard]] Face open_face(const std::string &name);

} // namespace vmperf::alloc
