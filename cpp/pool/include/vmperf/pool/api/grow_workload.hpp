// The workload of a pool's whole life: made, prepared, filled, emptied, dropped. Used by benches,
// designs and peers only. Optional members of a design, used where there: `preallocate(n)`; and
// `static constexpr bool kCannotGrow`, which makes it for the whole batch at once. One thread;
// run(n) is O(n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/pool/api/pool_workload.hpp"
#include "vmperf/pool/api/proof.hpp"
#include "vmperf/pool/api/setup.hpp"

namespace vmperf::pool {

/// One op: a pool is made, `preallocate` slots are made ready, `batch` items are allocated, their
/// first word written, and freed, and the pool is dropped.
template <PoolDesign D> class GrowWorkload final : public bench::Workload {
public:
  explicit GrowWorkload(const Setup &setup) : setup_(setup), items_(setup.batch) { run(1); }

  std::uint64_t run(std::uint64_t n) override { return loop(n); }

  [[nodiscard]] bench::Verification verify() override {
    if (std::string fault = proof::check_addresses(items_, setup_.item_bytes); !fault.empty()) {
      return {"the last row: " + fault};
    }
    D pool = make();
    make_ready(pool);
    std::string fault = check_counts(pool, 0);
    for (void *&item : items_) {
      item = pool.allocate();
      proof::write_all(item, setup_.item_bytes);
    }
    if (fault.empty()) {
      fault = proof::check_addresses(items_, setup_.item_bytes);
    }
    if (fault.empty()) {
      fault = proof::check_stamps(items_, setup_.item_bytes);
    }
    if (fault.empty()) {
      fault = check_counts(pool, items_.size());
    }
    for (void *item : items_) {
      pool.deallocate(item);
    }
    return {fault.empty() ? check_counts(pool, 0) : fault};
  }

private:
  static constexpr bool kPrepares = requires(D pool) { pool.preallocate(std::size_t{}); };

  // Returned in place: some designs can't move.
  [[nodiscard, gnu::always_inline]] D make() const {
    if constexpr (requires { D::kCannotGrow; }) {
      return D(setup_.item_bytes, setup_.batch);
    } else {
      return D(setup_.item_bytes, kPrepares ? 0 : setup_.preallocate);
    }
  }

  [[gnu::always_inline]] void make_ready(D &pool) const {
    if constexpr (kPrepares) {
      pool.preallocate(setup_.preallocate);
    }
  }

  [[nodiscard]] std::string check_counts(const D &pool, std::size_t live) const {
    if constexpr (requires { pool.stats(); }) {
      const PoolStats stats = pool.stats();
      if (stats.live != live) {
        return std::to_string(live) + " items are live, the pool says " +
               std::to_string(stats.live);
      }
      if (stats.capacity < setup_.preallocate) {
        return "preallocate(" + std::to_string(setup_.preallocate) + ") left a capacity of " +
               std::to_string(stats.capacity);
      }
    }
    return {};
  }

  [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    void **const items = items_.data();
    const std::size_t batch = items_.size();
    for (std::uint64_t i = 0; i < n; ++i) {
      D pool = make();
      make_ready(pool);
      for (std::size_t k = 0; k < batch; ++k) {
        items[k] = pool.allocate();
        proof::write_first(items[k]);
        bench::sink(items[k]);
      }
      for (std::size_t k = 0; k < batch; ++k) {
        pool.deallocate(items[k]);
      }
    }
    return batch;
  }

  Setup setup_;
  std::vector<void *> items_;
};

} // namespace vmperf::pool
