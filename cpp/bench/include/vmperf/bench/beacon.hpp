// A page shared with the parent process: which design runs now and how many batches have ended, so
// that a watcher can tell a hang from a long run and name the design that crashed. The runner
// writes it with plain atomic stores between batches: no system call, nothing inside the timed
// region.
//
//   offset 0  u64 steps: grows with each batch or phase that begins
//   offset 8  u32 index + 1 of the design under way (0 = none)
//   offset 12 u32 phase (Phase below)
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "vmperf/os/shared_page.hpp"

namespace vmperf::bench {

// NOLINTNEXTLINE(performance-enum-size): stored as it is in the shared page
enum class Phase : std::uint32_t { idle, make, warm_up, evidence, measure, verify };

class Beacon {
public:
  struct Page {
    std::atomic<std::uint64_t> batches;
    std::atomic<std::uint32_t> design;
    std::atomic<std::uint32_t> phase;
  };
  static_assert(sizeof(Page) == 16);

  /// Maps an existing file of at least sizeof(Page) bytes; OsError where that fails.
  explicit Beacon(const std::string &path) : mapping_(path, sizeof(Page)) {}

  /// Announces what comes next: `design` is its index + 1 in the call's list, 0 = none.
  void enter(std::uint32_t design, Phase phase) noexcept {
    page()->design.store(design, std::memory_order_relaxed);
    page()->phase.store(static_cast<std::uint32_t>(phase), std::memory_order_relaxed);
    page()->batches.fetch_add(1, std::memory_order_release);
  }

private:
  [[nodiscard]] Page *page() const noexcept { return static_cast<Page *>(mapping_.data()); }

  os::SharedPage mapping_;
};

} // namespace vmperf::bench
