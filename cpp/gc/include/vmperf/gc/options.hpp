// What a heap is made of, by name, and what is wrong with such a wish.
// Collectors and barriers are template parameters of Heap; with_heap() picks the instantiation.
// Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vmperf::gc {

enum class CollectorKind : unsigned char { semispace, mark_sweep, immix, gen_immix, sticky_immix };
enum class BarrierKind : unsigned char {
  none,
  card,
  card_cond,
  range_ssb,
  object_log,
  object_log_atomic,
  field_log,
};

struct Options {
  std::string collector = "gen-immix";
  std::string barrier;                             ///< empty: the collector's best
  std::size_t heap_bytes = std::size_t{64} << 20U; ///< all of it, the nursery too; 128 KiB to 8 GiB
  std::size_t nursery_bytes = std::size_t{1} << 20U; ///< of generational collectors
  unsigned tenure = 0; ///< collections an object survives in the nursery first, 0 to 15
  /// That mark in full collections, 1 to 64, but for semispace: at most so many, no more than CPUs,
  /// and one for each 512 KiB. With `verify` all of them, with `stress` stealing is forced, too.
  unsigned workers = 1;
  double pause_target_ms = 0;  ///< 0 = none
  std::string pacer = "fixed"; ///< when old space is collected: fixed, proportional, membalancer
  bool verify = false;         ///< an independent check of the whole heap around every collection
  std::uint64_t stress = 0;    ///< collect at every so manyth allocation; 0 = never
  bool pretouch = true;        ///< touch all memory before the first allocation
};

/// Names, in the order of the enums.
[[nodiscard]] std::span<const std::string_view> collector_names() noexcept;
[[nodiscard]] std::span<const std::string_view> barrier_names() noexcept;
[[nodiscard]] std::span<const std::string_view> pacer_names() noexcept;

/// InvalidArgumentError with all names where there is no such one.
[[nodiscard]] CollectorKind collector_kind(std::string_view name);
/// The barrier of these options: InvalidArgumentError where it does not go with the collector.
[[nodiscard]] BarrierKind barrier_kind(const Options &options);
[[nodiscard]] bool generational(CollectorKind collector) noexcept;

/// InvalidArgumentError or UnsupportedError that names the first wrong field.
void check(const Options &options);

} // namespace vmperf::gc
