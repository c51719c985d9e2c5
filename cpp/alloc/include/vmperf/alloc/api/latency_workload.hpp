// The workload of alloc/latency: `live` blocks, one of them at random replaced in each op; what is
// stamped is one call alone, of malloc or of free. Used by benches, designs and peers only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vmperf/alloc/api/workload.hpp"

namespace vmperf::alloc {

enum class Call : std::uint8_t { malloc, free };

template <Calls C> class LatencyWorkload final : public AllocWorkload<C> {
public:
  LatencyWorkload(const Face &face, C calls, const Setup &setup, Call call)
      : AllocWorkload<C>(face, calls, setup), call_(call),
        places_(draw_places(setup.live, setup.seed)), live_(setup.live) {
    for (void *&block : live_) {
      block = this->template take<Touch::first>(calls, setup.size_bytes);
    }
    run(places_.size());
  }
  LatencyWorkload(const LatencyWorkload &) = delete;
  LatencyWorkload &operator=(const LatencyWorkload &) = delete;
  LatencyWorkload(LatencyWorkload &&) = delete;
  LatencyWorkload &operator=(LatencyWorkload &&) = delete;
  ~LatencyWorkload() override {
    for (void *block : live_) {
      this->calls_.deallocate(block);
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    return loop(n, [] {}, [] {}, [] {}, [] {});
  }
  std::uint64_t run_stamped(std::uint64_t n, bench::LatencyRecorder &recorder) override {
    const auto begin = [&recorder] { recorder.begin(); };
    const auto end = [&recorder] { recorder.end(); };
    const auto nothing = [] {};
    return call_ == Call::malloc ? loop(n, begin, end, nothing, nothing)
                                 : loop(n, nothing, nothing, begin, end);
  }

  [[nodiscard]] bench::Verification verify() override {
    std::vector<Placed> blocks;
    blocks.reserve(live_.size());
    for (void *block : live_) {
      blocks.push_back({block, this->setup_.size_bytes});
    }
    std::string fault = proof::check_addresses(blocks);
    for (std::size_t i = 0; fault.empty() && i < live_.size(); ++i) {
      if (!proof::has_first(live_[i])) {
        fault = "live block " + std::to_string(i) + " lost its stamp";
      }
    }
    return this->prove(fault, std::span(&this->setup_.size_bytes, 1));
  }

private:
  // The block is written outside the stamps: its cache misses are the program's.
  template <class Before, class After, class BeforeFree, class AfterFree>
  [[gnu::always_inline]] std::uint64_t loop(std::uint64_t n, Before before, After after,
                                            BeforeFree before_free, AfterFree after_free) {
    const C calls = this->calls_;
    const std::size_t size = this->setup_.size_bytes;
    const std::size_t mask = places_.size() - 1;
    void *block = nullptr;
    for (std::uint64_t i = 0; i < n; ++i) {
      void *&place = live_[places_[at_++ & mask]];
      before_free();
      calls.deallocate(place);
      after_free();
      before();
      block = calls.allocate(size);
      bench::sink(block);
      after();
      if (block == nullptr) [[unlikely]] {
        fail_allocation(size);
      }
      proof::write_first(block);
      place = block;
    }
    return reinterpret_cast<std::uintptr_t>(block);
  }

  Call call_;
  std::vector<std::uint32_t> places_;
  std::vector<void *> live_;
  std::size_t at_ = 0;
};

} // namespace vmperf::alloc
