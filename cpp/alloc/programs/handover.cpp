// Hand-over between threads: batches through a queue with a lock, and one by one through a ring.
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "stamped.hpp"

namespace stress {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kMostBatches = 64; // between a producer and its consumer

using Batch = std::array<Block, kBatch>;

// One producer's queue: what its batches hold is allocated by nobody in the timed part.
class Queue {
public:
  void put(const Batch &batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ < kMostBatches; });
    batches_[(first_ + count_++) % kMostBatches] = batch;
    lock.unlock();
    changed_.notify_all();
  }
  Batch take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ > 0; });
    const Batch batch = batches_[first_];
    first_ = (first_ + 1) % kMostBatches;
    --count_;
    lock.unlock();
    changed_.notify_all();
    return batch;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Batch, kMostBatches> batches_{};
  std::size_t first_ = 0, count_ = 0;
};

// Of one producer and one consumer: head and tail on lines of their own.
class Ring {
public:
  void put(const Block &block) noexcept {
    const std::size_t at = tail_.load(std::memory_order_relaxed);
    while (at - head_.load(std::memory_order_acquire) == kSlots) {
      std::this_thread::yield();
    }
    slots_[at % kSlots] = block;
    tail_.store(at + 1, std::memory_order_release);
  }
  Block take() noexcept {
    const std::size_t at = head_.load(std::memory_order_relaxed);
    while (tail_.load(std::memory_order_acquire) == at) {
      std::this_thread::yield();
    }
    const Block block = slots_[at % kSlots];
    head_.store(at + 1, std::memory_order_release);
    return block;
  }

private:
  static constexpr std::size_t kSlots = 4096;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::array<Block, kSlots> slots_{};
};

} // namespace

Tally handover(const Setup &setup) {
  const unsigned pairs = setup.threads < 2 ? 1 : setup.threads / 2;
  std::vector<Queue> queues(pairs);
  const std::uint64_t batches = setup.ops / (std::uint64_t{pairs} * kBatch) + 1;
  return in_threads(pairs * 2, setup.seed, 0, [&](Worker &worker, unsigned i) {
    Queue &queue = queues[i / 2];
    for (std::uint64_t k = 0; k < batches; ++k) {
      Batch batch{};
      if (i % 2 == 0) {
        for (Block &block : batch) {
          block = worker.make(kBlockBytes);
        }
        queue.put(batch);
      } else {
        batch = queue.take();
        for (Block &block : batch) {
          worker.drop(block);
        }
      }
    }
  });
}

Tally ring(const Setup &setup) {
  const unsigned pairs = setup.threads < 2 ? 1 : setup.threads / 2;
  std::vector<Ring> rings(pairs);
  const std::uint64_t blocks = setup.ops / pairs + 1;
  return in_threads(pairs * 2, setup.seed, 0, [&](Worker &worker, unsigned i) {
    for (std::uint64_t k = 0; k < blocks; ++k) {
      if (i % 2 == 0) {
        rings[i / 2].put(worker.make(kBlockBytes));
      } else {
        Block block = rings[i / 2].take();
        worker.drop(block);
      }
    }
  });
}

} // namespace stress
