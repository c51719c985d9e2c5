// What the copy benchmarks run over: regions of memory with known contents and a table of
// operations drawn before the first sample, as production copies come: sizes and places that a
// branch predictor has not seen a moment ago. Used by benches, designs and peers only.
//   src |..pattern..|        dst |..poison..| spare line
//         op: n bytes from src + op.src to dst + op.dst
// Where the regions lie within their pages is drawn from where the allocator put a small block,
// which the harness moves with every placement; contents and sizes depend on nothing but the seed,
// so a checksum does not either. Making one is O(bytes); one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/base/rng.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::memops {

enum class Mode : std::uint8_t {
  throughput, ///< nobody reads a copy
  consume,    ///< each copy is read at a random position
  dependent,  ///< and the next source address depends on what was read
};

struct CopyOp {
  std::uint32_t dst, src, n; ///< offsets in the regions; of a fill `src` is the byte
};

/// Where an op's result is read: 8 bytes at `wide`, one at `narrow`, offsets in dst. A copy of less
/// than 8 bytes has its `wide` in a place that is read, but written by nobody.
struct Read {
  std::uint32_t wide, narrow;
};

inline constexpr std::size_t kSpareBytes = 64;

/// The sum of the first `done` answers, where a table of them is replayed without end.
template <class T>
[[nodiscard]] std::uint64_t sum_of_answers(const std::vector<T> &answers, std::uint64_t done) {
  std::uint64_t round = 0;
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    round += answers[i];
    rest += i < done % answers.size() ? answers[i] : 0;
  }
  return done / answers.size() * round + rest;
}

/// What the ops of a table do to the destination: verify() does the same, byte by byte.
enum class Work : std::uint8_t { copy, move_in_place, fill };

struct CopyTable {
  os::Mapping memory, other_memory; ///< the second where the regions are maps of their own
  std::byte *dst = nullptr;
  std::byte *src = nullptr; ///< = dst where ops work in place
  std::size_t dst_bytes = 0, src_bytes = 0;
  std::size_t spare = kSpareBytes; ///< readable bytes behind both regions
  Work work = Work::copy;
  bool disjoint = false;                            ///< no two different ops share a byte of dst
  std::uint64_t seed = bench::Params::kDefaultSeed; ///< of the pattern and what is drawn
  std::vector<CopyOp> ops;
  std::vector<Read> reads; ///< as many as ops

  /// Gives the regions their first contents: pattern, poison.
  void reset() const;
  /// Empty, or what is wrong with dst and src after the first `done` ops of the endless table.
  [[nodiscard]] std::string check(std::uint64_t done) const;

  /// Maps memory for both regions. `offset`s are those of the first bytes within a page.
  void map(std::size_t dst_offset, std::size_t src_offset, bool separate);
  /// Maps both so that they end where the page behind has no access, without spare bytes.
  void map_to_guard();
  /// The same for ops in place: one region of dst_bytes.
  void map_in_place(std::size_t offset);
  void draw_reads();
  /// A place of 8 readable bytes of dst for the checksum of a stretch that ends with `op`.
  [[nodiscard]] std::size_t readable(const CopyOp &op) const noexcept {
    return std::min<std::size_t>(op.dst, dst_bytes + spare - 8);
  }
};

inline constexpr std::size_t kMostBytes = std::size_t{1} << 30U; ///< of a table's regions together
inline constexpr std::size_t kLeastOps = 64;                     ///< of a table: short ones repeat
inline constexpr std::size_t kMostOps = 32768;

/// Contents of a source: they hang on the seed and on where in the source they lie.
void write_pattern(std::byte *p, std::size_t bytes, std::uint64_t seed);
/// The first offset where p differs from the pattern; `bytes` if none.
[[nodiscard]] std::size_t check_pattern(const std::byte *p, std::size_t bytes, std::uint64_t seed);

/// Random numbers that change with the harness's placement of buffers.
[[nodiscard]] CounterRng placement_rng();

[[nodiscard]] Mode read_mode(const bench::Params &params);
/// The axis delta_mod_4096: 0 to 4095, or drawn for -1.
[[nodiscard]] std::size_t read_delta(const bench::Params &params, CounterRng &rng);

/// Pairs of equal size, visited in random order: axes size_bytes, delta_mod_4096 (-1: drawn),
/// src_align, working_set_bytes (0: one pair), placement (page_end: one pair, the rest is fixed).
[[nodiscard]] CopyTable make_pairs(const bench::Params &params);
/// 32768 copies of a size distribution: axes mix, working_set_bytes.
[[nodiscard]] CopyTable make_mix(const bench::Params &params);
/// As make_mix(), or with one of the names fixed_64, fixed_256, fixed_4096.
[[nodiscard]] CopyTable make_batch(const bench::Params &params);
/// Up and back again within a region: axes size_bytes, shift_bytes.
[[nodiscard]] CopyTable make_shifts(const bench::Params &params);
/// Fills of equal size: axis size_bytes, and where there are such byte (changing, zero), dst_align
/// and working_set_bytes.
[[nodiscard]] CopyTable make_fills(const bench::Params &params);
/// One pair of buffers: axis size_bytes, and src_align where there is one.
[[nodiscard]] CopyTable make_guest(const bench::Params &params);

} // namespace vmperf::memops
