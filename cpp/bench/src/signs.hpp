// The signs by which done work is told from work that was not done, as plain numbers, and what
// follows from them. No sign depends on what one compiler makes of a loop; a count refuses only
// where the time is implausible too; a sign that looks fine excuses no other one. Pure arithmetic
// over the evidence of one case, so that every rule can be tested without a clock.
//
//   what was counted, at small n, in a child       what was timed, at large n
//     instructions an op, of them work    <----->    ns an op: instructions a cycle
//     the same of a fresh instance        <----->    ns an op: the first call does no more
//     ns an op at small n                 <----->    ns an op: no cap, no cheaper instance
//                                                    ns at n and at n / 2: time grows with n
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "vmperf/bench/status.hpp"

namespace vmperf::bench {

struct Signs {
  double median_ns = 0, high_ns = 0;  ///< per op: of the samples, and its interval's upper end,
  double low_ns = 0;                  ///< and the lower one; placements are its clusters
  std::array<double, 3> alike_ns{};   ///< low, median and high with samples as independent
  double least_ns = 0;                ///< of all samples
  double core_ghz = 0;                ///< core cycles per ns; 0 = not known
  double empty_ns = 0;                ///< per turn of an empty loop
  std::optional<double> instructions; ///< per op
  std::optional<double> empty_instructions; ///< per turn of the empty loop
  std::optional<double> work;               ///< of the instructions: not there to keep a loop going
  double repeats = 0; ///< of the instructions: repetitions of string instructions
  std::optional<double> fresh_instructions; ///< per op of an instance that has not run, no repeats
  double small_ns = 0;                      ///< per op at the n that was counted; 0 = not resolved
  double cpus = 1;                          ///< that worked on it at once: threads share its ops
  bool grows_late = false;                  ///< where growth is small: it is not with far more ops
  double growth = 0;                        ///< time of 2n ops over that of n ops; 0 = not taken
  bool grows_memory = false;                ///< where growth is large: see grows_by_faults()
  std::array<double, 3> copies_ns{};        ///< per turn, 1, 2, 4 copies of the op; 0 = none
  std::array<double, 3> copies_instructions{};
  bool subcycle = false;          ///< declared: an op may take less than a cycle
  bool counted_elsewhere = false; ///< by another process, of the same machine code
};

struct Refusal {
  Status status;
  std::string reason;
};

/// The first sign, in order of its strength, that the work was not done; nothing where it was.
[[nodiscard]] std::optional<Refusal> find_undone(const Signs &signs);

/// Times too far apart to tell what an op takes.
[[nodiscard]] std::optional<Refusal> find_noise(const Signs &signs);

/// As find_undone(), of signs that need steady times: time that does not grow with n, small n
/// against large. Ask where the samples are neither too short nor too noisy.
[[nodiscard]] std::optional<Refusal> find_ungrown(const Signs &signs);

/// Whether the time of n ops grows as it should from n to 2n; true where it was not taken.
[[nodiscard]] bool grows(double growth) noexcept;

/// Whether growth is large, and page faults of the 2n ops account for what is beyond twice: memory
/// that grows comes new from the kernel, now and then much of it at once.
[[nodiscard]] bool grows_by_faults(double growth, double beyond_ns, std::int64_t faults) noexcept;

} // namespace vmperf::bench
