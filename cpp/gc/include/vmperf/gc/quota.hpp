// The controller of a pause target: from what the last pauses took, how much of the nursery may be
// filled before the next one, and for how long that one may mark. It has no clock and no heap: it
// is fed with samples, so that tests can feed it with any.
//   nursery   PI control of log(nursery): the error is what a minor collection of this nursery
//             would take, by the worst ns/byte of late, against half the target. The integral is
//             the output itself, so that it stops where the output is clamped: nothing winds up
//   slice     work left x allocation since the last slice / allocation that still fits (as in Go's
//             pacer), never past the pause's deadline, and such that of each window of 10 ms (or
//             twice the target) less than a half is paused, while there is room to wait
//   begin     a cycle begins when what still fits is no more than what it will take to mark
// Each call O(1). One thread. Sources: Go's GC pacer; Astrom and Hagglund 1995 (PI, anti-windup).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::gc {

/// What a cycle was at when a decision was made.
enum class QuotaPhase : unsigned char { idle, clear, mark, finish, sweep, last_resort };

/// Why a decision is not what was computed; bits.
inline constexpr std::uint8_t kClampedNursery = 1;     ///< at its least or its most
inline constexpr std::uint8_t kClampedDeadline = 2;    ///< the slice, by the target
inline constexpr std::uint8_t kClampedUtilisation = 4; ///< the slice, for the mutator's sake

/// One for each pause of a heap with a target: what it was, and what follows from it.
struct Decision {
  std::int64_t time_ns = 0; ///< monotonic clock, at the pause's end
  std::int64_t target_ns = 0;
  std::int64_t measured_ns = 0;       ///< the pause
  std::int64_t estimate_ns = 0;       ///< what was expected of its minor collection
  std::int64_t work_left_ns = 0;      ///< of marking, by the rates so far
  std::int64_t slice_ns = 0;          ///< that this pause was given to mark
  std::uint64_t nursery_bytes = 0;    ///< until the next pause
  std::uint64_t space_left_bytes = 0; ///< that may be promoted before the heap is full
  QuotaPhase phase = QuotaPhase::idle;
  std::uint8_t clamped = 0;
};

/// How much of the last `window_ns` was paused.
class PauseWindow {
public:
  explicit PauseWindow(std::int64_t window_ns) : window_ns_(window_ns) {}
  void add(std::int64_t begin_ns, std::int64_t end_ns);
  /// Within the window that ends now; pauses before it are forgotten.
  [[nodiscard]] std::int64_t paused(std::int64_t now_ns);
  [[nodiscard]] std::int64_t window_ns() const noexcept { return window_ns_; }

private:
  struct Span {
    std::int64_t begin, end;
  };
  std::int64_t window_ns_, sum_ = 0;
  std::vector<Span> spans_; ///< a queue; those before first_ are gone
  std::size_t first_ = 0;
};

struct QuotaLimits {
  std::int64_t target_ns = 0;
  std::uint64_t least_nursery_bytes = 32768;
  std::uint64_t most_nursery_bytes = std::uint64_t{1} << 20U;
};

class Quota {
public:
  explicit Quota(const QuotaLimits &limits);

  /// A minor collection of `nursery_bytes` took `ns` and promoted so much, `mutator_ns` after the
  /// pause before.
  void minor(std::int64_t ns, std::uint64_t nursery_bytes, std::uint64_t promoted_bytes,
             std::int64_t mutator_ns);
  /// A slice went over so many objects and references together, `items`.
  void marked(std::int64_t ns, std::uint64_t items);
  /// The end of a cycle without its marking: roots, weak references, lists.
  void finished(std::int64_t ns);

  /// Whether a cycle must begin: `items` is what it will have to go over.
  [[nodiscard]] bool begin(std::uint64_t items, std::uint64_t space_left) const;
  /// For how long to mark now, where the pause may last for `until_deadline_ns` more and
  /// `paused_ns` of the window are paused; sets clamped().
  std::int64_t slice(std::uint64_t items_left, std::uint64_t space_left,
                     std::int64_t until_deadline_ns, std::int64_t paused_ns,
                     std::int64_t window_ns);

  /// To be filled before the next pause.
  [[nodiscard]] std::uint64_t nursery_bytes() const noexcept;
  /// What a minor collection of nursery_bytes() is expected to take.
  [[nodiscard]] std::int64_t minor_estimate_ns() const noexcept;
  [[nodiscard]] std::int64_t finish_estimate_ns() const noexcept;
  [[nodiscard]] std::int64_t mark_estimate_ns(std::uint64_t items) const noexcept;
  [[nodiscard]] std::uint8_t clamped() const noexcept { return clamped_; }
  [[nodiscard]] std::int64_t target_ns() const noexcept { return limits_.target_ns; }

private:
  [[nodiscard]] double collections_left(std::uint64_t space_left) const noexcept;
  [[nodiscard]] double usual_slice_ns() const noexcept;
  [[nodiscard]] double least_change() const noexcept;

  QuotaLimits limits_;
  double log_least_, log_most_, log_nursery_;
  double log_byte_ns_ = 0, error_ = 0; ///< of minor collections
  double fixed_ns_ = 0;                ///< the least that a minor collection took lately
  double item_ns_, finish_ns_;
  double promoted_ = 0, mutator_ns_ = 0; ///< of a collection, running means
  double hurry_ = 1;                     ///< below 1: slices must come more often
  bool seen_ = false;
  std::uint8_t clamped_ = 0;
};

} // namespace vmperf::gc
