// A page shared with the parent process: which design runs now and how many batches have ended, so
// that a watcher can tell a hang from a long run and name the design that crashed. The runner writes
// it with plain atomic stores between batches: no system call, nothing inside the timed region.
//
//   offset 0  u64 batches finished
//   offset 8  u32 index + 1 of the design under way (0 = none)
//   offset 12 u32 phase (Phase below)
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace vmperf::bench {

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
  explicit Beacon(const std::string &path);
  Beacon(const Beacon &) = delete;
  Beacon &operator=(const Beacon &) = delete;
  Beacon(Beacon &&) = delete;
  Beacon &operator=(Beacon &&) = delete;
  ~Beacon();

  void enter(std::uint32_t design, Phase phase) noexcept {
    page_->design.store(design, std::memory_order_relaxed);
    page_->phase.store(static_cast<std::uint32_t>(phase), std::memory_order_relaxed);
    finished();
  }
  void finished() noexcept { page_->batches.fetch_add(1, std::memory_order_relaxed); }

private:
  Page *page_;
};

} // namespace vmperf::bench
