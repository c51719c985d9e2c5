// From recorded ops to the steps of each thread.
#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "api_replay_image.hpp"
#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

using trace::Kind;
using trace::Op;

constexpr unsigned kMostAlignmentLog2 = 30;

OpClass class_of(const Op &op) {
  switch (op.kind) {
  case Kind::malloc:
    return op.size_bytes <= kSmallBytes ? OpClass::malloc_small : OpClass::malloc_large;
  case Kind::calloc:
    return OpClass::calloc;
  case Kind::realloc:
    return OpClass::realloc;
  case Kind::aligned:
    return OpClass::aligned;
  case Kind::free:
    break;
  }
  return OpClass::free;
}

InvalidArgumentError bad_op(std::uint64_t index, const std::string &what, const char *allowed) {
  return {"ops", what + " at op " + std::to_string(index), allowed};
}

// What is known of a slot while the ops are read.
struct Slot {
  std::uint64_t bytes = 0;
  std::uint32_t ticket = 0;
  bool live = false;
};

class Planner {
public:
  Planner(std::span<const Op> ops, ReplayThreads threads, ReplaySpeed speed, std::size_t points)
      : ops_(ops), threads_(threads), speed_(speed) {
    plan_.counts.n_slots = count_slots();
    slots_.resize(plan_.counts.n_slots);
    every_ = std::max<std::uint64_t>(1, ops.size() / std::max<std::size_t>(1, points));
  }

  PlanDraft make() {
    for (std::uint64_t i = 0; i < ops_.size(); ++i) {
      add(i);
    }
    plan_.counts.live_end_bytes = live_bytes_;
    for (const Slot &slot : slots_) {
      plan_.counts.live_end_blocks += slot.live ? 1 : 0;
    }
    if (plan_.counts.n_ops == 0) {
      throw InvalidArgumentError("ops", "a trace without an op that can be replayed",
                                 "one allocation or more");
    }
    return std::move(plan_);
  }

private:
  [[nodiscard]] std::uint64_t count_slots() const {
    std::uint64_t most = 0;
    for (std::uint64_t i = 0; i < ops_.size(); ++i) {
      if (ops_[i].slot > 0xffff'fffd) {
        throw bad_op(i, "slot " + std::to_string(ops_[i].slot), "slots up to 2^32 - 3");
      }
      most = std::max(most, std::uint64_t{ops_[i].slot} + 1);
    }
    return most;
  }

  void add(std::uint64_t index) {
    const Op &op = ops_[index];
    Slot &slot = slots_[op.slot];
    check(index, slot);
    if (op.kind == Kind::free && !slot.live) {
      ++plan_.counts.unmatched_frees;
      return;
    }
    ThreadDraft &thread = thread_of(op.thread, index);
    look(thread);
    Kind kind = op.kind;
    if (kind == Kind::realloc && !slot.live) {
      kind = Kind::malloc; // of null, or of a block from before the recording
    }
    const std::uint64_t size = kind == Kind::free ? slot.bytes : op.size_bytes;
    thread.steps.push_back({size, op.slot, kind, class_of(op), op.alignment_log2});
    if (threads_ == ReplayThreads::same) {
      thread.tickets.push_back(slot.ticket++);
    }
    if (speed_ == ReplaySpeed::real) {
      const std::uint64_t start = ops_.front().time_ns;
      thread.due_ns.push_back(op.time_ns > start ? op.time_ns - start : 0);
    }
    account(op, slot);
    ++plan_.counts.n_ops;
  }

  void check(std::uint64_t index, const Slot &slot) const {
    const Op &op = ops_[index];
    if (op.kind > Kind::free) {
      throw bad_op(index, "kind " + std::to_string(static_cast<unsigned>(op.kind)), "0 to 4");
    }
    if (slot.live && op.kind != Kind::free && op.kind != Kind::realloc) {
      throw bad_op(index, "an allocation into the taken slot " + std::to_string(op.slot),
                   "slots that are free");
    }
    if (op.kind == Kind::aligned && op.alignment_log2 > kMostAlignmentLog2) {
      throw bad_op(index, "an alignment of 2^" + std::to_string(op.alignment_log2), "up to 2^30");
    }
  }

  ThreadDraft &thread_of(std::uint32_t recorded, std::uint64_t index) {
    const std::uint32_t key = threads_ == ReplayThreads::same ? recorded : 0;
    const auto [at, made] = by_thread_.try_emplace(key, plan_.threads.size());
    if (made) {
      plan_.threads.emplace_back().first = index;
    }
    ThreadDraft &thread = plan_.threads[at->second];
    thread.last = index;
    return thread;
  }

  // Memory is looked at before every so manieth step.
  void look(ThreadDraft &thread) {
    if (plan_.counts.n_ops % every_ == 0) {
      thread.stops.push_back(static_cast<std::uint32_t>(thread.steps.size()));
      thread.stop_ids.push_back(static_cast<std::uint32_t>(plan_.point_ops.size()));
      plan_.point_ops.push_back(plan_.counts.n_ops);
      plan_.point_live_bytes.push_back(live_bytes_);
    }
  }

  void account(const Op &op, Slot &slot) {
    live_bytes_ -= slot.live ? slot.bytes : 0;
    slot.live = op.kind != Kind::free;
    slot.bytes = op.size_bytes;
    live_bytes_ += slot.live ? slot.bytes : 0;
    plan_.counts.live_peak_bytes = std::max(plan_.counts.live_peak_bytes, live_bytes_);
    if (slot.live) {
      const std::uint64_t gap =
          op.kind == Kind::aligned ? std::uint64_t{1} << op.alignment_log2 : 0;
      plan_.counts.largest_bytes = std::max(plan_.counts.largest_bytes, op.size_bytes + gap);
    }
  }

  std::span<const Op> ops_;
  ReplayThreads threads_;
  ReplaySpeed speed_;
  PlanDraft plan_;
  std::vector<Slot> slots_;
  std::unordered_map<std::uint32_t, std::size_t> by_thread_;
  std::uint64_t live_bytes_ = 0, every_ = 1;
};

} // namespace

ReplayPlan plan_replay(std::span<const Op> ops, ReplayThreads threads, ReplaySpeed speed,
                       std::size_t points) {
  if (ops.empty()) {
    throw InvalidArgumentError("ops", "an empty trace", "one allocation or more");
  }
  const PlanImage image = make_image(Planner(ops, threads, speed, points).make());
  return {image.memory, image.bytes, "the plan"};
}

} // namespace vmperf::alloc
