// The workload of pool/many: one thread takes turns at many pools, an item of each. Used by
// benches, designs and peers only. Making one and verify() are O(pools).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/bench/params.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/pool/api/pool_workload.hpp"
#include "vmperf/pool/api/proof.hpp"

namespace vmperf::pool {

template <PoolDesign D> class ManyWorkload final : public bench::Workload {
public:
  static constexpr std::size_t kMostPools = std::size_t{1} << 16U;

  explicit ManyWorkload(const bench::Params &params)
      : item_bytes_(params.get_size("item_size_bytes", sizeof(std::uint64_t))) {
    pools_.resize(params.get_size("pools", 1, kMostPools));
    for (auto &pool : pools_) { // each is warm, and has the thread's state
      pool = std::make_unique<D>(item_bytes_, kCapacity);
      void *item = pool->allocate();
      proof::write_all(item, item_bytes_);
      pool->deallocate(item);
    }
  }

  // Returns how many items kept their stamp: n.
  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t kept = 0;
    const std::unique_ptr<D> *const first = pools_.data();
    const std::unique_ptr<D> *const end = first + pools_.size();
    const std::unique_ptr<D> *at = first;
    for (std::uint64_t i = 0; i < n; ++i) {
      D &pool = **at;
      void *item = pool.allocate();
      proof::write_first(item);
      bench::sink(item);
      std::uint64_t stamp = 0;
      std::memcpy(&stamp, item, sizeof stamp);
      kept += stamp == proof::stamp_of(item) ? 1 : 0;
      pool.deallocate(item);
      at = at + 1 == end ? first : at + 1;
    }
    return kept;
  }

  // An item of each pool at once, all written: distinct, and each of its own pool.
  [[nodiscard]] bench::Verification verify() override {
    std::vector<void *> items;
    std::string fault;
    for (const auto &pool : pools_) {
      void *item = pool->allocate();
      proof::write_all(item, item_bytes_);
      items.push_back(item);
      if constexpr (requires { pool->owns(item); }) {
        fault = pool->owns(item) ? fault : "an item lies outside of its pool's storage";
      }
    }
    if (fault.empty()) {
      fault = proof::check_addresses(items, item_bytes_);
    }
    if (fault.empty()) {
      fault = proof::check_stamps(items, item_bytes_);
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      pools_[i]->deallocate(items[i]);
    }
    return {fault};
  }

private:
  static constexpr std::size_t kCapacity = 16; // of each pool

  std::size_t item_bytes_;
  std::vector<std::unique_ptr<D>> pools_;
};

/// How a design runs pool/many.
template <PoolDesign D> [[nodiscard]] bench::Maker many_maker() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<ManyWorkload<D>>(params);
  };
}

} // namespace vmperf::pool
