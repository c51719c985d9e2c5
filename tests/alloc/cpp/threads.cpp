// Threads that allocate, hand blocks over and free what others allocated; threads that end with
// live blocks, one after the other; blocks of the dead freed by the living, and by a thread at its
// end. Stamps tell a block that two had; counts are exact once all have joined.
// Usage: threads SEED STEPS
#include <pthread.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "shadow.hpp"

namespace {

using namespace vmperf::alloc;
using shadow::check;
using shadow::Held;

// Blocks on their way from thread to thread.
class Basket {
public:
  void put(std::vector<Held> &from) {
    const std::scoped_lock lock(mutex_);
    held_.insert(held_.end(), from.begin(), from.end());
    from.clear();
  }
  std::vector<Held> take(std::size_t most) {
    const std::scoped_lock lock(mutex_);
    const std::size_t n = std::min(most, held_.size());
    std::vector<Held> taken(held_.end() - static_cast<std::ptrdiff_t>(n), held_.end());
    held_.resize(held_.size() - n);
    return taken;
  }
  [[nodiscard]] std::size_t size() const { return held_.size(); }

private:
  std::mutex mutex_;
  std::vector<Held> held_;
};

Held allocate(Allocator &allocator, vmperf::CounterRng &rng) {
  const std::size_t size = rng.below(rng.below(40) == 0 ? 200'000 : 400);
  void *block = allocator.allocate(size);
  check(block != nullptr, "memory is there");
  const Held held{static_cast<std::byte *>(block), size, vmperf::mix64(rng.next())};
  shadow::Map::fill(held);
  return held;
}

void free_all(Allocator &allocator, const std::vector<Held> &blocks) {
  for (const Held &held : blocks) {
    shadow::Map::check_stamp(held);
    allocator.deallocate(held.address);
  }
}

void work(Allocator &allocator, Basket &basket, std::uint64_t seed, std::uint64_t steps) {
  vmperf::CounterRng rng(seed);
  std::vector<Held> mine;
  for (std::uint64_t i = 0; i < steps; ++i) {
    for (std::uint64_t n = rng.below(200); n > 0; --n) {
      mine.push_back(allocate(allocator, rng));
    }
    if (rng.below(2) == 0) {
      basket.put(mine);
    }
    free_all(allocator, basket.take(rng.below(300)));
    if (rng.below(50) == 0) {
      allocator.purge();
    }
  }
  basket.put(mine); // live as the thread ends
}

void together(Allocator &allocator, std::uint64_t seed, std::uint64_t steps) {
  Basket basket;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] { work(allocator, basket, seed * 3 + t, steps); });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  shadow::check_counts(allocator, basket.size());
  free_all(allocator, basket.take(basket.size()));
  shadow::check_counts(allocator, 0);
}

// Each generation frees what the one before it left.
void churn(Allocator &allocator, std::uint64_t seed) {
  const std::uint64_t n_before = allocator.stats().n_heaps;
  Basket basket;
  for (std::uint64_t generation = 0; generation < 100; ++generation) {
    std::thread([&] { work(allocator, basket, seed + generation, 3); }).join();
  }
  shadow::check_counts(allocator, basket.size());
  check(allocator.stats().n_heaps <= n_before + 1, "a heap is taken over, not made anew");
  free_all(allocator, basket.take(basket.size()));
  shadow::check_counts(allocator, 0);
}

struct Late {
  Allocator *allocator;
  void *block;
};

// A destructor that runs after the thread gave its heap back: it frees, and allocates.
void at_the_very_end(void *value) {
  auto *late = static_cast<Late *>(value);
  late->allocator->deallocate(late->block);
  late->block = late->allocator->allocate(100);
  check(late->block != nullptr, "a thread at its end may allocate");
  std::memset(late->block, 1, 100);
}

void late(Allocator &allocator) {
  pthread_key_t key = 0; // made later than the allocator's, so that its destructor comes later
  check(pthread_key_create(&key, at_the_very_end) == 0, "a key");
  Late value{&allocator, nullptr};
  std::thread([&] {
    value.block = allocator.allocate(64);
    pthread_setspecific(key, &value);
  }).join();
  shadow::check_counts(allocator, 1);
  allocator.deallocate(value.block);
  shadow::check_counts(allocator, 0);
  pthread_key_delete(key);
}

// What one thread allocates and another frees comes back to the first: memory does not grow.
void one_way(Allocator &allocator) {
  constexpr std::size_t kBatch = 2000;
  std::vector<void *> batch(kBatch);
  std::atomic<int> turn{0};
  std::thread consumer([&] {
    for (int round = 0; round < 400; ++round) {
      while (turn.load(std::memory_order_acquire) != 2 * round + 1) {
        std::this_thread::yield();
      }
      for (void *block : batch) {
        allocator.deallocate(block);
      }
      turn.store(2 * round + 2, std::memory_order_release);
    }
  });
  for (int round = 0; round < 400; ++round) {
    for (void *&block : batch) {
      block = allocator.allocate(64);
    }
    turn.store(2 * round + 1, std::memory_order_release);
    while (turn.load(std::memory_order_acquire) != 2 * round + 2) {
      std::this_thread::yield();
    }
  }
  consumer.join();
  shadow::check_counts(allocator, 0);
  check(allocator.stats().classes[3].capacity < 8 * kBatch, "freed blocks are used again");
}

} // namespace

int main(int, char **argv) {
  const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t steps = std::strtoull(argv[2], nullptr, 10);
  for (const bool checked : {false, true}) {
    Allocator allocator({.arena_size_bytes = std::size_t{2} << 30U,
                         .purge_delay_ms = checked ? 0 : 20,
                         .checked = checked,
                         .tags = checked});
    together(allocator, seed, steps);
    one_way(allocator);
    churn(allocator, seed);
    late(allocator);
    allocator.purge();
    shadow::check_counts(allocator, 0);
  }
  together(process(), seed, steps);
  std::puts("ok");
}
