// The workloads over blocks of one size: allocations alone, pairs, zeroed blocks, batches. Used by
// benches, designs and peers only. One thread; run(n) is O(n), of touched pages O(n x pages).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vmperf/alloc/api/workload.hpp"

namespace vmperf::alloc {

/// One op: a block is allocated and not freed before prepare(): allocation alone.
template <Calls C> class SmallWorkload final : public AllocWorkload<C> {
public:
  SmallWorkload(const Face &face, C calls, const Setup &setup)
      : AllocWorkload<C>(face, calls, setup), blocks_(setup.batch) {
    for (int warm = 0; warm < 2; ++warm) {
      run(setup.batch);
      prepare(0);
    }
  }
  SmallWorkload(const SmallWorkload &) = delete;
  SmallWorkload &operator=(const SmallWorkload &) = delete;
  SmallWorkload(SmallWorkload &&) = delete;
  SmallWorkload &operator=(SmallWorkload &&) = delete;
  ~SmallWorkload() override { prepare(0); }

  // In the order of allocation, as a program drops a list.
  void prepare(std::uint64_t /*n*/) override {
    for (std::size_t i = 0; i < live_; ++i) {
      this->calls_.deallocate(blocks_[i]);
    }
    live_ = 0;
  }
  std::uint64_t run(std::uint64_t n) override { return loop(n); }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return blocks_.size(); }

  [[nodiscard]] bench::Verification verify() override {
    std::vector<Placed> live;
    live.reserve(live_);
    for (std::size_t i = 0; i < live_; ++i) {
      live.push_back({blocks_[i], this->setup_.size_bytes});
    }
    return this->prove(proof::check_addresses(live), std::span(&this->setup_.size_bytes, 1));
  }

private:
  [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const C calls = this->calls_;
    const std::size_t size = this->setup_.size_bytes;
    void **const blocks = blocks_.data() + live_;
    // A second run without prepare() goes on behind the blocks of the first, while there is room.
    const std::uint64_t room = std::min<std::uint64_t>(n, blocks_.size() - live_);
    for (std::uint64_t i = 0; i < room; ++i) {
      blocks[i] = this->template take<Touch::none>(calls, size);
    }
    live_ += room;
    return room;
  }

  std::vector<void *> blocks_;
  std::size_t live_ = 0;
};

/// One op: a block is allocated, touched and freed: the same one again and again.
template <Calls C> class CycleWorkload final : public AllocWorkload<C> {
public:
  CycleWorkload(const Face &face, C calls, const Setup &setup)
      : AllocWorkload<C>(face, calls, setup) {
    run(100); // pages and thread caches are there before anything is timed
  }

  std::uint64_t run(std::uint64_t n) override {
    return with_touch(this->setup_.touch,
                      [&]<Touch touch> { return this->template loop<touch>(n); });
  }
  [[nodiscard]] bench::Verification verify() override {
    return this->prove("", std::span(&this->setup_.size_bytes, 1));
  }

private:
  template <Touch touch> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const C calls = this->calls_;
    const std::size_t size = this->setup_.size_bytes;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      void *block = this->template take<touch>(calls, size);
      sum += reinterpret_cast<std::uintptr_t>(block);
      calls.deallocate(block);
    }
    return sum;
  }
};

/// One op: a zeroed block is allocated, a word of each page read (and written, Touch::pages), its
/// first word written, and it is freed. Every word read must be 0.
template <Calls C> class ZeroedWorkload final : public AllocWorkload<C> {
public:
  ZeroedWorkload(const Face &face, C calls, const Setup &setup)
      : AllocWorkload<C>(face, calls, setup) {
    run(3);
  }

  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t seen =
        this->setup_.touch == Touch::pages ? loop<Touch::pages>(n) : loop<Touch::first>(n);
    wrong_ |= seen;
    return seen;
  }
  [[nodiscard]] bench::Verification verify() override {
    return this->prove(wrong_ == 0 ? "" : "a zeroed block held something other than zeros",
                       std::span(&this->setup_.size_bytes, 1));
  }

private:
  template <Touch touch> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const C calls = this->calls_;
    const std::size_t size = this->setup_.size_bytes;
    std::uint64_t seen = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      void *block = calls.allocate_zeroed(size);
      if (block == nullptr) [[unlikely]] {
        fail_allocation(size);
      }
      bench::sink(block);
      const auto *at = static_cast<const std::byte *>(block);
      for (std::size_t done = 0; done + sizeof seen <= size; done += kPageBytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, at + done, sizeof word);
        seen |= word;
      }
      write_block<touch>(block, size);
      bench::sink(block);
      calls.deallocate(block);
    }
    return this->face_.allocates_nothing ? 0 : seen;
  }

  std::uint64_t wrong_ = 0;
};

/// One op: a block is allocated, touched and freed, in batches: all of one are live at once.
template <Calls C> class BatchWorkload final : public AllocWorkload<C> {
public:
  BatchWorkload(const Face &face, C calls, const Setup &setup)
      : AllocWorkload<C>(face, calls, setup), blocks_(setup.batch),
        order_(setup.order, setup.batch, setup.seed) {
    run(2 * setup.batch);
  }

  std::uint64_t run(std::uint64_t n) override {
    return with_touch(this->setup_.touch,
                      [&]<Touch touch> { return this->template loop<touch>(n); });
  }
  [[nodiscard]] bench::Verification verify() override {
    std::vector<Placed> last; // freed, but their addresses must have been those of distinct blocks
    last.reserve(n_last_);
    for (std::size_t i = 0; i < n_last_; ++i) {
      last.push_back({blocks_[i], this->setup_.size_bytes});
    }
    std::string fault = proof::check_addresses(last);
    return this->prove(fault.empty() ? fault : "the last batch: " + fault,
                       std::span(&this->setup_.size_bytes, 1));
  }

private:
  template <Touch touch> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const C calls = this->calls_;
    const std::size_t size = this->setup_.size_bytes;
    void **const blocks = blocks_.data();
    std::uint64_t sum = 0;
    for (std::uint64_t left = n; left != 0;) {
      const std::size_t batch = std::min<std::uint64_t>(left, blocks_.size());
      for (std::size_t k = 0; k < batch; ++k) {
        blocks[k] = this->template take<touch>(calls, size);
      }
      sum += reinterpret_cast<std::uintptr_t>(blocks[batch - 1]);
      order_.each(batch, [&](std::uint32_t k) { calls.deallocate(blocks[k]); });
      n_last_ = batch;
      left -= batch;
    }
    return sum;
  }

  std::vector<void *> blocks_;
  FreeOrder order_;
  std::size_t n_last_ = 0;
};

} // namespace vmperf::alloc
