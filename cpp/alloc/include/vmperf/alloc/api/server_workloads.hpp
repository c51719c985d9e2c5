// The workloads of alloc/remote_free that look like servers. Used by benches, designs and peers.
//
//   larson         each thread replaces blocks of a table at random; tables wander to the next one
//   cache_scratch  small neighbours handed out to threads, freed and allocated there, written often
//   churn          each op makes a pool of threads that allocate and end; the caller frees later
//
// Sources: Larson and Krishnan, Memory Allocation for Long-Running Server Applications, ISMM 1998;
// Berger et al., Hoard, ASPLOS 2000 (cache-scratch).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "vmperf/alloc/api/shared.hpp"
#include "vmperf/bench/hand_over_ring.hpp"

namespace vmperf::alloc {

template <Calls C> class LarsonWorkload final : public SharedWorkload<C> {
public:
  LarsonWorkload(const Face &face, C calls, const SharedSetup &setup)
      : SharedWorkload<C>(face, calls, setup), places_(draw_places(kSlots, setup.all.seed)),
        sizes_(draw_sizes(setup.all.sizes, places_.size(), setup.all.seed, 40)),
        lanes_(setup.threads), team_(setup.threads) {
    for (unsigned k = 0; k < setup.threads; ++k) {
      lanes_[k].next = &lanes_[(k + 1) % setup.threads];
      lanes_[k].at = k * 977; // each at another place of the same draws
      lanes_[k].table.resize(kSlots);
      for (std::size_t i = 0; i < kSlots; ++i) {
        lanes_[k].table[i] = this->template take<Touch::first>(calls, sizes_[i]);
      }
    }
    run(4 * kEpoch);
  }
  LarsonWorkload(const LarsonWorkload &) = delete;
  LarsonWorkload &operator=(const LarsonWorkload &) = delete;
  LarsonWorkload(LarsonWorkload &&) = delete;
  LarsonWorkload &operator=(LarsonWorkload &&) = delete;
  ~LarsonWorkload() override {
    for (const Lane &lane : lanes_) {
      for (void *block : lane.table) {
        this->calls_.deallocate(block);
      }
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    for (Lane &lane : lanes_) {
      lane.done = 0;
    }
    team_.run([this, n](unsigned member) { return step(lanes_[member], n); });
    return n;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t wrong = 0;
    for (const Lane &lane : lanes_) {
      for (void *block : lane.table) {
        wrong |= this->face_.allocates_nothing || proof::has_first(block) ? 0U : 1U;
      }
    }
    return this->prove_lanes(wrong);
  }

private:
  static constexpr std::size_t kSlots = 1000;   // as the original's command line has it
  static constexpr std::uint64_t kEpoch = 5000; // ops before a table wanders on

  struct Lane {
    Lane *next = nullptr;
    alignas(64) std::uint64_t done = 0;
    std::uint64_t in_epoch = 0;
    bool sent = false;
    std::size_t at = 0;
    std::vector<void *> table;
    bench::HandOverRing<std::vector<void *>, 2> incoming;
  };

  // An epoch ends for all lanes after as many ops, so that each waits for its predecessor alone.
  bench::Progress step(Lane &lane, std::uint64_t n) const {
    bool moved = false;
    while (lane.done < n) {
      if (lane.in_epoch == kEpoch && !pass_on(lane, moved)) {
        return moved ? bench::Progress::some : bench::Progress::none;
      }
      replace(lane, std::min(n - lane.done, kEpoch - lane.in_epoch));
      moved = true;
    }
    return bench::Progress::done;
  }

  bool pass_on(Lane &lane, bool &moved) const {
    if (!lane.sent) {
      lane.sent = lane.next->incoming.put_some(1, [&lane] { return std::move(lane.table); }) != 0;
      moved |= lane.sent;
    }
    if (!lane.sent || lane.incoming.take_some(1, [&lane](std::vector<void *> &table) {
          lane.table = std::move(table);
        }) == 0) {
      return false;
    }
    lane.sent = false;
    lane.in_epoch = 0;
    return true;
  }

  [[gnu::noinline]] void replace(Lane &lane, std::uint64_t count) const {
    const C calls = this->calls_;
    void **const table = lane.table.data();
    const std::size_t mask = places_.size() - 1;
    std::size_t at = lane.at;
    for (const std::size_t end = at + count; at != end; ++at) {
      void *&place = table[places_[at & mask]];
      calls.deallocate(place);
      place = this->template take<Touch::first>(calls, sizes_[(at + at / (mask + 1)) & mask]);
    }
    lane.at = at;
    lane.done += count;
    lane.in_epoch += count;
  }

  std::vector<std::uint32_t> places_, sizes_;
  std::vector<Lane> lanes_;
  bench::Team team_; // last: its threads end before what they use
};

template <Calls C> class CacheScratchWorkload final : public SharedWorkload<C> {
public:
  CacheScratchWorkload(const Face &face, C calls, const SharedSetup &setup)
      : SharedWorkload<C>(face, calls, setup), lanes_(setup.threads), team_(setup.threads) {
    run(100);
  }

  std::uint64_t run(std::uint64_t n) override {
    for (Lane &lane : lanes_) { // neighbours, in one cache line
      lane.given = this->template take<Touch::first>(this->calls_, kBytes);
    }
    team_.run([this, n](unsigned member) {
      scratch(lanes_[member], n);
      return bench::Progress::done;
    });
    return n;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t wrong = 0;
    for (const Lane &lane : lanes_) {
      wrong |= lane.wrong;
    }
    return this->prove_lanes(wrong);
  }

private:
  static constexpr std::size_t kBytes = 8;
  static constexpr std::uint64_t kWrites = 100;

  struct alignas(64) Lane {
    void *given = nullptr;
    std::uint64_t wrong = 0;
  };

  [[gnu::noinline]] void scratch(Lane &lane, std::uint64_t n) const {
    const C calls = this->calls_;
    calls.deallocate(lane.given);
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      auto *word = static_cast<std::uint64_t *>(this->template take<Touch::none>(calls, kBytes));
      *word = i;
      for (std::uint64_t k = 0; k < kWrites; ++k) {
        bench::sink(word); // in memory each time
        ++*word;
      }
      wrong |= *word ^ (i + kWrites);
      calls.deallocate(word);
    }
    lane.wrong |= wrong;
  }

  std::vector<Lane> lanes_;
  bench::Team team_;
};

template <Calls C> class ChurnWorkload final : public SharedWorkload<C> {
public:
  ChurnWorkload(const Face &face, C calls, const SharedSetup &setup)
      : SharedWorkload<C>(face, calls, setup),
        sizes_(draw_sizes(setup.all.sizes, kDraws, setup.all.seed, 40)) {
    run(kKept + 1);
  }
  ChurnWorkload(const ChurnWorkload &) = delete;
  ChurnWorkload &operator=(const ChurnWorkload &) = delete;
  ChurnWorkload(ChurnWorkload &&) = delete;
  ChurnWorkload &operator=(ChurnWorkload &&) = delete;
  ~ChurnWorkload() override {
    while (!requests_.empty()) {
      answer(requests_.front());
      requests_.pop_front();
    }
  }

  // A request's blocks outlive its threads: the caller frees them, kKept requests later.
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      Request &request = requests_.emplace_back(this->n_lanes_ * kPerThread);
      std::vector<std::thread> workers;
      workers.reserve(this->n_lanes_);
      for (unsigned k = 0; k < this->n_lanes_; ++k) {
        workers.emplace_back([this, &request, k] { serve(request, k * kPerThread); });
      }
      for (std::thread &worker : workers) {
        worker.join();
      }
      if (requests_.size() > kKept) {
        answer(requests_.front());
        requests_.pop_front();
      }
    }
    return n;
  }

  [[nodiscard]] bench::Verification verify() override { return this->prove_lanes(wrong_); }

private:
  using Request = std::vector<Placed>;
  static constexpr std::size_t kPerThread = 256;
  static constexpr std::size_t kKept = 8;
  static constexpr std::size_t kDraws = 4096;

  void serve(Request &request, std::size_t first) const noexcept {
    const C calls = this->calls_;
    for (std::size_t i = first; i < first + kPerThread; ++i) {
      const std::size_t size = sizes_[i % kDraws];
      void *block = calls.allocate(size);
      if (block != nullptr) { // no exception may leave a thread: a null one is found in answer()
        proof::write_first(block);
      }
      request[i] = {block, size};
    }
  }

  void answer(const Request &request) {
    for (const Placed &block : request) {
      if (block.address == nullptr) {
        wrong_ |= 1U;
        continue;
      }
      wrong_ |= this->face_.allocates_nothing || proof::has_first(block.address) ? 0U : 1U;
      this->calls_.deallocate(block.address);
    }
  }

  std::vector<std::uint32_t> sizes_;
  std::deque<Request> requests_;
  std::uint64_t wrong_ = 0;
};

} // namespace vmperf::alloc
