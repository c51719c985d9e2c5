// The parameters of an allocator's workload, read from a case's axes, and the draws that it
// replays. Used by benches, designs and peers only. Plain values; draws are O(count).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/bench/params.hpp"

namespace vmperf::alloc {

/// What is written of a block: nothing, its first word, a word of each page, all.
enum class Touch : std::uint8_t { none, first, pages, all };
enum class Order : std::uint8_t { fifo, lifo, random }; ///< in which order blocks are freed
enum class Pattern : std::uint8_t { reuse, sequential, random, burst, interleaved, fragmented };

/// Sizes alike from low to high, as the text "8-256", or "64" for one size.
struct SizeRange {
  std::size_t low = 64;
  std::size_t high = 64;

  /// InvalidArgumentError for another text, a low of 0, a high above 1 GiB.
  [[nodiscard]] static SizeRange parse(const std::string &axis, const std::string &text);
};

inline constexpr std::size_t kMostSize = std::size_t{1} << 30U;
inline constexpr std::size_t kMostLive = std::size_t{1} << 24U;
inline constexpr std::size_t kPageBytes = 4096; ///< the step of Touch::pages

struct Setup {
  std::size_t size_bytes = 64;
  SizeRange sizes;
  std::size_t live = 1000;
  std::size_t batch = 100;
  Touch touch = Touch::first;
  Order order = Order::fifo;
  Pattern pattern = Pattern::random;
  std::uint64_t seed = bench::Params::kDefaultSeed;

  /// Axes that a benchmark hasn't keep their value here. InvalidArgumentError names a bad one.
  [[nodiscard]] static Setup from(const bench::Params &params);
};

/// `count` sizes of the range.
[[nodiscard]] std::vector<std::uint32_t> draw_sizes(const SizeRange &range, std::size_t count,
                                                    std::uint64_t seed, std::uint64_t stream);

/// Which of `live` blocks each op replaces: a power of two of them, at least 4 times `live`.
[[nodiscard]] std::vector<std::uint32_t> draw_places(std::size_t live, std::uint64_t seed);

/// The orders in which batches of up to `most` blocks are freed: a table for each power of two, so
/// that a batch that is cut short has a drawn order of its own, and costs no more for each block.
class FreeOrder {
public:
  FreeOrder(Order order, std::size_t most, std::uint64_t seed);

  /// Visits 0..n-1 once each. O(n), n <= most.
  template <class Visit> void each(std::size_t n, Visit visit) const {
    for (const std::uint32_t place : tables_[std::bit_width(n - (n == 0 ? 0 : 1))]) {
      if (place < n) {
        visit(place);
      }
    }
  }

private:
  std::vector<std::vector<std::uint32_t>> tables_;
};

} // namespace vmperf::alloc
