// The parameters of a pool workload, read from a case's axes. Used by benches, designs and peers
// only. Plain values; making them is O(capacity) where an order is drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/bench/params.hpp"

namespace vmperf::pool {

enum class Touch : std::uint8_t { none, first, all };   ///< what is written of each item
enum class Order : std::uint8_t { fifo, lifo, random }; ///< in which order items are freed
enum class Drop : std::uint8_t { bulk, each };          ///< how a row of items is dropped
enum class Work : std::uint8_t { pair, batch };         ///< of a benchmark that has both
enum class State : std::uint8_t { local, member };      ///< where the pool object lies

struct Setup {
  std::size_t item_bytes = 64;
  std::size_t capacity = 1000;
  std::size_t batch = 100;
  std::size_t preallocate = 0;
  Touch touch = Touch::none;
  Order order = Order::fifo;
  Drop drop = Drop::bulk;
  State state = State::local;
  Work work = Work::pair;
  std::uint64_t seed = bench::Params::kDefaultSeed; ///< of drawn orders

  /// Axes that a benchmark hasn't keep their value here. InvalidArgumentError names a bad one.
  [[nodiscard]] static Setup from(const bench::Params &params);
};

/// Which of `capacity` live items each op replaces; a power of two of them. Random places are drawn
/// independently: a permutation replayed would give every item the same lifetime, which is FIFO.
[[nodiscard]] std::vector<std::uint32_t> make_places(const Setup &setup);

/// The order in which a batch is freed.
[[nodiscard]] std::vector<std::uint32_t> make_batch_order(const Setup &setup);

} // namespace vmperf::pool
