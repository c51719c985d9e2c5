// What a recorder leaves behind, two files a process: `.buf` holds the session and a buffer for
// each thread, mapped shared, so that what is in it outlives any death of the process; `.rec` holds
// the blocks that were full.
//
//   .buf   SessionHead | up to kSessionBytes, then buffer 0, 1, ... of kBufferBytes: a block each
//   block  BlockHead | record, record, ... | zeros
//   record tag: kind 4 bits, bytes of time - 1, of address - 1, of size - 1: 3 bits each
//          ticks since the last record | zigzag(address - last address) | size, but of a free
//
// A block stands alone: its first record counts from first_ticks and from address 0. A buffer whose
// (buffer, sequence) is in .rec already was written and is not yet cleared: it counts once.
// Private to the recorder and to what merges its blocks; never leaves the machine.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vmperf::trace {

enum class Event : std::uint8_t {
  end, ///< the zeros behind the last record
  malloc,
  calloc,
  aligned, ///< size is size_bytes << 6 | log2 of the alignment
  free,
  release, ///< a realloc begins: the block of this address ...
  renew,   ///< ... is now at this one, with this size
  keep,    ///< ... stays as it was: the realloc failed
};

inline constexpr std::uint64_t kSessionMagic = 0x3130636572706d76U; // "vmprec01"
inline constexpr std::uint32_t kBlockMagic = 0x314b4c42U;           // "BLK1"
inline constexpr std::size_t kSessionBytes = 65536;                 // a page of any system
inline constexpr std::size_t kBufferBytes = 65536;
inline constexpr std::size_t kMostRecordBytes = 32;

struct BlockHead {
  std::uint32_t magic;
  std::uint32_t buffer;
  std::uint32_t thread;
  std::uint32_t used_bytes; ///< of records; 0 as long as the block is in its buffer
  std::uint64_t sequence;
  std::uint64_t first_ticks;
  std::uint64_t n_events;
};
static_assert(sizeof(BlockHead) == 40);

struct SessionHead {
  std::uint64_t magic;
  std::uint32_t process;
  std::uint32_t parent;
  std::uint64_t start_ticks;
  std::uint64_t lost_events;
  std::uint32_t n_buffers;
  std::uint32_t n_threads;
  std::uint32_t forked; ///< not started by exec: blocks of its parent are not known
  std::uint32_t command_bytes;
  char command[4096]; // NOLINT: the words, each with a 0 behind it
};
static_assert(sizeof(SessionHead) <= kSessionBytes);

/// Bytes that a value needs, at least one. The zeros above it are not stored.
[[nodiscard]] constexpr unsigned bytes_of(std::uint64_t value) noexcept {
  return (71U - static_cast<unsigned>(__builtin_clzll(value | 1U))) >> 3U;
}

[[nodiscard]] constexpr std::uint64_t zigzag(std::uint64_t difference) noexcept {
  return difference << 1U ^ (std::uint64_t{0} - (difference >> 63U));
}
[[nodiscard]] constexpr std::uint64_t unzigzag(std::uint64_t value) noexcept {
  return value >> 1U ^ (std::uint64_t{0} - (value & 1U));
}

} // namespace vmperf::trace
