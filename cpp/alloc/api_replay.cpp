#include "vmperf/alloc/api/replay.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "api_replay_loop.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/memory_use.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::alloc {
namespace {

// The slots, resident and in no allocator's memory.
class SlotTable {
public:
  explicit SlotTable(std::size_t n) : mapping_(n * sizeof(ReplaySlot)) {
    auto *first = reinterpret_cast<ReplaySlot *>(mapping_.data());
    std::uninitialized_default_construct_n(first, n);
    slots_ = {first, n};
  }
  [[nodiscard]] std::span<ReplaySlot> slots() const noexcept { return slots_; }

private:
  os::Mapping mapping_;
  std::span<ReplaySlot> slots_;
};

// All that the threads found, by class.
struct Sums {
  Replayed found;
  std::unique_ptr<StampedClasses> classes;
};

void merge_into(Sums &sums, const ThreadFigures &figures) {
  Replayed &found = sums.found;
  found.ns_total += figures.ns_total;
  found.waited_ns += figures.waited_ns;
  found.cpu_ns += figures.cpu_ns;
  found.n_failed += figures.n_failed;
  for (std::size_t i = 0; i < kOpClasses && figures.classes != nullptr; ++i) {
    Stamped &mine = sums.classes->at(i);
    mine.ns_total += figures.classes->at(i).ns_total;
    mine.n_long += figures.classes->at(i).n_long;
    mine.latency_ns.merge(figures.classes->at(i).latency_ns);
  }
}

// ReplayThreads that are under way, each with what it finds.
class Running {
public:
  Running(ReplayShared &shared, Sums &sums) : shared_(shared), sums_(sums) {}
  Running(const Running &) = delete;
  Running &operator=(const Running &) = delete;
  Running(Running &&) = delete;
  Running &operator=(Running &&) = delete;
  ~Running() { // also where a start throws; then nobody looks at what they found
    for (One &one : one_) {
      if (one.thread.joinable()) {
        one.thread.join();
      }
    }
  }

  void start(const ThreadPlan &plan) {
    auto figures = std::make_unique<ThreadFigures>();
    ThreadFigures &into = *figures;
    one_.push_back({plan.last, std::move(figures), {}});
    ReplayShared &shared = shared_;
    try {
      one_.back().thread = std::thread([&plan, &shared, &into] { run_thread(plan, shared, into); });
    } catch (const std::system_error &error) {
      shared.abandoned = true; // or the others would wait for it
      throw OsError("pthread_create", error.code().value(), error.code().message());
    }
  }

  /// Joins those whose last op comes before op `before`.
  void join_until(std::uint64_t before) {
    for (One &one : one_) {
      if (one.last < before) {
        if (one.thread.joinable()) {
          one.thread.join();
        }
        merge_into(sums_, *one.figures);
      }
    }
    std::erase_if(one_, [before](const One &one) { return one.last < before; });
  }

private:
  struct One {
    std::uint64_t last;
    std::unique_ptr<ThreadFigures> figures;
    std::thread thread;
  };
  ReplayShared &shared_;
  Sums &sums_;
  std::vector<One> one_;
};

void run_all(ReplayShared &shared, Sums &sums) {
  const auto &threads = shared.plan->threads();
  if (threads.size() == 1) { // its caller's
    auto figures = std::make_unique<ThreadFigures>();
    run_thread(threads.front(), shared, *figures);
    merge_into(sums, *figures);
    return;
  }
  Running running(shared, sums);
  for (const ThreadPlan &thread : threads) { // by their first op
    running.join_until(thread.first);
    running.start(thread);
  }
  running.join_until(~std::uint64_t{0});
}

void free_rest(ReplayShared &shared) {
  for (ReplaySlot &slot : shared.slots) {
    if (void *block = std::exchange(slot.block, nullptr); block != nullptr) {
      shared.face->free(block);
    }
  }
}

void count_ops(const ReplayPlan &plan, Replayed &found) {
  std::array<std::uint64_t, kOpClasses> counts{};
  for (const ThreadPlan &thread : plan.threads()) {
    for (const ReplayStep &step : thread.steps) {
      ++counts[static_cast<std::size_t>(step.op_class)];
    }
  }
  for (std::size_t i = 0; i < kOpClasses; ++i) {
    found.classes[i].n_ops = counts[i];
  }
}

void take_classes(Sums &sums) {
  for (std::size_t i = 0; i < kOpClasses && sums.classes != nullptr; ++i) {
    sums.found.classes[i].ns_total = sums.classes->at(i).ns_total;
    sums.found.classes[i].n_long = sums.classes->at(i).n_long;
    sums.found.classes[i].latency = sums.classes->at(i).latency_ns.to_bytes();
  }
}

// What is resident above the start, at the end and at once.
void take_peak(const ReplayShared &shared, bool peak_known, Replayed &found) {
  found.end_bytes = os::resident_bytes() - shared.start_resident;
  found.peak_bytes = found.end_bytes;
  for (const MemoryPoint &point : shared.series) {
    found.peak_bytes = std::max(found.peak_bytes, point.resident_bytes);
  }
  if (peak_known) {
    found.peak_bytes =
        std::max(found.peak_bytes, os::peak_resident_bytes() - shared.start_resident);
  }
}

} // namespace

Replayed replay(const ReplayPlan &plan, const Face &face, const ReplaySettings &settings) {
  Sums sums;
  Replayed &found = sums.found;
  ReplayShared shared;
  shared.plan = &plan;
  shared.face = &face;
  shared.settings = settings;
  shared.settings.stamped = settings.stamped || !plan.threads().front().due_ns.empty();
  if (shared.settings.stamped) {
    sums.classes = std::make_unique<StampedClasses>();
  }
  const SlotTable table(plan.counts().n_slots);
  shared.slots = table.slots();
  shared.series.resize(plan.point_ops().size());
  const bool peak_known = os::reset_peak_resident();
  shared.start_resident = os::resident_bytes();
  const std::int64_t faults = os::process_page_faults();
  const std::int64_t cpu = os::process_cpu_ns();
  shared.start_ns = os::now_ns();
  run_all(shared, sums);
  found.wall_ns = static_cast<double>(os::now_ns() - shared.start_ns);
  if (plan.threads().size() > 1 || shared.settings.stamped) { // else that of its pieces
    found.cpu_ns = static_cast<double>(os::process_cpu_ns() - cpu);
  }
  found.page_faults = os::process_page_faults() - faults;
  take_peak(shared, peak_known, found);
  free_rest(shared);
  found.freed_bytes = os::resident_bytes() - shared.start_resident;
  if (face.purge != nullptr) {
    face.purge();
  }
  found.purged_bytes = os::resident_bytes() - shared.start_resident;
  found.series = std::move(shared.series);
  found.n_ops = plan.counts().n_ops;
  count_ops(plan, found);
  take_classes(sums);
  return std::move(found);
}

} // namespace vmperf::alloc
