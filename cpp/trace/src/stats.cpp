#include "vmperf/trace/stats.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::trace {
namespace {

constexpr std::size_t kMostPoints = 1'000'000;

struct Block {
  std::uint64_t size_bytes = 0;
  std::uint64_t since_ns = 0;
  std::uint32_t thread = 0;
  bool live = false;
};

class Pass {
public:
  Pass(const AllocationTrace &trace, std::size_t points) : blocks_(trace.n_slots) {
    found_.ops_of_thread.resize(trace.n_threads);
    found_.duration_ns = trace.ops.empty() ? 0 : trace.ops.back().time_ns;
    found_.curve_time_ns.resize(points);
    found_.curve_live_bytes.resize(points);
    for (std::size_t i = 0; i < points; ++i) {
      found_.curve_time_ns[i] = end_of(i);
    }
  }

  void take(const Op &op) {
    ++found_.n_of_kind[static_cast<std::size_t>(op.kind)];
    ++found_.ops_of_thread[op.thread];
    while (op.time_ns > found_.curve_time_ns[point_] && point_ + 1 < found_.curve_time_ns.size()) {
      found_.curve_live_bytes[++point_] = live_bytes_;
    }
    Block &block = blocks_[op.slot];
    if (op.kind == Kind::free) {
      release(op, block);
    } else {
      hold(op, block);
    }
  }

  Stats finish() {
    while (++point_ < found_.curve_live_bytes.size()) {
      found_.curve_live_bytes[point_] = live_bytes_;
    }
    for (const Block &block : blocks_) {
      found_.n_never_freed += block.live ? 1 : 0;
      found_.never_freed_bytes += block.live ? block.size_bytes : 0;
    }
    return std::move(found_);
  }

private:
  // Rounded up, so that the last span ends at the end; without overflow.
  [[nodiscard]] std::uint64_t end_of(std::size_t i) const noexcept {
    const std::uint64_t points = found_.curve_time_ns.size();
    const std::uint64_t whole = found_.duration_ns / points;
    const std::uint64_t rest = found_.duration_ns % points;
    return whole * (i + 1) + (rest * (i + 1) + points - 1) / points;
  }

  void release(const Op &op, Block &block) {
    live_bytes_ -= block.size_bytes;
    --live_blocks_;
    block.live = false;
    ++found_.lifetimes[static_cast<std::size_t>(std::bit_width(op.time_ns - block.since_ns))];
    if (block.thread != op.thread) {
      ++found_.n_handed_over;
      found_.handed_over_bytes += block.size_bytes;
    }
  }

  void hold(const Op &op, Block &block) {
    const std::uint64_t before = block.live ? block.size_bytes : 0;
    if (!block.live) {
      block.since_ns = op.time_ns;
      block.thread = op.thread;
      block.live = true;
      found_.peak_live_blocks = std::max(found_.peak_live_blocks, ++live_blocks_);
    }
    found_.allocated_bytes += op.size_bytes > before ? op.size_bytes - before : 0;
    live_bytes_ += op.size_bytes - before;
    block.size_bytes = op.size_bytes;
    ++found_.sizes[static_cast<std::size_t>(std::bit_width(op.size_bytes))];
    std::uint64_t &most = found_.curve_live_bytes[point_];
    most = std::max(most, live_bytes_);
    if (live_bytes_ > found_.peak_live_bytes) {
      found_.peak_live_bytes = live_bytes_;
      found_.peak_time_ns = op.time_ns;
    }
  }

  Stats found_;
  std::vector<Block> blocks_;
  std::uint64_t live_bytes_ = 0;
  std::uint64_t live_blocks_ = 0;
  std::size_t point_ = 0;
};

} // namespace

Stats stats(const AllocationTrace &trace, std::size_t points) {
  if (points == 0 || points > kMostPoints) {
    throw InvalidArgumentError("points", std::to_string(points), "1 to 1000000");
  }
  Pass pass(trace, points);
  for (const Op &op : trace.ops) {
    pass.take(op);
  }
  return pass.finish();
}

} // namespace vmperf::trace
