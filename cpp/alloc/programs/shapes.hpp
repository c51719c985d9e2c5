// The shapes in which programs of several threads use an allocator, each as a function that does a
// fixed amount of work: the same blocks in the same order in every run, so that what is printed
// depends on no allocator and no schedule. Each thread has its own stream of random numbers.
// Sources: Larson and Krishnan, "Memory Allocation for Long-Running Server Applications", ISMM
// 1998; Berger et al., "Hoard", ASPLOS 2000 (cache-scratch); Lever and Boreham, "malloc()
// Performance in a Multithreaded Linux Environment", USENIX 2000 (producer and consumer).
#pragma once

#include <array>
#include <cstdint>

namespace stress {

struct Setup {
  unsigned threads = 2;
  std::uint64_t ops = 1'000'000; ///< blocks allocated by all threads together, about
  std::uint64_t seed = 1;
};

/// What was done.
struct Tally {
  std::uint64_t blocks = 0;   ///< allocated, and freed
  std::uint64_t checksum = 0; ///< over all of them, in any order
  std::uint64_t damaged = 0;  ///< whose content was not what had been written

  Tally &operator+=(const Tally &other) noexcept {
    blocks += other.blocks;
    checksum += other.checksum;
    damaged += other.damaged;
    return *this;
  }
};

/// Slots of mixed sizes replaced at random; rows of slots go from thread to thread.
Tally larson(const Setup &setup);
/// Half of the threads allocate batches, the other half frees them.
Tally handover(const Setup &setup);
/// Blocks one by one through a ring of fixed size, between two threads that spin.
Tally ring(const Setup &setup);
/// Small blocks written many times, the first of each thread made by another.
Tally cache_scratch(const Setup &setup);
/// Build up, tear down in random order, again.
Tally burst(const Setup &setup);
/// Most blocks die young, some grow, a few stay.
Tally lifetimes(const Setup &setup);
/// Threads made and joined for each request; what they allocated is freed by others, later.
Tally churn(const Setup &setup);

struct Shape {
  const char *name;
  const char *summary;
  Tally (*run)(const Setup &);
};

inline constexpr std::array<Shape, 7> kShapes = {{
    {"larson", "a server: slots of 8 to 1000 B replaced at random, handed from thread to thread",
     &larson},
    {"handover", "producers allocate batches of 64 blocks of 64 B, consumers free them", &handover},
    {"ring", "blocks of 64 B one by one through a ring of 4096, pairs of spinning threads", &ring},
    {"cache_scratch", "blocks of 8 B written 100 times each: false sharing shows", &cache_scratch},
    {"burst", "20 000 blocks of 16 to 512 B built up, then freed in random order, again", &burst},
    {"lifetimes", "16 B to 64 KiB, most die young, some are reallocated, a few stay", &lifetimes},
    {"churn", "a pool of threads per request, its blocks freed elsewhere later", &churn},
}};

} // namespace stress
