// What all pool workloads share: the design as a member, so that its state lives in memory as a
// user's pool does, warmed up before timing, and the proof of its work. Used by benches, designs
// and peers only. One thread; making one and verify() are O(capacity).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/pool/api/proof.hpp"
#include "vmperf/pool/api/setup.hpp"
#include "vmperf/pool/pool_stats.hpp"

namespace vmperf::pool {

/// A pool of items of one size. Optional members, used where there: `PoolStats stats()`,
/// `bool owns(const void *)`, `mark()` with `bool rewind(mark)`, and `void drop_all()`.
template <class D>
concept PoolDesign = std::constructible_from<D, std::size_t, std::size_t> && // item bytes, capacity
                     requires(D design, void *item) {
                       { design.allocate() } -> std::same_as<void *>;
                       design.deallocate(item);
                     };

/// Whether a design says by `kItemBytes` that it is made for items of that size alone.
template <class D> constexpr bool has_one_size() noexcept {
  if constexpr (requires { D::kItemBytes; }) {
    return D::kItemBytes != 0;
  } else {
    return false;
  }
}

/// What the workloads allocate: a user holds pointers to his type, not to void, and a compiler
/// knows that storing one changes nothing of another type, such as the state of a pool.
struct Item;

template <PoolDesign D> class PoolWorkload : public bench::Workload {
protected:
  static constexpr std::size_t kRunTimeSize = 0;

  // Calls loop with the size of the items as a constant where it is a usual one, else with
  // kRunTimeSize. A design that is made for one size (kItemBytes) needs no other loop compiled.
  template <class Loop> [[nodiscard, gnu::always_inline]] auto with_item_bytes(Loop loop) const {
    if constexpr (has_one_size<D>()) {
      return loop.template operator()<usual_size(D::kItemBytes)>();
    } else {
      switch (usual_size(setup_.item_bytes)) {
      case 16:
        return loop.template operator()<16>();
      case 64:
        return loop.template operator()<64>();
      default:
        return loop.template operator()<kRunTimeSize>();
      }
    }
  }

  static constexpr std::size_t usual_size(std::size_t item_bytes) noexcept {
    return item_bytes == 16 || item_bytes == 64 ? item_bytes : kRunTimeSize;
  }

  explicit PoolWorkload(const Setup &setup, std::size_t capacity)
      : setup_(setup), pool_(setup.item_bytes, capacity) {
    std::vector<Item *> items(capacity); // every page and list of the design is warm before timing
    for (Item *&item : items) {
      item = allocate_written<Touch::all>();
    }
    first_ = items.empty() ? nullptr : items.front();
    give_back(items);
  }

  void give_back(std::span<Item *const> items) {
    for (std::size_t i = items.size(); i-- != 0;) {
      pool_.deallocate(items[i]);
    }
  }

  // The distance from the first item ever: unlike an address it says nothing about the process.
  [[nodiscard]] std::uint64_t checksum(std::uintptr_t last) const noexcept {
    return last - address(first_);
  }

  [[nodiscard]] static std::uintptr_t address(const void *item) noexcept {
    return reinterpret_cast<std::uintptr_t>(item);
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

  [[nodiscard]] std::string check_items(std::span<Item *const> items, std::size_t stamped) const {
    const std::vector<void *> addresses(items.begin(), items.end());
    if (std::string fault = proof::check_addresses(addresses, setup_.item_bytes); !fault.empty()) {
      return fault;
    }
    if constexpr (requires { pool_.owns(first_); }) {
      if (!std::ranges::all_of(addresses, [&](void *item) { return pool_.owns(item); })) {
        return "an item lies outside of the pool's storage";
      }
    }
    return proof::check_stamps(addresses, stamped);
  }

  // Takes n items through a whole life on the pool as run() left it.
  [[nodiscard]] bench::Verification prove(std::size_t n, std::size_t live_before) {
    std::string fault = check_live(live_before);
    std::vector<Item *> items(fault.empty() ? n : 0);
    for (Item *&item : items) {
      item = allocate_written<Touch::all>();
    }
    if (fault.empty()) {
      fault = check_items(items, setup_.item_bytes);
    }
    if (fault.empty()) {
      fault = check_live(live_before + n);
    }
    give_back(items);
    if (fault.empty()) {
      fault = check_live(live_before);
    }
    return {fault};
  }

  // bytes: the item's size where the compiler is to know it, as it knows the size of a type.
  template <Touch touch, std::size_t bytes = kRunTimeSize>
  [[gnu::always_inline]] Item *allocate_written() {
    void *item = pool_.allocate();
    if constexpr (touch == Touch::first) {
      proof::write_first(item);
    } else if constexpr (touch == Touch::all) {
      proof::write_all(item, bytes == kRunTimeSize ? setup_.item_bytes : bytes);
    }
    bench::sink(item);
    return static_cast<Item *>(item);
  }

  Setup setup_;
  D pool_;
  const void *first_ = nullptr;
};

} // namespace vmperf::pool
