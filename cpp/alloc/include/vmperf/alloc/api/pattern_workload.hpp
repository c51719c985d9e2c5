// The workload of alloc/pattern: blocks of drawn sizes, in the orders in which programs allocate
// and free. One op is one allocation, its first word written, and one deallocation; sizes and
// places are drawn beforehand and replayed. Used by benches, designs and peers only. One thread.
//
//   reuse        free at once, over `live` blocks that stay
//   sequential   the oldest of `live` goes                      random       any of `live` goes
//   burst        `live` at once, then all are freed, any order
//   interleaved  two allocations to one free, then the rest     fragmented   7 of 8, then larger
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/alloc/api/workload.hpp"
#include "vmperf/bench/report.hpp"

namespace vmperf::alloc {

template <Calls C> class PatternWorkload final : public AllocWorkload<C> {
public:
  PatternWorkload(const Face &face, C calls, const Setup &setup)
      : AllocWorkload<C>(face, calls, setup), places_(draw_places(setup.live, setup.seed)),
        sizes_(draw_sizes(setup.sizes, places_.size(), setup.seed, 40)),
        order_(Order::random, setup.live, setup.seed), live_(setup.live) {
    if (holds()) {
      for (std::size_t i = 0; i < live_.size(); ++i) {
        live_[i] = {allocate(sizes_[i]), sizes_[i]};
      }
    }
    run(2 * setup.live); // to the steady state
  }
  PatternWorkload(const PatternWorkload &) = delete;
  PatternWorkload &operator=(const PatternWorkload &) = delete;
  PatternWorkload(PatternWorkload &&) = delete;
  PatternWorkload &operator=(PatternWorkload &&) = delete;
  ~PatternWorkload() override {
    if (holds()) {
      for (const Placed &block : live_) {
        this->calls_.deallocate(block.address);
      }
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    switch (this->setup_.pattern) {
    case Pattern::reuse:
      return run_reuse(n);
    case Pattern::sequential:
      return run_sequential(n);
    case Pattern::random:
      return run_random(n);
    default:
      return run_rounds(n);
    }
  }

  void report(bench::Report &report) override {
    if (this->face_.usable_size != nullptr && !this->face_.allocates_nothing) {
      report.metric("usable_ratio", usable_ratio());
    }
  }

  [[nodiscard]] bench::Verification verify() override {
    std::string fault = proof::check_addresses(seen());
    for (std::size_t i = 0; holds() && fault.empty() && i < live_.size(); ++i) {
      if (!proof::has_first(live_[i].address)) {
        fault = "live block " + std::to_string(i) + " lost its stamp";
      }
    }
    const std::array<std::size_t, 2> sizes{this->setup_.sizes.low, this->setup_.sizes.high};
    return this->prove(fault, sizes);
  }

private:
  [[nodiscard]] bool holds() const noexcept { return this->setup_.pattern <= Pattern::random; }

  [[nodiscard]] void *allocate(std::size_t size) const {
    return this->template take<Touch::first>(this->calls_, size);
  }

  // The live blocks, or those of the last round: freed, but they were live together at one time.
  [[nodiscard]] std::vector<Placed> seen() const {
    const bool whole = holds() || this->setup_.pattern == Pattern::burst;
    return whole ? std::vector<Placed>(live_.begin(), live_.begin() + (holds() ? size() : n_round_))
                 : std::vector<Placed>{};
  }
  [[nodiscard]] std::ptrdiff_t size() const noexcept { return std::ssize(live_); }

  [[nodiscard]] double usable_ratio() const {
    std::size_t usable = 0;
    std::size_t asked = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(sizes_.size(), 1000); ++i) {
      void *block = allocate(sizes_[i]);
      usable += this->face_.usable_size(block);
      asked += sizes_[i];
      this->calls_.deallocate(block);
    }
    return static_cast<double>(usable) / static_cast<double>(asked);
  }

  // Each loop loads a size, calls twice, and stores a block: the same for every design.
  [[gnu::noinline]] std::uint64_t run_reuse(std::uint64_t n) {
    const C calls = this->calls_;
    const std::uint32_t *const sizes = sizes_.data();
    const std::size_t mask = sizes_.size() - 1;
    std::size_t at = at_;
    std::uint64_t sum = 0;
    for (const std::size_t end = at + n; at != end; ++at) {
      void *block = this->template take<Touch::first>(calls, sizes[at & mask]);
      sum += reinterpret_cast<std::uintptr_t>(block);
      calls.deallocate(block);
    }
    at_ = at;
    return sum;
  }

  [[gnu::always_inline]] void replace(const C &calls, Placed &place, std::size_t size) {
    void *const block = this->template take<Touch::first>(calls, size);
    void *const old = place.address;
    place = {block, size};
    calls.deallocate(old);
  }

  [[gnu::noinline]] std::uint64_t run_sequential(std::uint64_t n) {
    const C calls = this->calls_;
    const std::size_t mask = sizes_.size() - 1;
    std::size_t place = next_;
    for (std::uint64_t i = 0; i < n; ++i, ++at_) {
      replace(calls, live_[place], sizes_[at_ & mask]);
      place = place + 1 == live_.size() ? 0 : place + 1;
    }
    next_ = place;
    return reinterpret_cast<std::uintptr_t>(live_[place].address);
  }

  [[gnu::noinline]] std::uint64_t run_random(std::uint64_t n) {
    const C calls = this->calls_;
    Placed *const live = live_.data();
    const std::uint32_t *const places = places_.data();
    const std::uint32_t *const sizes = sizes_.data();
    const std::size_t mask = places_.size() - 1;
    std::size_t at = at_;
    for (const std::size_t end = at + n; at != end; ++at) {
      // Sizes go another way round than places: else each place would keep its size for good.
      replace(calls, live[places[at & mask]], sizes[(at + at / (mask + 1)) & mask]);
    }
    at_ = at;
    return reinterpret_cast<std::uintptr_t>(live[places[(at - 1) & mask]].address);
  }

  // Rounds of `live` ops; the last one, or the only one, may be smaller.
  std::uint64_t run_rounds(std::uint64_t n) {
    std::uint64_t sum = 0;
    for (std::uint64_t left = n; left != 0;) {
      const std::size_t round = std::min<std::uint64_t>(left, live_.size());
      if (this->setup_.pattern == Pattern::burst) {
        burst(round);
      } else if (this->setup_.pattern == Pattern::interleaved) {
        interleaved(round);
      } else {
        fragmented(round);
      }
      sum += reinterpret_cast<std::uintptr_t>(live_[round - 1].address);
      n_round_ = static_cast<std::ptrdiff_t>(round);
      left -= round;
    }
    return sum;
  }

  [[gnu::always_inline]] void fill(const C &calls, Placed &place, std::size_t factor = 1) {
    const std::size_t size = factor * sizes_[at_++ & (sizes_.size() - 1)];
    place = {this->template take<Touch::first>(calls, size), size};
  }

  [[gnu::noinline]] void burst(std::size_t round) {
    const C calls = this->calls_;
    for (std::size_t i = 0; i < round; ++i) {
      fill(calls, live_[i]);
    }
    order_.each(round, [&](std::uint32_t place) { calls.deallocate(live_[place].address); });
  }

  [[gnu::noinline]] void interleaved(std::size_t round) {
    const C calls = this->calls_;
    std::size_t oldest = 0;
    for (std::size_t i = 0; i < round; ++i) {
      fill(calls, live_[i]);
      if (i % 2 == 1) {
        calls.deallocate(live_[oldest++].address);
      }
    }
    for (; oldest < round; ++oldest) {
      calls.deallocate(live_[oldest].address);
    }
  }

  // Holes that are too small for what comes: 4 of 5 ops are small ones, of which every 8th stays.
  [[gnu::noinline]] void fragmented(std::size_t round) {
    const C calls = this->calls_;
    const std::size_t small = round - round / 5;
    for (std::size_t i = 0; i < small; ++i) {
      fill(calls, live_[i]);
    }
    for (std::size_t i = 0; i < small; ++i) {
      if (i % 8 != 0) {
        calls.deallocate(live_[i].address);
      }
    }
    for (std::size_t i = small; i < round; ++i) {
      fill(calls, live_[i], 4);
    }
    for (std::size_t i = 0; i < round; i += i < small ? std::min<std::size_t>(8, small - i) : 1) {
      calls.deallocate(live_[i].address);
    }
  }

  std::vector<std::uint32_t> places_, sizes_;
  FreeOrder order_;
  std::vector<Placed> live_;
  std::size_t at_ = 0, next_ = 0;
  std::ptrdiff_t n_round_ = 0;
};

} // namespace vmperf::alloc
