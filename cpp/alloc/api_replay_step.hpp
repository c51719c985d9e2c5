// One step of a replay, for the loops that do them: an op of a trace, by the calls of a face.
// O(1) beside the allocator and the touching; what several threads share, they order themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/bench/sink.hpp"

namespace vmperf::alloc {

// The least page that any system has: touching more often does no harm.
inline constexpr std::size_t kReplayPageBytes = 4096;

template <ReplayTouch touch>
[[gnu::always_inline]] inline void touch_block(void *block, std::size_t n) {
  if constexpr (touch == ReplayTouch::all || touch == ReplayTouch::use) {
    std::memset(block, 0x5a, n);
  } else if constexpr (touch == ReplayTouch::first) {
    if (n != 0) {
      *static_cast<unsigned char *>(block) = 0x5a;
    }
  } else if constexpr (touch == ReplayTouch::pages) {
    auto *bytes = static_cast<unsigned char *>(block);
    for (std::size_t at = 0; at < n; at += kReplayPageBytes) {
      bytes[at] = 0x5a;
    }
  }
  bench::sink(block); // the stores are made
}

// What a program does to a block before it frees it: a destructor looks at it, so that its first
// line is in the cache again, whether the allocator then wants it there or not.
template <ReplayTouch touch>
[[gnu::always_inline]] inline void look_at_end(void *block, std::uint64_t n) {
  if constexpr (touch == ReplayTouch::use) {
    if (block != nullptr && n != 0) { // null: of a request that came back so
      auto *first = static_cast<unsigned char *>(block);
      *first = static_cast<unsigned char>(*first + 1U);
      bench::sink(block);
    }
  }
}

// The calls of a face, as members of the loop's own.
struct ReplayCalls {
  void *(*malloc)(std::size_t);
  void (*free)(void *);
  void *(*calloc)(std::size_t, std::size_t);
  void *(*realloc)(void *, std::size_t);
  void *(*aligned)(std::size_t, std::size_t);
};

inline ReplayCalls calls_of(const Face &face) {
  return {face.malloc, face.free, face.calloc, face.realloc, face.aligned_alloc};
}

inline void *aligned_block(const ReplayCalls &calls, const ReplayStep &step) {
  const std::size_t alignment = std::size_t{1} << step.alignment_log2;
  if (calls.aligned == nullptr) { // it has none
    return nullptr;
  }
  // C11 wants a multiple, and some allocators hold their callers to it.
  return calls.aligned(alignment, (step.size_bytes + alignment - 1) & ~(alignment - 1));
}

// Does one step; what it gives is 1 where the request came back null.
template <ReplayTouch touch>
[[gnu::always_inline]] inline std::uint64_t do_step(const ReplayCalls &calls,
                                                    const ReplayStep &step, void *&block) {
  void *made = nullptr;
  switch (step.kind) {
  case trace::Kind::malloc:
    made = calls.malloc(step.size_bytes);
    break;
  case trace::Kind::calloc:
    made = calls.calloc(1, step.size_bytes);
    break;
  case trace::Kind::realloc:
    made = calls.realloc(block, step.size_bytes);
    if (made == nullptr && step.size_bytes != 0) {
      return 1; // the old block stays
    }
    break;
  case trace::Kind::aligned:
    made = aligned_block(calls, step);
    break;
  case trace::Kind::free:
    look_at_end<touch>(block, step.size_bytes);
    calls.free(block);
    block = nullptr;
    return 0;
  }
  block = made;
  if (made == nullptr) {
    return step.size_bytes != 0 ? 1 : 0;
  }
  touch_block<touch>(made, step.size_bytes);
  return 0;
}

} // namespace vmperf::alloc
