#include "api_replay_loop.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <span>
#include <thread>

#include "api_replay_step.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/memory_use.hpp"
#include "vmperf/os/ordered_ticks.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::size_t kPieceSteps = 1024; // stamps of a piece lie in 8 KiB of the first cache
constexpr double kLongNs = 1e6;
constexpr int kSpins = 200;
constexpr std::int64_t kSleepNs = 200'000; // a shorter wait is spent awake

// Waits for what is true soon, and does not keep the CPU from who makes it so; returns the time.
template <class Done> std::int64_t wait_for(Done done) {
  const std::int64_t start = os::now_ns();
  for (int spins = 0; !done(); ++spins) {
    if (spins < kSpins) {
      os::relax_cpu();
    } else {
      std::this_thread::yield();
    }
  }
  return os::now_ns() - start;
}

class Loop {
public:
  Loop(const ThreadPlan &thread, ReplayShared &shared, ThreadFigures &figures)
      : thread_(thread), shared_(shared), figures_(figures), slots_(shared.slots.data()),
        calls_(calls_of(*shared.face)) {}

  template <ReplayTouch touch, bool turns> void run() {
    const bool stamped = shared_.settings.stamped;
    std::size_t at = 0;
    for (std::size_t stop = 0; stop <= thread_.stops.size(); ++stop) {
      const std::size_t end =
          stop < thread_.stops.size() ? thread_.stops[stop] : thread_.steps.size();
      for (; at < end; at = std::min(end, at + piece(stamped))) {
        const std::size_t to = std::min(end, at + piece(stamped));
        stamped ? run_stamped<touch, turns>(at, to) : run_piece<touch, turns>(at, to);
      }
      if (stop < thread_.stops.size()) {
        look(stop);
      }
    }
  }

private:
  [[nodiscard]] std::size_t piece(bool stamped) const {
    return stamped ? kPieceSteps : thread_.steps.size();
  }

  template <ReplayTouch touch, bool turns>
  [[gnu::noinline]] void run_piece(std::size_t from, std::size_t to) {
    const ReplayCalls calls = calls_;
    ReplaySlot *const slots = slots_;
    const ReplayStep *const steps = thread_.steps.data();
    std::uint64_t failed = 0;
    std::int64_t waited = 0;
    const std::int64_t cpu = os::process_cpu_ns();
    const std::int64_t start = os::now_ns();
    for (std::size_t i = from; i < to; ++i) {
      ReplaySlot &slot = slots[steps[i].slot];
      if constexpr (turns) {
        const std::int64_t took = await_turn(slot, thread_.tickets[i]);
        if (took < 0) [[unlikely]] {
          return;
        }
        waited += took;
      }
      failed += do_step<touch>(calls, steps[i], slot.block);
      if constexpr (turns) {
        slot.turn.store(thread_.tickets[i] + 1, std::memory_order_release);
      }
    }
    figures_.ns_total += static_cast<double>(os::now_ns() - start - waited);
    figures_.cpu_ns += static_cast<double>(os::process_cpu_ns() - cpu);
    figures_.waited_ns += static_cast<double>(waited);
    figures_.n_failed += failed;
  }

  // One stamp an op: the end of one is the beginning of the next, unless it had to wait.
  template <ReplayTouch touch, bool turns>
  [[gnu::noinline]] void run_stamped(std::size_t from, std::size_t to) {
    std::array<std::uint64_t, kPieceSteps> ticks; // NOLINT(*-member-init): written below
    const ReplayStep *const steps = thread_.steps.data();
    const bool timed = !thread_.due_ns.empty();
    std::uint64_t before = os::ticks_after();
    for (std::size_t i = from; i < to; ++i) {
      ReplaySlot &slot = slots_[steps[i].slot];
      if (timed) {
        await_time(thread_.due_ns[i]);
      }
      const std::int64_t waited = await<turns>(slot, i);
      if (waited < 0) [[unlikely]] {
        return;
      }
      if (timed || waited > 0) {
        before = os::ticks_after();
      }
      figures_.n_failed += do_step<touch>(calls_, steps[i], slot.block);
      if constexpr (turns) {
        slot.turn.store(thread_.tickets[i] + 1, std::memory_order_release);
      }
      const std::uint64_t after = os::ticks_after();
      ticks[i - from] = after > before ? after - before : 0;
      before = after;
    }
    record(std::span(ticks).first(to - from), from);
  }

  void record(std::span<const std::uint64_t> ticks, std::size_t from) {
    static const os::OrderedCost cost = os::ordered_cost();
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      Stamped &mine =
          figures_.classes->at(static_cast<std::size_t>(thread_.steps[from + i].op_class));
      const auto raw = static_cast<double>(ticks[i]);
      const double ns = raw * cost.ns_per_tick;
      // A preemption, most of all: it says nothing of the allocator, and would be the whole mean.
      const bool is_long = ns > kLongNs;
      mine.n_long += is_long ? 1 : 0;
      mine.ns_total += is_long ? 0 : ns;
      figures_.ns_total += ns;
      const double alone = std::max(0.0, raw - cost.pair_ticks) * cost.ns_per_tick;
      mine.latency_ns.record(static_cast<std::uint64_t>(std::llround(alone)));
    }
  }

  template <bool turns> std::int64_t await(const ReplaySlot &slot, std::size_t i) {
    if constexpr (turns) {
      const std::int64_t waited = await_turn(slot, thread_.tickets[i]);
      figures_.waited_ns += static_cast<double>(std::max<std::int64_t>(0, waited));
      return waited;
    }
    return 0;
  }

  // How long it was not the step's turn; negative where it never will be.
  [[nodiscard]] std::int64_t await_turn(const ReplaySlot &slot, std::uint32_t ticket) const {
    const auto is_due = [&] { return slot.turn.load(std::memory_order_acquire) == ticket; };
    if (is_due()) [[likely]] {
      return 0;
    }
    const std::int64_t waited =
        wait_for([&] { return is_due() || shared_.abandoned.load(std::memory_order_relaxed); });
    return is_due() ? std::max<std::int64_t>(1, waited) : -1;
  }

  void await_time(std::uint64_t due_ns) const {
    const std::int64_t due = shared_.start_ns + static_cast<std::int64_t>(due_ns);
    for (std::int64_t left = due - os::now_ns(); left > 0; left = due - os::now_ns()) {
      if (left > kSleepNs) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(left - kSleepNs / 2));
      } else {
        os::relax_cpu();
      }
    }
  }

  void look(std::size_t stop) {
    const std::uint32_t id = thread_.stop_ids[stop];
    const ReplayPlan &plan = *shared_.plan;
    shared_.series[id] = {plan.point_ops()[id], os::resident_bytes() - shared_.start_resident,
                          plan.point_live_bytes()[id]};
  }

  const ThreadPlan &thread_;
  ReplayShared &shared_;
  ThreadFigures &figures_;
  ReplaySlot *slots_;
  ReplayCalls calls_;
};

template <ReplayTouch touch> void run_touching(Loop &loop, bool turns) {
  turns ? loop.run<touch, true>() : loop.run<touch, false>();
}

} // namespace

void run_thread(const ThreadPlan &thread, ReplayShared &shared, ThreadFigures &figures) {
  if (shared.settings.stamped && figures.classes == nullptr) {
    figures.classes = std::make_unique<StampedClasses>();
  }
  Loop loop(thread, shared, figures);
  const bool turns = !thread.tickets.empty();
  switch (shared.settings.touch) {
  case ReplayTouch::none:
    run_touching<ReplayTouch::none>(loop, turns);
    break;
  case ReplayTouch::first:
    run_touching<ReplayTouch::first>(loop, turns);
    break;
  case ReplayTouch::pages:
    run_touching<ReplayTouch::pages>(loop, turns);
    break;
  case ReplayTouch::all:
    run_touching<ReplayTouch::all>(loop, turns);
    break;
  case ReplayTouch::use:
    run_touching<ReplayTouch::use>(loop, turns);
    break;
  }
}

} // namespace vmperf::alloc
