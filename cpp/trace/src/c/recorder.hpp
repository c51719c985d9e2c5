// The recorder's state and the few instructions that write an event into the thread's buffer: no
// lock, no call, some 50 instructions with the counter's read (two bsr, of a size three), 8 to 15
// ns. What is not the next few bytes of a buffer (the first event, a full buffer, a thread's
// last) is refill()'s.
#pragma once

#include <atomic>
#include <cstring>

#include "../recording.hpp"

namespace vmperf::trace {

/// A thread's place in its buffer. Zero-initialised, in the static part of thread-local storage, so
/// that touching it never calls the loader.
struct Recorder {
  std::uint8_t *at;    ///< where the next record goes; past `limit` where there is no room
  std::uint8_t *limit; ///< the last place where any record fits
  std::uint64_t last_ticks;
  std::uint64_t last_address;
  std::uint64_t n_events;
  BlockHead *block;
  std::uint32_t thread;
  bool busy;  ///< in refill(): what it calls is not recorded
  bool named; ///< has a thread's number
  bool gone;  ///< the thread is ending: each event is written at once
};

extern constinit thread_local Recorder g_recorder [[gnu::tls_model("initial-exec")]];

/// Makes room for a record of this time; false where nothing is recorded.
[[nodiscard]] bool refill(Recorder &self, std::uint64_t ticks) noexcept;
/// After a record of a thread that is ending.
void flush_late(Recorder &self) noexcept;

[[gnu::always_inline]] inline std::uint8_t *store(std::uint8_t *at, std::uint64_t value,
                                                  unsigned bytes) noexcept {
  std::memcpy(at, &value, sizeof value);
  return at + bytes;
}

template <Event event>
[[gnu::always_inline]] inline void record(std::uint64_t ticks, const void *block,
                                          std::uint64_t size = 0) noexcept {
  constexpr bool sized = event != Event::free && event != Event::release && event != Event::keep;
  Recorder &self = g_recorder;
  if (self.at >= self.limit && !refill(self, ticks)) [[unlikely]] {
    return;
  }
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  const std::uint64_t time = ticks - self.last_ticks;
  const std::uint64_t distance = zigzag(address - self.last_address);
  const unsigned n_time = bytes_of(time);
  const unsigned n_distance = bytes_of(distance);
  const unsigned n_size = sized ? bytes_of(size) : 1;
  const unsigned tag = static_cast<unsigned>(event) | (n_time - 1) << 4U | (n_distance - 1) << 7U |
                       (n_size - 1) << 10U;
  std::uint8_t *at = store(self.at + 2, time, n_time);
  at = store(at, distance, n_distance);
  if constexpr (sized) {
    at = store(at, size, n_size);
  }
  std::atomic_signal_fence(std::memory_order_release); // the tag last: a record is there or not
  const auto low = static_cast<std::uint16_t>(tag);
  std::memcpy(self.at, &low, sizeof low);
  self.at = at;
  self.last_ticks = ticks;
  self.last_address = address;
  ++self.n_events;
  if (self.gone) [[unlikely]] {
    flush_late(self);
  }
}

} // namespace vmperf::trace
