// The workload of pool/shared, over any design that several threads may use at once. Each thread is
// a lane with items of its own; what they share is the pool, or else the hand-over: a lane passes
// its items through a bounded ring to the next one, which frees them.
//
// Every item carries a tag of its lane and number, mixed with its address, from its allocation to
// its deallocation, where it is compared: a slot that is live twice, in whichever threads, loses
// the tag of the first. Used by benches, designs and peers only. run() is called by one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/hand_over_ring.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/team.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/pool/api/proof.hpp"
#include "vmperf/pool/api/workloads.hpp"

namespace vmperf::pool {

enum class Frees : std::uint8_t { local, handed_over };

struct SharedSetup {
  std::size_t item_bytes;
  unsigned threads;
  Frees frees;
  std::size_t batch;
  std::size_t magazine_capacity;

  [[nodiscard]] static SharedSetup from(const bench::Params &params);
  /// The most items that may be live at once.
  [[nodiscard]] std::size_t capacity() const noexcept {
    return threads * (batch + (frees == Frees::local ? 0 : bench::HandOverRing<>::kCapacity));
  }
};

/// A PoolDesign for several threads. Made from (item bytes, capacity) or, where it takes that, also
/// the magazine capacity. `static constexpr bool kLocalFreesOnly = true` where an item must be
/// freed by the thread that allocated it.
template <class D>
concept SharedPoolDesign =
    PoolDesign<D> || std::constructible_from<D, std::size_t, std::size_t, std::size_t>;

template <SharedPoolDesign D> class SharedWorkload final : public bench::Workload {
public:
  explicit SharedWorkload(const SharedSetup &setup)
      : setup_(refuse_unfit(setup)), pool_(make_pool(setup)), lanes_(setup.threads),
        team_(setup.threads) {
    for (unsigned k = 0; k < setup.threads; ++k) {
      lanes_[k].number = k;
      lanes_[k].items.resize(setup.batch);
      lanes_[k].next = &lanes_[(k + 1) % setup.threads];
    }
    run_once(4 * setup.capacity() / setup.threads); // every thread and slot is warm before timing
  }

  std::uint64_t run(std::uint64_t n) override { return run_once(n); }

  [[nodiscard]] bench::Verification verify() override {
    for (const Lane &lane : lanes_) {
      if (lane.wrong != 0) {
        return bench::Verification::failed("thread " + std::to_string(lane.number) +
                                           " freed an item that had lost its tag: a slot was live "
                                           "twice, or came in a wrong order");
      }
    }
    return {prove()};
  }

private:
  struct alignas(64) Lane {
    unsigned number = 0;
    Lane *next = nullptr;
    std::uint64_t put = 0;   // ops of this run
    std::uint64_t taken = 0; // ops of this run
    std::uint64_t sum = 0;
    std::uint64_t wrong = 0; // bits in which tags were not as they should be
    std::vector<void *> items;
    bench::HandOverRing<> incoming;
  };

  static SharedSetup refuse_unfit(const SharedSetup &setup) {
    if constexpr (requires { D::kLocalFreesOnly; }) {
      if (setup.frees == Frees::handed_over) {
        throw UnsupportedError("frees=handed_over: an item of this pool must be freed by the "
                               "thread that allocated it; choose frees=local or another design");
      }
    }
    return setup;
  }

  static D make_pool(const SharedSetup &setup) {
    if constexpr (std::constructible_from<D, std::size_t, std::size_t, std::size_t>) {
      return D(setup.item_bytes, setup.capacity(), setup.magazine_capacity);
    } else {
      return D(setup.item_bytes, setup.capacity());
    }
  }

  std::uint64_t run_once(std::uint64_t n) {
    for (Lane &lane : lanes_) {
      lane.put = lane.taken = lane.sum = 0;
    }
    if (setup_.frees == Frees::local) {
      team_.run([this, n](unsigned member) { return step_local(lanes_[member], n); });
    } else {
      team_.run([this, n](unsigned member) { return step_handed_over(lanes_[member], n); });
    }
    std::uint64_t sum = 0;
    for (const Lane &lane : lanes_) {
      sum += lane.sum;
    }
    return sum;
  }

  static std::uint64_t tag_of(unsigned lane, std::uint64_t number) noexcept {
    return (std::uint64_t{lane} << 48U) + number;
  }

  [[gnu::always_inline]] void *allocate_tagged(std::uint64_t tag) {
    void *item = pool_.allocate();
    const std::uint64_t stamp = proof::stamp_of(item) ^ tag;
    std::memcpy(item, &stamp, sizeof stamp);
    bench::sink(item);
    return item;
  }

  [[gnu::always_inline]] void deallocate_tagged(Lane &lane, void *item, std::uint64_t tag) {
    std::uint64_t stamp = 0;
    std::memcpy(&stamp, item, sizeof stamp);
    stamp ^= proof::stamp_of(item);
    lane.wrong |= stamp ^ tag;
    lane.sum += stamp;
    pool_.deallocate(item);
  }

  [[gnu::noinline]] bench::Progress step_local(Lane &lane, std::uint64_t n) {
    void **const items = lane.items.data();
    const std::size_t batch = lane.items.size();
    while (lane.put < n) {
      const std::uint64_t row = std::min<std::uint64_t>(n - lane.put, batch);
      const std::uint64_t tag = tag_of(lane.number, lane.put);
      for (std::uint64_t i = 0; i < row; ++i) {
        items[i] = allocate_tagged(tag + i);
      }
      for (std::uint64_t i = 0; i < row; ++i) {
        deallocate_tagged(lane, items[i], tag + i);
      }
      lane.put += row;
    }
    return bench::Progress::done;
  }

  [[gnu::noinline]] bench::Progress step_handed_over(Lane &lane, std::uint64_t n) {
    const unsigned from = (lane.number + setup_.threads - 1) % setup_.threads;
    std::uint64_t tag = tag_of(lane.number, lane.put);
    const std::size_t put =
        lane.next->incoming.put_some(std::min<std::uint64_t>(n - lane.put, setup_.batch),
                                     [&] { return allocate_tagged(tag++); });
    tag = tag_of(from, lane.taken);
    const std::size_t taken =
        lane.incoming.take_some(std::min<std::uint64_t>(n - lane.taken, setup_.batch),
                                [&](void *item) { deallocate_tagged(lane, item, tag++); });
    lane.put += put;
    lane.taken += taken;
    if (lane.put == n && lane.taken == n) {
      return bench::Progress::done;
    }
    return put + taken != 0 ? bench::Progress::some : bench::Progress::none;
  }

  // All threads hold a batch at once, written wholly; then each frees its own or its neighbour's.
  [[nodiscard]] std::string prove() {
    team_.run([this](unsigned member) {
      for (void *&item : lanes_[member].items) {
        item = pool_.allocate();
        proof::write_all(item, setup_.item_bytes);
      }
      return bench::Progress::done;
    });
    std::vector<void *> all;
    for (const Lane &lane : lanes_) {
      all.insert(all.end(), lane.items.begin(), lane.items.end());
    }
    std::string fault = proof::check_addresses(all, setup_.item_bytes);
    if (fault.empty()) {
      fault = proof::check_stamps(all, setup_.item_bytes);
    }
    if (fault.empty()) {
      fault = check_live(all.size());
    }
    team_.run([this](unsigned member) {
      const Lane &lane = lanes_[member];
      for (void *item : (setup_.frees == Frees::local ? lane : *lane.next).items) {
        pool_.deallocate(item);
      }
      return bench::Progress::done;
    });
    return fault.empty() ? check_live(0) : fault;
  }

  [[nodiscard]] std::string check_live(std::size_t expected) const {
    if constexpr (requires { pool_.stats(); }) {
      const PoolStats stats = pool_.stats();
      if (stats.live != expected || stats.available != stats.capacity - expected) {
        return std::to_string(expected) + " items are live, the pool says " +
               std::to_string(stats.live);
      }
    }
    return {};
  }

  SharedSetup setup_;
  D pool_;
  std::vector<Lane> lanes_;
  bench::Team team_; // last: its threads end before what they use
};

/// How a design runs pool/shared.
template <SharedPoolDesign D> [[nodiscard]] bench::Maker shared_maker() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<SharedWorkload<D>>(SharedSetup::from(params));
  };
}

} // namespace vmperf::pool
