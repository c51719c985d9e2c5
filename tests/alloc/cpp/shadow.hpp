// The oracle of the allocator's tests: an interval map of live blocks, each filled with a stamp of
// its own, that is read again when the block is freed. What overlaps, is misaligned, too small or
// was written to by somebody else is told at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "vmperf/alloc/allocator.hpp"
#include "vmperf/base/rng.hpp"

namespace shadow {

inline void check(bool right, const char *what) {
  if (!right) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

struct Held {
  std::byte *address;
  std::size_t size;
  std::uint64_t stamp;
};

class Map {
public:
  explicit Map(vmperf::alloc::Allocator &allocator) : allocator_(allocator) {}

  // A block that was just allocated: overlaps nothing, is aligned and large enough.
  Held enter(void *block, std::size_t size, std::size_t alignment = 16) {
    check(block != nullptr, "memory is there");
    const auto at = reinterpret_cast<std::uintptr_t>(block);
    check(at % alignment == 0, "a block is aligned");
    check(allocator_.usable_size(block) >= size, "a block is large enough");
    const std::size_t bytes = size == 0 ? 1 : size;
    const auto after = live_.lower_bound(at);
    check(after == live_.end() || at + bytes <= after->first, "a block ends before the next");
    check(after == live_.begin() || std::prev(after)->second <= at,
          "a block begins after the last");
    live_[at] = at + bytes;
    Held held{static_cast<std::byte *>(block), size, vmperf::mix64(++n_)};
    fill(held);
    return held;
  }
  void leave(const Held &held) {
    check_stamp(held);
    check(live_.erase(reinterpret_cast<std::uintptr_t>(held.address)) == 1, "it was live");
  }
  // The first 64 and the last 64 bytes of a large block, all of a small one.
  static void fill(const Held &held) {
    each(held, [&](std::size_t i) { held.address[i] = byte_of(held, i); });
  }
  static void check_stamp(const Held &held, std::size_t most = SIZE_MAX) {
    each(held, [&](std::size_t i) {
      check(i >= most || held.address[i] == byte_of(held, i), "nobody wrote to a live block");
    });
  }
  [[nodiscard]] std::size_t size() const { return live_.size(); }

private:
  static std::byte byte_of(const Held &held, std::size_t i) {
    return static_cast<std::byte>(held.stamp >> (i % 8 * 8));
  }
  template <class F> static void each(const Held &held, F f) {
    for (std::size_t i = 0; i < held.size; ++i) {
      if (held.size > 4096 && i == 64) {
        i = held.size - 64;
      }
      f(i);
    }
  }

  vmperf::alloc::Allocator &allocator_;
  std::map<std::uintptr_t, std::uintptr_t> live_; // first byte -> behind the last
  std::uint64_t n_ = 0;
};

// live + free + in magazines + in flight == capacity holds by how live is counted; so what is said
// to be live is compared with what is.
inline void check_counts(const vmperf::alloc::Allocator &allocator, std::size_t n_live,
                         std::size_t n_mapped = SIZE_MAX) {
  const auto stats = allocator.stats();
  std::uint64_t live = 0;
  for (const auto &one : stats.classes) {
    check(one.live <= one.capacity, "no class has more live blocks than blocks");
    check(one.live + one.free + one.in_magazines + one.in_flight == one.capacity, "conserved");
    live += one.live;
  }
  check(live + stats.mapped_blocks == n_live, "as many blocks are live as there are");
  check(stats.live_blocks == n_live, "and the sum says so");
  check(n_mapped == SIZE_MAX || stats.mapped_blocks == n_mapped, "as many mappings");
  std::size_t walked = 0;
  check(allocator.walk([&](const vmperf::alloc::Block &) { ++walked; }), "the walk has memory");
  check(walked == n_live, "the walk shows every live block");
}

} // namespace shadow
