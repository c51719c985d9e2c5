// The workloads of the pool benchmarks, over any design. Each run() holds the loop. Every item
// handed out is sunk once, after it was written where the workload writes it. Used by benches,
// designs and peers only. One thread; run(n) is O(n).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/pool/api/pool_workload.hpp"
#include "vmperf/pool/api/proof.hpp"
#include "vmperf/pool/api/setup.hpp"

namespace vmperf::pool {

/// Allocations in a row; every `batch` of them the items are dropped.
template <PoolDesign D> class AllocateWorkload final : public PoolWorkload<D> {
public:
  explicit AllocateWorkload(const Setup &setup)
      : PoolWorkload<D>(setup, setup.batch), items_(setup.batch) {}

  std::uint64_t run(std::uint64_t n) override {
    std::uintptr_t last = 0;
    for (std::uint64_t done = 0; done < n;) {
      const std::uint64_t row = std::min<std::uint64_t>(n - done, items_.size());
      last = this->setup_.drop == Drop::bulk ? row_in_bulk(row) : row_one_by_one(row);
      done += row;
    }
    return this->checksum(last);
  }

  [[nodiscard]] bench::Verification verify() override {
    if (!rewound_) {
      return bench::Verification::failed("a warm pool had to hand out a slot for the first time");
    }
    return this->prove(items_.size(), 0);
  }

private:
  [[gnu::noinline]] std::uintptr_t row_one_by_one(std::uint64_t n) {
    Item **const items = items_.data();
    for (std::uint64_t i = 0; i < n; ++i) {
      items[i] = this->template allocate_written<Touch::none>();
    }
    for (std::uint64_t i = n; i-- != 0;) {
      this->pool_.deallocate(items[i]);
    }
    return this->address(items[n - 1]);
  }

  [[gnu::noinline]] std::uintptr_t row_in_bulk(std::uint64_t n) {
    if constexpr (
        requires(D pool) { pool.rewind(pool.mark()); } || requires(D pool) { pool.drop_all(); }) {
      return row_and_drop(n);
    } else {
      return row_one_by_one(n);
    }
  }

  std::uintptr_t row_and_drop(std::uint64_t n) {
    const void *last = nullptr;
    if constexpr (requires(D pool) { pool.mark(); }) {
      const auto mark = this->pool_.mark();
      for (std::uint64_t left = n; left != 0; --left) { // down: an instruction fewer
        last = this->template allocate_written<Touch::none>();
      }
      rewound_ = this->pool_.rewind(mark) && rewound_;
    } else {
      for (std::uint64_t left = n; left != 0; --left) { // down: an instruction fewer
        last = this->template allocate_written<Touch::none>();
      }
      this->pool_.drop_all();
    }
    return this->address(last);
  }

  std::vector<Item *> items_;
  bool rewound_ = true;
};

/// Allocate and deallocate one item: the same slot again and again. The pool is a member, or for
/// the length of a run a local variable of the loop, as far as the design can move.
template <PoolDesign D> class CycleWorkload final : public PoolWorkload<D> {
public:
  explicit CycleWorkload(const Setup &setup) : PoolWorkload<D>(setup, setup.capacity) {}

  std::uint64_t run(std::uint64_t n) override { return run_copies(1, n); }
  [[nodiscard]] unsigned max_copies() const noexcept override { return 4; }
  std::uint64_t run_copies(unsigned copies, std::uint64_t n) override {
    const bool local = this->setup_.state == State::local;
    switch (copies) {
    case 4:
      return local ? loop_local<4>(n) : loop_member<4>(n);
    case 2:
      return local ? loop_local<2>(n) : loop_member<2>(n);
    default:
      return local ? loop_local<1>(n) : loop_member<1>(n);
    }
  }
  [[nodiscard]] bench::Verification verify() override {
    return this->prove(this->setup_.capacity, 0);
  }

private:
  [[gnu::always_inline]] static std::uintptr_t pair(D &pool) {
    void *item = pool.allocate();
    bench::sink(item);
    const std::uintptr_t address = PoolWorkload<D>::address(item);
    pool.deallocate(item);
    return address;
  }

  template <unsigned Copies>
  [[gnu::always_inline]] static std::uintptr_t pairs(D &pool, std::uint64_t n) {
    std::uintptr_t last = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      last = pair(pool);
      if constexpr (Copies >= 2) {
        last = pair(pool);
      }
      if constexpr (Copies == 4) {
        last = pair(pool);
        last = pair(pool);
      }
    }
    return last;
  }

  template <unsigned Copies> [[gnu::noinline]] std::uint64_t loop_member(std::uint64_t n) {
    return this->checksum(pairs<Copies>(this->pool_, n));
  }

  template <unsigned Copies> [[gnu::noinline]] std::uint64_t loop_local(std::uint64_t n) {
    if constexpr (std::movable<D>) {
      D pool(std::move(this->pool_));
      const std::uintptr_t last = pairs<Copies>(pool, n);
      this->pool_ = std::move(pool);
      return this->checksum(last);
    } else {
      return loop_member<Copies>(n);
    }
  }
};

/// `capacity` live items; each op allocates and writes one and frees another of a pre-made order.
template <PoolDesign D> class ChurnWorkload final : public PoolWorkload<D> {
public:
  explicit ChurnWorkload(const Setup &setup)
      : PoolWorkload<D>(setup, setup.capacity + 1), places_(make_places(setup)),
        live_(setup.capacity) {
    if (setup.touch == Touch::none) {
      throw InvalidArgumentError("touch", "none", "first, all");
    }
    for (Item *&item : live_) {
      item = this->template allocate_written<Touch::all>();
    }
    run(places_.size()); // from the order of allocation to the steady state
  }

  std::uint64_t run(std::uint64_t n) override {
    if (this->setup_.touch == Touch::first) {
      return loop<Touch::first, PoolWorkload<D>::kRunTimeSize>(n);
    }
    return this->with_item_bytes(
        [&]<std::size_t bytes> { return this->template loop<Touch::all, bytes>(n); });
  }

  [[nodiscard]] bench::Verification verify() override {
    const bool all = this->setup_.touch == Touch::all;
    const std::size_t stamped = all ? this->setup_.item_bytes : sizeof(std::uint64_t);
    if (std::string fault = this->check_items(live_, stamped); !fault.empty()) {
      return {fault};
    }
    return this->prove(1, live_.size());
  }

private:
  template <Touch touch, std::size_t bytes> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    Item **const live = live_.data();
    const std::uint32_t *const places = places_.data();
    const std::size_t mask = places_.size() - 1;
    std::size_t at = at_;
    Item *item = nullptr;
    for (std::uint64_t i = 0; i < n; ++i) {
      item = this->template allocate_written<touch, bytes>();
      Item *&place = live[places[at++ & mask]];
      Item *const old = place;
      place = item;
      this->pool_.deallocate(old);
    }
    at_ = at;
    return this->checksum(this->address(item));
  }

  std::vector<std::uint32_t> places_; // a power of two of them
  std::vector<Item *> live_;
  std::size_t at_ = 0;
};

/// One op is a batch: `batch` allocations, then as many deallocations.
template <PoolDesign D> class ThroughputWorkload final : public PoolWorkload<D> {
public:
  explicit ThroughputWorkload(const Setup &setup)
      : PoolWorkload<D>(setup, setup.batch), order_(make_batch_order(setup)), items_(setup.batch) {}

  std::uint64_t run(std::uint64_t n) override {
    switch (this->setup_.touch) {
    case Touch::none:
      return loop<Touch::none, PoolWorkload<D>::kRunTimeSize>(n);
    case Touch::first:
      return loop<Touch::first, PoolWorkload<D>::kRunTimeSize>(n);
    case Touch::all:
      return this->with_item_bytes(
          [&]<std::size_t bytes> { return this->template loop<Touch::all, bytes>(n); });
    }
    return 0;
  }

  [[nodiscard]] bench::Verification verify() override {
    const std::vector<void *> last_batch(items_.begin(), items_.end());
    if (std::string fault = proof::check_addresses(last_batch, this->setup_.item_bytes);
        !fault.empty()) {
      return {"the last batch: " + fault};
    }
    return this->prove(items_.size(), 0);
  }

private:
  template <Touch touch, std::size_t bytes> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    Item **const items = items_.data();
    const std::size_t batch = items_.size();
    const std::uint32_t *const order = order_.data();
    for (std::uint64_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < batch; ++k) {
        items[k] = this->template allocate_written<touch, bytes>();
      }
      for (std::size_t k = 0; k < batch; ++k) {
        this->pool_.deallocate(items[order[k]]);
      }
    }
    return this->checksum(this->address(items[batch - 1]));
  }

  std::vector<std::uint32_t> order_; // of deallocation
  std::vector<Item *> items_;
};

/// One op is 10 allocations and 10 deallocations on a pool of `capacity` slots.
template <PoolDesign D> class SizesWorkload final : public PoolWorkload<D> {
public:
  explicit SizesWorkload(const Setup &setup) : PoolWorkload<D>(setup, setup.capacity) {
    if (setup.capacity < kItems) {
      throw InvalidArgumentError("capacity", std::to_string(setup.capacity), "10 or more");
    }
  }

  std::uint64_t run(std::uint64_t n) override { return loop(n); }
  [[nodiscard]] bench::Verification verify() override {
    return this->prove(this->setup_.capacity, 0);
  }

private:
  static constexpr std::size_t kItems = 10;

  [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    Item *items[kItems] = {}; // NOLINT(modernize-avoid-c-arrays)
    for (std::uint64_t i = 0; i < n; ++i) {
      for (Item *&item : items) {
        item = this->template allocate_written<Touch::none>();
      }
      for (Item *item : items) {
        this->pool_.deallocate(item);
      }
    }
    return this->checksum(this->address(items[kItems - 1]));
  }
};

} // namespace vmperf::pool
