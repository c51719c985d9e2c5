// What a collection was: one record each, kept by the heap in order.
// Times are nanoseconds of the monotonic clock; the phases of a pause do not overlap.
#pragma once

#include <array>
#include <cstdint>

namespace vmperf::gc {

enum class Kind : unsigned char { minor, major };
enum class Cause : unsigned char { nursery_full, heap_full, pacer, requested, stress, last_resort };

struct Pause {
  std::int64_t start_ns = 0;
  Kind kind = Kind::minor;
  Cause cause = Cause::requested;
  std::int64_t ns = 0;                 ///< from the first thread's wish to the last one's going on
  std::int64_t ttsp_ns = 0;            ///< of it: until all threads stood still
  std::int64_t roots_ns = 0;           ///< of it: stacks and global slots
  std::int64_t remset_ns = 0;          ///< of it: what the barrier remembered
  std::int64_t copy_ns = 0;            ///< of it: moving survivors
  std::int64_t mark_ns = 0;            ///< of it: marking
  std::int64_t sweep_ns = 0;           ///< of it: lines, blocks, large objects, weak references
  std::uint64_t live_before_bytes = 0; ///< allocated and not yet found dead
  std::uint64_t live_after_bytes = 0;
  std::uint64_t promoted_bytes = 0;
  std::uint64_t copied_objects = 0;
  std::uint64_t marked_objects = 0;
  std::uint64_t remembered = 0;                    ///< entries that the barrier had logged
  std::array<std::uint64_t, 16> survivors_bytes{}; ///< of the nursery, by the age reached
  std::uint32_t workers = 1;        ///< that marked; the times above are of the whole team
  std::uint64_t steals = 0;         ///< items that a worker took from another
  std::int64_t target_ns = 0;       ///< 0 = none
  std::int64_t interrupted_ns = 0;  ///< of it: while a slice was marked, somebody else's work
  std::uint64_t steal_attempts = 0; ///< looks at others' items, with and without success
  std::int64_t idle_ns = 0;         ///< of all workers together: without work while others marked
};

} // namespace vmperf::gc
