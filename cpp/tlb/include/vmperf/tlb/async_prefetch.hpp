// A prefetcher whose guesses are walked by a thread of its own, while the owner goes on.
//
//   owner  --ring of requests-->  worker: walker(va)      a miss takes, trains and hands guesses
//          <--ring of answers---                          over; answers are collected at the next
//     |
//   under way [ page | asid | dropped? ] x 64    asked for meanwhile: late, the owner walks himself
//   buffer    [ .. ]                             flushed meanwhile: dropped, never kept
//
// The hand-off (a wake-up where the worker sleeps, a line that moves between two cores where not)
// costs more than a walk of a few nanoseconds: this pays for walks that are far dearer, of nested
// or remote tables. One owner calls everything; the walker is called by both threads, so it must be
// safe for that. train is O(degree + under way). The destructor stops and joins the worker, which
// starts with the first guess.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

#include "vmperf/tlb/prefetch_buffer.hpp"
#include "vmperf/tlb/prefetchers.hpp"
#include "vmperf/tlb/visit.hpp"

namespace vmperf::tlb {

/// One writer, one reader; whoever uses it never has more than kSize under way.
template <class T> class HandOff {
public:
  static constexpr std::size_t kSize = 64;

  void push(const T &item) noexcept {
    const std::uint32_t end = end_.load(std::memory_order_relaxed);
    items_[end % kSize] = item;
    end_.store(end + 1, std::memory_order_release);
  }
  bool pop(T &item) noexcept {
    const std::uint32_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_.load(std::memory_order_acquire)) {
      return false;
    }
    item = items_[begin % kSize];
    begin_.store(begin + 1, std::memory_order_release);
    return true;
  }

private:
  alignas(64) std::atomic<std::uint32_t> begin_{0};
  alignas(64) std::atomic<std::uint32_t> end_{0};
  alignas(64) std::array<T, kSize> items_{};
};

template <class Walker> class AsyncPrefetcher {
public:
  /// `word` and `degree` as in prefetchers.hpp; `buffer` entries, 1 to 64.
  AsyncPrefetcher(Walker walker, const std::string &word, unsigned degree, unsigned buffer)
      : walker_(std::move(walker)), prefetcher_(to_prefetcher(word)), degree_(degree),
        buffer_(live_, buffer) {}
  AsyncPrefetcher(const AsyncPrefetcher &) = delete;
  AsyncPrefetcher &operator=(const AsyncPrefetcher &) = delete;
  AsyncPrefetcher(AsyncPrefetcher &&) = delete;
  AsyncPrefetcher &operator=(AsyncPrefetcher &&) = delete;
  ~AsyncPrefetcher() {
    if (worker_.joinable()) {
      stop_.store(true, std::memory_order_release);
      wake();
      worker_.join();
    }
  }

  /// A miss: whether a prefetch answers it. One that is still under way is late, and dropped.
  bool take(std::uint64_t va, Access access, std::uint16_t asid, Translation &found) {
    collect();
    const std::uint64_t page = va >> kPageShift;
    const Key key = live_.key(asid);
    Slot slot;
    if (buffer_.take(page, key, access, slot)) {
      found = {.pa = slot.pa(va, kPageShift),
               .page_shift = slot.page_shift(),
               .perms = slot.perms(),
               .global = slot.context == key.global};
      return true;
    }
    for (Request &request : under_way_) {
      if (request.active && !request.dropped && request.page == page && request.asid == asid) {
        request.dropped = true;
        --n_wanted_;
        buffer_.note_late();
      }
    }
    return false;
  }

  /// Guesses after a miss. `holds(va)` says what the TLB has already; addresses end at 2^va_bits.
  template <class Holds>
  void train(std::uint64_t va, std::uint16_t asid, unsigned va_bits, Holds &&holds) {
    Guesses guesses;
    visit_held(prefetcher_, [&](auto &p) { p.train(va >> kPageShift, degree_, guesses); });
    bool handed = false;
    for (unsigned i = 0; i < guesses.count; ++i) {
      const std::uint64_t page = guesses.pages[i];
      if (page >> (va_bits - kPageShift) == 0) {
        buffer_.note_issued();
        handed = hand_over(page, asid, holds(page << kPageShift)) || handed;
      }
    }
    if (handed) {
      wake();
    }
  }

  void flush() noexcept {
    live_.flush();
    drop_all();
  }
  void flush_asid(std::uint16_t asid) noexcept {
    live_.flush_asid(asid);
    drop_all();
  }
  void flush_range(std::uint64_t lo, std::uint64_t hi, std::uint16_t asid) noexcept {
    buffer_.erase_pages(lo >> kPageShift, hi >> kPageShift, live_.key(asid));
    drop_all();
  }

  [[nodiscard]] PrefetchCounts counts() {
    collect();
    return buffer_.counts(n_wanted_);
  }

private:
  struct Request {
    std::uint64_t page = 0;
    std::uint16_t asid = 0;
    bool active = false, dropped = false;
  };
  struct Ask {
    std::uint64_t va = 0;
    std::uint16_t asid = 0;
    std::uint8_t place = 0;
  };
  struct Answer {
    Translation found;
    std::uint8_t place = 0;
  };
  static constexpr std::size_t kMostUnderWay = HandOff<Ask>::kSize;

  // Whether the worker got it; present and full are ends of a guess, too.
  bool hand_over(std::uint64_t page, std::uint16_t asid, bool held) {
    bool present = held || buffer_.has(page, live_.key(asid));
    std::size_t free = kMostUnderWay;
    for (std::size_t i = 0; i < kMostUnderWay; ++i) {
      const Request &request = under_way_[i];
      free = request.active ? free : i;
      present = present || (request.active && !request.dropped && request.page == page &&
                            request.asid == asid);
    }
    if (present) {
      buffer_.note_present();
    }
    if (present || free == kMostUnderWay) {
      return false;
    }
    under_way_[free] = {page, asid, true, false};
    ++n_wanted_;
    asks_.push({page << kPageShift, asid, static_cast<std::uint8_t>(free)});
    return true;
  }

  void collect() {
    Answer answer;
    while (answers_.pop(answer)) {
      Request &request = under_way_[answer.place];
      request.active = false;
      if (request.dropped) {
        continue;
      }
      --n_wanted_;
      if (answer.found.fault == Fault::none) {
        const std::uint64_t context = live_.assign(request.asid, answer.found.global);
        buffer_.put(Slot::of(request.page, context, answer.found, kPageShift),
                    live_.key(request.asid));
      }
    }
  }

  // What is under way may have been walked before the flush.
  void drop_all() noexcept {
    for (Request &request : under_way_) {
      request.dropped = true;
    }
    n_wanted_ = 0;
  }

  void wake() {
    if (!worker_.joinable() && !stop_.load(std::memory_order_relaxed)) {
      worker_ = std::thread([this] { work(); });
    }
    calls_.fetch_add(1, std::memory_order_release);
    calls_.notify_one();
  }

  void work() {
    constexpr int kTurns = 1000; // some microseconds: most hand-offs find the worker awake
    while (true) {
      const std::uint32_t before = calls_.load(std::memory_order_acquire);
      for (Ask ask; asks_.pop(ask);) {
        answers_.push({walker_(ask.va, Access::read, ask.asid), ask.place});
      }
      if (stop_.load(std::memory_order_acquire)) {
        return;
      }
      for (int turn = 0; turn < kTurns && calls_.load(std::memory_order_relaxed) == before;
           ++turn) {
      }
      calls_.wait(before, std::memory_order_acquire);
    }
  }

  Walker walker_;
  AnyPrefetcher prefetcher_;
  unsigned degree_;
  Generations live_;
  PrefetchBuffer buffer_;
  std::array<Request, kMostUnderWay> under_way_{};
  std::uint64_t n_wanted_ = 0; ///< under way and not dropped
  HandOff<Ask> asks_;
  HandOff<Answer> answers_;
  std::atomic<std::uint32_t> calls_{0};
  std::atomic<bool> stop_{false};
  std::thread worker_;
};

} // namespace vmperf::tlb
