// How a ParallelMarker works and what it tells of a pass: plain values, checked by check().
// Choose `steal` with `ring` for anything; the others are there to be compared with: `lifo` is the
// plain depth-first marker, `fifo` goes breadth first, `static_split` deals out the first objects
// and shares nothing afterwards, `packets` hands full packets of 256 to a common pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vmperf::gc {

enum class MarkPolicy : unsigned char { steal, static_split, packets };
enum class MarkQueue : unsigned char { lifo, fifo, ring };

/// From their words (steal, static, packets; lifo, fifo, ring); InvalidArgumentError for others.
[[nodiscard]] MarkPolicy mark_policy(std::string_view word);
[[nodiscard]] MarkQueue mark_queue(std::string_view word);
[[nodiscard]] std::string_view to_word(MarkPolicy policy);
[[nodiscard]] std::string_view to_word(MarkQueue queue);

struct MarkerOptions {
  static constexpr std::size_t kMostWorkers = 64;

  std::size_t workers = 1; ///< 1 to 64
  MarkPolicy policy = MarkPolicy::steal;
  MarkQueue queue = MarkQueue::ring;
  std::size_t chunk = 512; ///< references of an array scanned in one go, 64 to 2^20
  /// Items a worker keeps to itself, 16 or more: what has no room is found again by a scan.
  std::size_t stack_limit = std::size_t{1} << 30U;
  /// Each worker that is started has at least so much of the heap; 0 starts all. Under 1 MiB a
  /// second one costs more to wake than it takes off.
  std::uint64_t bytes_per_worker = std::uint64_t{512} << 10U;
  bool limit_to_cpus = true; ///< never more workers than CPUs that may run them
  /// For tests, of the policy `steal`: the first worker gives all roots away and waits until they
  /// are stolen; whoever has two items then shares one, and shares again after each.
  bool forced = false;

  /// InvalidArgumentError that names what is out of range.
  void check() const;
  /// How many workers mark a heap of so many bytes: 1 at least.
  [[nodiscard]] std::size_t started(std::uint64_t live_bytes) const;
};

struct MarkWorkerStats {
  std::uint64_t marked = 0;   ///< objects that it marked first
  std::uint64_t scanned = 0;  ///< objects and slices
  std::uint64_t stolen = 0;   ///< items from others' deques or the pool of packets
  std::uint64_t attempts = 0; ///< looks at them, with and without success
  std::uint64_t shared = 0;   ///< items put where others may take them
  std::int64_t idle_ns = 0;   ///< without work, until the end of the pass
};

struct MarkStats {
  std::vector<MarkWorkerStats> workers; ///< of those started
  std::uint64_t rescans = 0;            ///< scans of the heap for what had no room
  std::int64_t ns = 0;                  ///< the whole pass

  [[nodiscard]] MarkWorkerStats total() const noexcept;
};

} // namespace vmperf::gc
