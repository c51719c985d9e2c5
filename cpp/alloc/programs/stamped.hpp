// Blocks that carry their own proof: head, tail and one place a page are derived from the block's
// id, so that a block handed out twice, moved without its content or written past its end is seen
// when it is freed. O(pages) a block. Of one thread at a time, as the block itself is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "shapes.hpp"
#include "vmperf/base/rng.hpp"

namespace stress {

using vmperf::CounterRng;

struct Block {
  unsigned char *at = nullptr;
  std::uint32_t size_bytes = 0;
  std::uint64_t id = 0;

  explicit operator bool() const noexcept { return at != nullptr; }
};

inline unsigned char stamp_of(std::uint64_t id, std::size_t place) noexcept {
  return static_cast<unsigned char>(vmperf::mix64(id + place) | 1U); // never what calloc gives
}

template <class F> void each_place(std::size_t size, F &&visit) {
  constexpr std::size_t kPage = 4096;
  for (std::size_t place = 0; place < size; place += kPage) {
    visit(place);
  }
  visit(size - 1);
}

inline void write_stamp(const Block &block) noexcept {
  each_place(block.size_bytes,
             [&](std::size_t place) { block.at[place] = stamp_of(block.id, place); });
}

inline bool is_stamped(const Block &block) noexcept {
  bool whole = true;
  each_place(block.size_bytes, [&](std::size_t place) {
    whole = whole && block.at[place] == stamp_of(block.id, place);
  });
  return whole;
}

[[noreturn]] inline void no_memory(std::size_t size) {
  std::fprintf(stderr, "stress: no memory for %zu bytes\n", size);
  std::exit(3);
}

inline Block stamped(void *at, std::size_t size, std::uint64_t id) {
  if (at == nullptr) {
    no_memory(size);
  }
  const Block made{static_cast<unsigned char *>(at), static_cast<std::uint32_t>(size), id};
  write_stamp(made);
  return made;
}

/// One thread's view of the work: makes and checks blocks, and counts them.
class Worker {
public:
  Worker(std::uint64_t seed, std::uint64_t stream) : random(seed, stream), stream_(stream) {}

  Block make(std::size_t size) {
    const std::uint64_t id = next_id();
    return stamped(std::malloc(size), size, id);
  }

  /// From calloc, with a look at its zeros.
  Block make_zeroed(std::size_t size) {
    const std::uint64_t id = next_id();
    auto *at = static_cast<unsigned char *>(std::calloc(1, size));
    if (at != nullptr) {
      each_place(size, [&](std::size_t place) { tally.damaged += at[place] != 0 ? 1 : 0; });
    }
    return stamped(at, size, id);
  }

  /// Its first bytes move with it.
  void resize(Block &block, std::size_t size) {
    const std::size_t kept = block.size_bytes < size ? block.size_bytes : size;
    const Block before = block;
    auto *at = static_cast<unsigned char *>(std::realloc(block.at, size));
    if (at == nullptr) {
      no_memory(size);
    }
    for (std::size_t place = 0; place < kept; place += 4096) {
      tally.damaged += at[place] != stamp_of(before.id, place) ? 1 : 0;
    }
    block = stamped(at, size, before.id);
  }

  void drop(Block &block) {
    tally.damaged += is_stamped(block) ? 0 : 1;
    tally.checksum += vmperf::mix64(block.id ^ block.size_bytes);
    ++tally.blocks;
    std::free(block.at);
    block = {};
  }

  CounterRng random;
  Tally tally;

private:
  std::uint64_t next_id() noexcept { return vmperf::mix64(stream_ << 40U | ++made_); }

  std::uint64_t stream_, made_ = 0;
};

/// Runs `work(Worker &)` in `n` threads and adds up what they did; streams start at `stream`.
template <class F> Tally in_threads(unsigned n, std::uint64_t seed, std::uint64_t stream, F work) {
  std::vector<Tally> tallies(n);
  std::vector<std::thread> threads;
  threads.reserve(n);
  for (unsigned i = 0; i < n; ++i) {
    threads.emplace_back([&tallies, &work, seed, stream, i] {
      Worker worker(seed, stream + i);
      work(worker, i);
      tallies[i] = worker.tally;
    });
  }
  Tally all;
  for (unsigned i = 0; i < n; ++i) {
    threads[i].join();
    all += tallies[i];
  }
  return all;
}

} // namespace stress
