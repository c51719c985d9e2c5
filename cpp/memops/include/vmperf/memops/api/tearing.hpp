// Two members of a team race on one block: a writer copies whole blocks of one byte value into it
// over and over, the calling thread copies them out with the same function, and an atom that comes
// out with two values is torn. One op is one racing load of an atom: loads are done in groups, and
// a group during which the writer has not written a whole block is looked at and done again. Every
// fourth pass of either side goes through guest_copy's buffer (other skew modulo the atom).
//
//   page    |vvvvvvvv|vvvvvvvv|vvvvvvvv|     writer: v, v + 1, v + 2, ... a pass each
//   block   |vvvvvvvv|vvvvvwww|wwwwwwww|     an atom with v and w: torn
//   seen    |........|xxxxxyyy|........|     reader: counts atoms, torn ones, changes of value
//
// Waking the writer is part of each run. A forked child, in which the harness counts instructions,
// has no writer and reads alone. Used by benches, designs and tests only. run() is called by one
// thread. Sources: see guest.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/team.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::memops {

/// What verify() expects: a control that must tear shows that the race can be seen at all.
enum class Expected : std::uint8_t { whole, torn };

/// What the reader saw since the last verify().
struct Sightings {
  std::uint64_t loads = 0; ///< while the writer wrote
  std::uint64_t torn = 0;
  std::uint64_t changed = 0; ///< loads that saw another value than the load before
};

/// `Fn` is `void fn(void *dst, const void *src, std::size_t n)`, `kAtom` a multiple of 8.
template <class Fn, std::size_t kAtom> class TearingWorkload final : public bench::Workload {
  static_assert(kAtom % 8 == 0 && kAtom <= 64);

public:
  static constexpr std::size_t kBlockBytes = 128;

  /// UnsupportedError where the process may use one CPU only: there threads take turns.
  TearingWorkload(Fn fn, Expected expected) : fn_(fn), expected_(expected) {
    if (os::allowed_cpus().size() < 2) {
      throw UnsupportedError("a race of two threads needs two CPUs; this process may use one");
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    is_read_.store(false, std::memory_order_relaxed);
    team_.run([this, n](unsigned member) {
      if (member == 0) {
        keep_reading(n);
        is_read_.store(true, std::memory_order_relaxed);
      } else {
        keep_writing();
      }
      return bench::Progress::done;
    });
    return n;
  }

  [[nodiscard]] bench::Verification verify() override {
    const Sightings saw = std::exchange(sightings_, {});
    const std::string loads = std::to_string(saw.loads) + " loads of " + std::to_string(kAtom);
    if (saw.loads == 0) {
      return bench::Verification::passed();
    }
    if (saw.changed == 0) {
      return bench::Verification::failed("no race: none of " + loads +
                                         " bytes saw another value than the one before");
    }
    if (expected_ == Expected::whole && saw.torn != 0) {
      return bench::Verification::failed(std::to_string(saw.torn) + " of " + loads +
                                         " bytes were torn");
    }
    if (expected_ == Expected::torn && saw.torn == 0) {
      return bench::Verification::failed("the control did not tear: none of " + loads +
                                         " bytes, so that this run proves nothing of others");
    }
    return bench::Verification::passed();
  }

  [[nodiscard]] const Sightings &sightings() const noexcept { return sightings_; }

private:
  static constexpr std::size_t kLine = 64;
  static constexpr std::size_t kSkew = 5; // other than 0 modulo every atom
  static constexpr std::size_t kPasses = 8;
  static constexpr int kTries = 100; // some 20 us, then the writer may need this CPU

  static std::size_t skew(std::uint64_t pass) noexcept { return pass % 4 == 3 ? kSkew : 0; }

  static std::uint64_t word_at(const unsigned char *p) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    return word;
  }

  void keep_reading(std::uint64_t n) noexcept {
    const bool alone = team_.takes_turns();
    fn_(seen_.data(), block_.data(), kAtom); // what was there before this run counts as no change
    last_ = word_at(seen_.data());
    std::uint64_t loads = 0;
    for (int idle = 0; loads != n;) {
      const std::uint64_t before = n_writes_.load(std::memory_order_acquire);
      // Always a whole group: during a short one the writer could not write a block.
      const std::uint64_t some = read_group(alone ? n - loads : kPasses * kBlockBytes / kAtom);
      // By two: one that had begun before the group, and a whole one.
      if (alone || n_writes_.load(std::memory_order_acquire) >= before + 2) {
        loads += std::min(some, n - loads);
      } else if (++idle % kTries == 0) {
        std::this_thread::yield();
      }
    }
    sightings_.loads += loads;
  }

  // At most kPasses over the block; the number of atoms.
  std::uint64_t read_group(std::uint64_t most) noexcept {
    std::uint64_t loads = 0;
    for (std::size_t pass = 0; pass < kPasses && loads != most; ++pass) {
      const auto atoms =
          static_cast<std::size_t>(std::min<std::uint64_t>(most - loads, kBlockBytes / kAtom));
      unsigned char *const to = seen_.data() + skew(n_reads_++);
      fn_(to, block_.data(), atoms * kAtom);
      look_at(to, atoms);
      loads += atoms;
    }
    return loads;
  }

  void keep_writing() noexcept {
    while (!is_read_.load(std::memory_order_relaxed)) {
      unsigned char *const from = page_.data() + skew(pass_++);
      std::memset(from, static_cast<int>(pass_ & 0xffU), kBlockBytes);
      fn_(block_.data(), from, kBlockBytes);
      n_writes_.fetch_add(1, std::memory_order_release);
    }
  }

  void look_at(const unsigned char *p, std::size_t atoms) noexcept {
    for (const unsigned char *const end = p + atoms * kAtom; p != end; p += kAtom) {
      const std::uint64_t first = word_at(p);
      std::uint64_t differs = first ^ std::rotl(first, 8);
      for (std::size_t i = 8; i < kAtom; i += 8) {
        differs |= word_at(p + i) ^ first;
      }
      sightings_.torn += differs != 0 ? 1 : 0;
      sightings_.changed += first != last_ ? 1 : 0;
      last_ = first;
    }
  }

  Fn fn_;
  Expected expected_;
  std::uint64_t n_reads_ = 0, last_ = 0;
  Sightings sightings_;
  alignas(kLine) std::array<unsigned char, kBlockBytes + kLine> seen_{};
  alignas(kLine) std::array<unsigned char, kBlockBytes> block_{};
  alignas(kLine) std::array<unsigned char, kBlockBytes + kLine> page_{}; // the writer's
  std::uint64_t pass_ = 0;                                               // the writer's
  alignas(kLine) std::atomic<bool> is_read_{false};
  alignas(kLine) std::atomic<std::uint64_t> n_writes_{0};
  bench::Team team_{2}; // last: its threads end before what they use
};

} // namespace vmperf::memops
