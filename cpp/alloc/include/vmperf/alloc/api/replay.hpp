// Replays a recorded program through an allocator: the same requests in the same order, each block
// named by its slot, so that addresses play no part. What comes out is what the program would see
// of that allocator: time by kind of request, memory over time, page faults, delays.
//
//   ops --plan_replay--> steps of each thread (16 B each), tickets, where memory is looked at
//   steps --replay, once for each figure, in a clean process--> Replayed
//
// merge: one thread does all, in recorded order. same: a thread for each recorded one, started once
// those are joined that had ended before its first op; a slot's ops keep their order by a ticket in
// the slot, so that a block is freed only after its producer made it. That cannot stand still: the
// first op in recorded order that is not done yet waits for nobody. Time spent waiting is not
// counted. speed real waits for each op's recorded time, for allocators that purge by the clock.
//
// An unstamped pass times some hundred pieces of the trace and looks at memory between them; a
// stamped one takes a stamp per op, and gives times by class and percentiles. Their cost is seen by
// a replay of null_face(), which is to be subtracted. Plan O(ops), replay O(ops); a plan is
// read-only and may be replayed from any thread, one replay at a time per process.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vmperf/alloc/face.hpp"
#include "vmperf/trace/ops.hpp"

namespace vmperf::alloc {

/// What is written to a new block: nothing; its first byte; one of each page; all of it; all of it,
/// and its first byte once more just before it is freed, as a program uses it.
enum class ReplayTouch : std::uint8_t { none, first, pages, all, use };
enum class ReplayThreads : std::uint8_t { merge, same };
enum class ReplaySpeed : std::uint8_t { max, real };

/// Kinds of request that are told apart: a small one asks for kSmallBytes at most.
enum class OpClass : std::uint8_t { malloc_small, malloc_large, calloc, realloc, aligned, free };
inline constexpr std::size_t kOpClasses = 6;
inline constexpr std::size_t kSmallBytes = 1024;

// Their names, as Python and the axes of a benchmark have them; InvalidArgumentError for another.
[[nodiscard]] ReplayTouch to_replay_touch(const std::string &word);
[[nodiscard]] ReplayThreads to_replay_threads(const std::string &word);
[[nodiscard]] ReplaySpeed to_replay_speed(const std::string &word);
[[nodiscard]] const char *word_of(OpClass op_class) noexcept;

/// One op as it is replayed.
struct ReplayStep {
  std::uint64_t size_bytes; ///< asked for; of a free, that of the block
  std::uint32_t slot;
  trace::Kind kind;
  OpClass op_class;
  std::uint8_t alignment_log2;
  std::uint8_t pad = 0;
};

/// The steps of one thread.
struct ThreadPlan {
  std::span<const ReplayStep> steps;
  std::span<const std::uint32_t> tickets;  ///< by step: its turn in its slot; empty for one thread
  std::span<const std::uint64_t> due_ns;   ///< by step, from the first op on; for speed real only
  std::span<const std::uint32_t> stops;    ///< steps before which memory is looked at, ascending
  std::span<const std::uint32_t> stop_ids; ///< by stop: which point of the series it is
  std::uint64_t first = 0, last = 0;       ///< in recorded order
};

/// What is known of a plan beside its steps.
struct PlanCounts {
  std::uint64_t n_slots = 0, n_ops = 0;
  std::uint64_t unmatched_frees = 0; ///< left out: the block was never seen to be allocated
  std::uint64_t live_peak_bytes = 0, live_end_bytes = 0, live_end_blocks = 0;
  std::uint64_t largest_bytes = 0;
};

/// A plan lies in one piece of memory of its own, which may be written to a file and mapped by
/// another process: that one then has a heap in which nothing was planned. Movable.
class ReplayPlan {
public:
  /// The plan that image() gave, from the file that holds it. TraceFormatError for another one,
  /// OsError where it cannot be mapped. Its pages are resident.
  [[nodiscard]] static ReplayPlan open(const std::string &path);
  /// Writes image() to a file. OsError where that fails.
  void save(const std::string &path) const;

  [[nodiscard]] const std::vector<ThreadPlan> &threads() const noexcept { return threads_; }
  [[nodiscard]] const PlanCounts &counts() const noexcept { return counts_; }
  /// Of the series: how many ops were done, and what was live then.
  [[nodiscard]] std::span<const std::uint64_t> point_ops() const noexcept { return point_ops_; }
  [[nodiscard]] std::span<const std::uint64_t> point_live_bytes() const noexcept {
    return point_live_bytes_;
  }
  [[nodiscard]] std::span<const std::byte> image() const noexcept { return image_; }

private:
  friend ReplayPlan plan_replay(std::span<const trace::Op>, ReplayThreads, ReplaySpeed,
                                std::size_t);
  ReplayPlan(std::shared_ptr<const void> memory, std::span<const std::byte> image,
             const std::string &path);

  std::shared_ptr<const void> memory_;
  std::span<const std::byte> image_;
  PlanCounts counts_;
  std::vector<ThreadPlan> threads_; ///< by their first op
  std::span<const std::uint64_t> point_ops_, point_live_bytes_;
};

/// InvalidArgumentError for no ops at all, a block allocated into a slot that is taken, an
/// alignment above 2^30, or more than 2^32 - 2 slots; `points` is how often memory is looked at.
[[nodiscard]] ReplayPlan plan_replay(std::span<const trace::Op> ops, ReplayThreads threads,
                                     ReplaySpeed speed, std::size_t points = 200);

struct ReplaySettings {
  ReplayTouch touch = ReplayTouch::use;
  bool stamped = false; ///< of speed real always
};

struct MemoryPoint {
  std::uint64_t ops;
  std::int64_t resident_bytes; ///< above what the process had before
  std::uint64_t live_bytes;
};

struct ClassFigures {
  std::uint64_t n_ops = 0;
  double ns_total = 0;      ///< of a stamped pass, the stamps' own cost included, but without
  std::uint64_t n_long = 0; ///< so many ops of over a millisecond: preempted ones, most of all
  /// Likewise, in ns and without that cost: a stats::Histogram, as its to_bytes() writes it.
  std::vector<std::byte> latency;
};

struct Replayed {
  std::array<ClassFigures, kOpClasses> classes;
  double ns_total = 0; ///< in ops, summed over threads, without waiting and looking
  double wall_ns = 0, waited_ns = 0;
  double cpu_ns =
      0; ///< of the process; of one thread in ops alone, so that a busy machine adds none
  std::uint64_t n_ops = 0, n_failed = 0; ///< requests that came back null
  std::int64_t page_faults = 0;
  // Above what the process had before the first op.
  std::int64_t peak_bytes = 0;   ///< at once
  std::int64_t end_bytes = 0;    ///< after the last op, what is live then included
  std::int64_t freed_bytes = 0;  ///< after all is freed
  std::int64_t purged_bytes = 0; ///< after purge(), where there is one
  std::vector<MemoryPoint> series;
};

[[nodiscard]] Replayed replay(const ReplayPlan &plan, const Face &face,
                              const ReplaySettings &settings);

/// What a replay of one thread that looks at every block finds: how many times contents were lost,
/// an address was not aligned as asked, or two blocks overlapped.
struct CheckedReplay {
  std::uint64_t corrupted = 0, misaligned = 0, overlapping = 0, unzeroed = 0, failed = 0;

  [[nodiscard]] bool ok() const noexcept {
    return corrupted + misaligned + overlapping + unzeroed + failed == 0;
  }
};

/// Of a plan with one thread; O(ops log(live)).
[[nodiscard]] CheckedReplay check_replay(const ReplayPlan &plan, const Face &face);

/// Returns addresses in a memory of its own that is there for good and does nothing else, so that a
/// replay costs what the loop, the slots and the touching cost. Blocks overlap. `largest_bytes` is
/// what one block may have; OsError where there is no such memory.
[[nodiscard]] Face null_face(std::size_t largest_bytes);

} // namespace vmperf::alloc
