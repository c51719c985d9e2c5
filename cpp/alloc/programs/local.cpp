// Shapes in which threads keep to themselves: false sharing, bursts, mixed lifetimes.
#include <utility>

#include "stamped.hpp"

namespace stress {
namespace {

constexpr unsigned kWrites = 100;
constexpr std::size_t kBurst = 20'000;
constexpr std::size_t kYoung = 64, kOld = 2000;

// 16 B to 64 KiB, each doubling as likely as the next three quarters: small ones prevail.
std::size_t mixed_size(CounterRng &random) {
  unsigned doublings = 0;
  while (doublings < 11 && random.below(4) != 0) {
    ++doublings;
  }
  const std::size_t least = std::size_t{16} << doublings;
  return least + random.below(least);
}

void write_often(Worker &worker, const Block &block) {
  for (unsigned k = 0; k < kWrites; ++k) {
    __atomic_store_n(block.at + 1, static_cast<unsigned char>(k), __ATOMIC_RELAXED);
  }
  worker.tally.damaged +=
      __atomic_load_n(block.at + 1, __ATOMIC_RELAXED) != (kWrites - 1) % 256 ? 1 : 0;
}

// Live blocks of one thread: young ones are replaced soon, and a few of them stay.
class Lives {
public:
  explicit Lives(Worker &worker) : worker_(worker), young_(kYoung), old_(kOld) {}

  void step(std::uint64_t k) {
    Block &slot = young_[k % kYoung];
    if (slot) {
      retire(slot);
    }
    const std::size_t size = mixed_size(worker_.random);
    slot = worker_.random.below(8) == 0 ? worker_.make_zeroed(size) : worker_.make(size);
    if (worker_.random.below(16) == 0) { // a text that grows, or gives back what it has too much
      const bool grows = worker_.random.below(3) != 0;
      worker_.resize(slot, grows ? slot.size_bytes * std::size_t{2} : slot.size_bytes / 2 + 1);
    }
  }
  void end() {
    for (auto *blocks : {&young_, &old_}) {
      for (Block &block : *blocks) {
        if (block) {
          worker_.drop(block);
        }
      }
    }
  }

private:
  void retire(Block &slot) {
    if (worker_.random.below(32) != 0) {
      worker_.drop(slot);
      return;
    }
    Block &place = old_[worker_.random.below(kOld)];
    if (place) {
      worker_.drop(place);
    }
    place = slot;
    slot = {};
  }

  Worker &worker_;
  std::vector<Block> young_, old_;
};

} // namespace

Tally cache_scratch(const Setup &setup) {
  // Made here, one beside the other: an allocator that gives them to their threads for good has
  // these share a line from then on.
  Worker maker(setup.seed, ~0ULL);
  std::vector<Block> first(setup.threads);
  for (Block &block : first) {
    block = maker.make(8);
  }
  const std::uint64_t blocks = setup.ops / setup.threads + 1;
  return in_threads(setup.threads, setup.seed, 0, [&](Worker &worker, unsigned i) {
    worker.drop(first[i]);
    for (std::uint64_t k = 0; k < blocks; ++k) {
      Block block = worker.make(8);
      write_often(worker, block);
      worker.drop(block);
    }
  });
}

Tally burst(const Setup &setup) {
  const std::uint64_t rounds = setup.ops / (std::uint64_t{setup.threads} * kBurst) + 1;
  return in_threads(setup.threads, setup.seed, 0, [&](Worker &worker, unsigned) {
    std::vector<Block> blocks(kBurst);
    for (std::uint64_t round = 0; round < rounds; ++round) {
      for (Block &block : blocks) {
        block = worker.make(16 + worker.random.below(497));
      }
      for (std::size_t left = kBurst; left > 0; --left) {
        std::swap(blocks[worker.random.below(left)], blocks[left - 1]);
        worker.drop(blocks[left - 1]);
      }
    }
  });
}

Tally lifetimes(const Setup &setup) {
  const std::uint64_t steps = setup.ops / setup.threads + 1;
  return in_threads(setup.threads, setup.seed, 0, [&](Worker &worker, unsigned) {
    Lives lives(worker);
    for (std::uint64_t k = 0; k < steps; ++k) {
      lives.step(k);
    }
    lives.end();
  });
}

} // namespace stress
