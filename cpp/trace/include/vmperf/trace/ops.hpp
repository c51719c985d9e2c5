// What a program asked of its allocator, as a flat array of operations in time order. Addresses are
// gone: a block is its slot, a dense number that names it from its allocation to its free; then the
// slot may be given to another block, the last one freed first. So an array of n_slots pointers is
// all that a replay needs, and n_slots is the most blocks that were ever live.
//   allocate   malloc, calloc, aligned: the slot was free before
//   realloc    one operation on the slot of a live block, which keeps it, with the new size
//   free       the slot was live, size_bytes is 0
// Frees and reallocs of blocks that were never seen are no operations: they are counted.
// Plain values; a trace that nobody changes may be read by any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vmperf::trace {

enum class Kind : std::uint8_t { malloc, calloc, realloc, aligned, free };
inline constexpr std::size_t kKinds = 5;

[[nodiscard]] constexpr bool allocates(Kind kind) noexcept {
  return kind == Kind::malloc || kind == Kind::calloc || kind == Kind::aligned;
}

struct Op {
  std::uint64_t time_ns; ///< since the start of the recording: of an allocation its end
  std::uint64_t size_bytes;
  std::uint32_t slot;
  std::uint32_t thread; ///< dense: 0 is the first thread that appears
  Kind kind;
  std::uint8_t alignment_log2; ///< of aligned alone, else 0

  friend bool operator==(const Op &, const Op &) = default;
};

/// What is known of a trace beside its operations.
struct Header {
  std::string command; ///< its words, separated by blanks
  std::string machine; ///< CPU and kernel
  std::string clock;   ///< what told the time: tsc, cntvct, steps (no time was known), ...
  std::string source;  ///< recorded, generated, memray, memory_replay
  bool sampled = false;
  std::uint64_t process_id = 0;
  std::uint64_t unmatched_frees = 0;    ///< of blocks that were never seen: from before the start
  std::uint64_t unmatched_reallocs = 0; ///< likewise; the new block is a malloc
  std::uint64_t lost_frees = 0;         ///< an address was given again although no free was seen
  std::uint64_t lost_ops = 0;           ///< recorded and lost: full disk, truncated file

  friend bool operator==(const Header &, const Header &) = default;
};

struct AllocationTrace {
  Header header;
  std::vector<Op> ops;
  std::uint32_t n_slots = 0;
  std::uint32_t n_threads = 0;
};

} // namespace vmperf::trace
