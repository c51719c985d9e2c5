// The workloads of alloc/remote_free: blocks that are freed by another thread than allocated them,
// in hand-over. Used by benches, designs and peers only.
//
//   xmalloc  producer --ring of batches--> consumer, which frees them
//   ring     producer --ring of blocks, published one by one--> consumer, which spins
//
// Of the blocks handed over every 64th is read and its tag checked; to read all would cost a cache
// miss each, which programs have, but which no allocator changes.
// Source: xmalloc-test (Lever and Boreham, malloc() performance in a multithreaded Linux
// environment, USENIX 2000).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/alloc/api/shared.hpp"
#include "vmperf/bench/hand_over_ring.hpp"

namespace vmperf::alloc {

inline constexpr std::uint64_t kChecked = 64; // one of so many blocks is read when it is freed

/// Pairs of threads, an even one to the odd one behind it; one without a partner frees its own.
template <Calls C> class HandOverWorkload final : public SharedWorkload<C> {
public:
  HandOverWorkload(const Face &face, C calls, const SharedSetup &setup)
      : SharedWorkload<C>(face, calls, setup),
        batch_(setup.shape == Shape::ring ? 1 : setup.all.batch), pairs_((setup.threads + 1) / 2),
        team_(setup.threads) {
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
      pairs_[k].alone = 2 * k + 1 == setup.threads;
      pairs_[k].tag = k << 48U;
      for (auto &batch : pairs_[k].batches) {
        batch.resize(batch_ == 1 ? 0 : batch_);
      }
    }
    run(4 * batch_ * kBatches);
  }

  std::uint64_t run(std::uint64_t n) override {
    for (Pair &pair : pairs_) {
      pair.put = pair.taken = 0;
    }
    team_.run([this, n](unsigned member) {
      Pair &pair = pairs_[member / 2];
      const bool makes = member % 2 == 0;
      const bool frees = !makes || pair.alone;
      const bool put_some = makes && put_blocks(pair, n);
      const bool took_some = frees && take_blocks(pair, n);
      if ((!makes || pair.put == n) && (!frees || pair.taken == n)) {
        return bench::Progress::done;
      }
      return put_some || took_some ? bench::Progress::some : bench::Progress::none;
    });
    return n;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t wrong = 0;
    for (const Pair &pair : pairs_) {
      wrong |= pair.wrong;
    }
    return this->prove_lanes(wrong);
  }

private:
  static constexpr std::size_t kBatches = 16; // on their way at most
  static constexpr std::size_t kRing = 4096;
  static constexpr std::size_t kMostWritten = 128; // as xmalloc-test does

  struct Full {
    void **blocks;
    std::size_t n;
  };
  struct Pair {
    bool alone = false;
    std::uint64_t tag = 0;
    std::array<std::vector<void *>, kBatches> batches;
    bench::HandOverRing<Full, kBatches> full;
    bench::HandOverRing<void *, kRing> single;
    alignas(64) std::uint64_t put = 0;
    std::uint64_t next_batch = 0;
    alignas(64) std::uint64_t taken = 0;
    std::uint64_t wrong = 0;
  };

  [[nodiscard, gnu::always_inline]] void *made(const C &calls, Pair &pair) const {
    const std::size_t size = this->setup_.size_bytes;
    void *block = this->template take<Touch::none>(calls, size);
    std::memset(block, 0x5a, std::min(size, kMostWritten));
    write_tag(block, pair.tag + pair.put++);
    return block;
  }
  [[gnu::always_inline]] static void drop(const C &calls, Pair &pair, void *block) {
    if (pair.taken % kChecked == 0) {
      pair.wrong |= tag_fault(block, pair.tag + pair.taken);
    }
    ++pair.taken;
    calls.deallocate(block);
  }

  // Whether any was put.
  [[gnu::noinline]] bool put_blocks(Pair &pair, std::uint64_t n) const {
    const C calls = this->calls_;
    const std::uint64_t before = pair.put;
    if (batch_ == 1) {
      while (pair.put < n && pair.single.put_some(1, [&] { return made(calls, pair); }) != 0) {
      }
      return pair.put != before;
    }
    // The row of blocks of a batch is free again when the batch's cell in the ring is.
    pair.full.put_some(pair.put < n ? 1 : 0, [&] {
      std::vector<void *> &blocks = pair.batches[pair.next_batch++ % kBatches];
      const std::size_t count = std::min<std::uint64_t>(n - pair.put, batch_);
      for (std::size_t i = 0; i < count; ++i) {
        blocks[i] = made(calls, pair);
      }
      return Full{blocks.data(), count};
    });
    return pair.put != before;
  }

  // Whether any was taken.
  [[gnu::noinline]] bool take_blocks(Pair &pair, std::uint64_t n) const {
    const C calls = this->calls_;
    const std::uint64_t before = pair.taken;
    if (batch_ == 1) {
      while (pair.taken < n &&
             pair.single.take_some(1, [&](void *block) { drop(calls, pair, block); }) != 0) {
      }
      return pair.taken != before;
    }
    pair.full.take_some(1, [&](const Full &full) {
      for (std::size_t i = 0; i < full.n; ++i) {
        drop(calls, pair, full.blocks[i]);
      }
    });
    return pair.taken != before;
  }

  std::size_t batch_;
  std::vector<Pair> pairs_;
  bench::Team team_; // last: its threads end before what they use
};

} // namespace vmperf::alloc
