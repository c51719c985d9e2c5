// The workloads over rows of items: taken and given back by one call where the design has one, else
// one by one. Optional members of a design, used where there: `allocate_n(T **, n)` with
// `deallocate_n(T *const *, n)`, and `lease(n)` with `slots()`. Used by benches, designs and
// peers only. What one op yields is a row in memory: its address is sunk once for every design, and
// where items are written, each item once. One thread; run(n) is O(n).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/pool/api/pool_workload.hpp"
#include "vmperf/pool/api/proof.hpp"
#include "vmperf/pool/api/setup.hpp"

namespace vmperf::pool {

template <class D>
concept BulkDesign = requires(D design, Item **out, Item *const *in, std::size_t n) {
  design.allocate_n(out, n);
  design.deallocate_n(in, n);
};

template <PoolDesign D>
[[gnu::always_inline]] inline void take_row(D &pool, std::span<Item *> row) {
  if constexpr (BulkDesign<D>) {
    pool.allocate_n(row.data(), row.size());
  } else {
    for (Item *&item : row) {
      item = static_cast<Item *>(pool.allocate());
    }
  }
}

template <PoolDesign D>
[[gnu::always_inline]] inline void give_row(D &pool, std::span<Item *const> row) {
  if constexpr (BulkDesign<D>) {
    pool.deallocate_n(row.data(), row.size());
  } else {
    for (Item *item : row) {
      pool.deallocate(item);
    }
  }
}

/// What the workloads over rows prove: a row's whole life, by the calls that run() makes.
template <PoolDesign D> class RowWorkload : public PoolWorkload<D> {
protected:
  explicit RowWorkload(const Setup &setup)
      : PoolWorkload<D>(setup, setup.batch), row_(setup.batch) {}

  // The row as run() left it: stale, but its addresses must be those of distinct slots.
  [[nodiscard]] std::string check_last_row() const {
    const std::vector<void *> addresses(row_.begin(), row_.end());
    const std::string fault = proof::check_addresses(addresses, this->setup_.item_bytes);
    return fault.empty() ? fault : "the last row: " + fault;
  }

  [[nodiscard]] bench::Verification prove_row() {
    std::string fault = this->check_live(0);
    if (!fault.empty()) {
      return {fault};
    }
    std::vector<Item *> row(row_.size());
    take_row(this->pool_, row);
    for (Item *item : row) {
      if (item == nullptr) {
        return {"a row holds a null pointer"};
      }
    }
    for (Item *item : row) {
      proof::write_all(item, this->setup_.item_bytes);
    }
    fault = this->check_items(row, this->setup_.item_bytes);
    if (fault.empty()) {
      fault = this->check_live(row.size());
    }
    give_row(this->pool_, row);
    if (fault.empty()) {
      fault = this->check_live(0);
    }
    return fault.empty() ? this->prove(row_.size(), 0) : bench::Verification{fault};
  }

  std::vector<Item *> row_;
};

/// One op: a row of `batch` items is taken and given back; no item is touched.
template <PoolDesign D> class BulkWorkload final : public RowWorkload<D> {
public:
  explicit BulkWorkload(const Setup &setup) : RowWorkload<D>(setup) {}

  std::uint64_t run(std::uint64_t n) override { return loop(n); }
  [[nodiscard]] bench::Verification verify() override {
    if (std::string fault = this->check_last_row(); !fault.empty()) {
      return {fault};
    }
    return this->prove_row();
  }

private:
  [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const std::span<Item *> row = this->row_;
    for (std::uint64_t i = 0; i < n; ++i) {
      take_row(this->pool_, row);
      bench::sink(row.data());
      give_row(this->pool_, row);
    }
    return this->checksum(this->address(row.back()));
  }
};

/// As BulkWorkload, and every item is written wholly: what one allocates for.
template <PoolDesign D> class BulkWriteWorkload final : public RowWorkload<D> {
public:
  explicit BulkWriteWorkload(const Setup &setup) : RowWorkload<D>(setup) {}

  std::uint64_t run(std::uint64_t n) override {
    if constexpr (has_one_size<D>()) {
      return loop<D::kItemBytes == 64 ? 64 : 0>(n);
    } else {
      return this->setup_.item_bytes == 64 ? loop<64>(n) : loop<0>(n);
    }
  }
  [[nodiscard]] bench::Verification verify() override {
    if (std::string fault = this->check_last_row(); !fault.empty()) {
      return {fault};
    }
    return this->prove_row();
  }

private:
  template <std::size_t ItemBytes> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const std::span<Item *> row = this->row_;
    const std::size_t bytes = ItemBytes == 0 ? this->setup_.item_bytes : ItemBytes;
    for (std::uint64_t i = 0; i < n; ++i) {
      take_row(this->pool_, row);
      for (Item *item : row) {
        proof::write_all(item, bytes);
        bench::sink(item);
      }
      give_row(this->pool_, row);
    }
    return this->checksum(this->address(row.back()));
  }
};

/// One op: a row is leased, its first entry read, and the lease ended.
template <PoolDesign D> class LeaseWorkload final : public RowWorkload<D> {
public:
  explicit LeaseWorkload(const Setup &setup) : RowWorkload<D>(setup) {}

  std::uint64_t run(std::uint64_t n) override {
    if (this->setup_.state == State::member) {
      return loop(this->pool_, n);
    }
    D pool(std::move(this->pool_));
    const std::uint64_t sum = loop(pool, n);
    this->pool_ = std::move(pool);
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    std::string fault = this->check_live(0);
    if (fault.empty()) {
      auto lease = this->pool_.lease(this->setup_.batch);
      std::vector<Item *> slots;
      for (void *slot : lease.slots()) {
        slots.push_back(static_cast<Item *>(slot));
      }
      if (slots.size() != this->setup_.batch) {
        return {"a lease of " + std::to_string(slots.size()) + " slots"};
      }
      for (Item *item : slots) {
        proof::write_all(item, this->setup_.item_bytes);
      }
      fault = this->check_items(slots, this->setup_.item_bytes);
      if (fault.empty()) {
        fault = this->check_live(this->setup_.batch);
      }
    }
    return fault.empty() ? this->prove_row() : bench::Verification{fault};
  }

private:
  [[gnu::always_inline]] std::uint64_t loop(D &pool, std::uint64_t n) {
    const std::size_t batch = this->setup_.batch;
    const void *first = nullptr;
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto lease = pool.lease(batch);
      first = lease.slots().front();
      bench::sink(first);
    }
    return this->checksum(this->address(first));
  }
};

/// The limit of BulkWriteWorkload: the same bytes are written to one plain array, which nobody
/// allocates anew.
class PlainStoresWorkload final : public bench::Workload {
public:
  explicit PlainStoresWorkload(const Setup &setup);

  std::uint64_t run(std::uint64_t n) override {
    return setup_.item_bytes == 64 ? loop<64>(n) : loop<0>(n);
  }
  [[nodiscard]] bench::Verification verify() override;

private:
  template <std::size_t ItemBytes> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const std::size_t bytes = ItemBytes == 0 ? setup_.item_bytes : ItemBytes;
    std::byte *const end = array_.get() + setup_.batch * bytes;
    for (std::uint64_t i = 0; i < n; ++i) {
      for (std::byte *item = array_.get(); item != end; item += bytes) {
        proof::write_all(item, bytes);
        bench::sink(item);
      }
    }
    return setup_.batch * bytes;
  }

  struct Free {
    void operator()(std::byte *p) const noexcept { std::free(p); }
  };
  Setup setup_;
  std::unique_ptr<std::byte, Free> array_;
};

} // namespace vmperf::pool
