// One pass of several marking workers: who begins with what, who gives what to whom, who steals.
// Every 128 items a worker looks whether somebody is idle or has stolen since it last shared; it
// then moves the older half of its stack to its deque, if that holds next to nothing, so that a
// thief finds more before it has to rest: waking one takes far longer than what it stole. The
// oldest items go first, below which there is most. Thieves take up to half of a deque, item by
// item. The static split shares nothing after the start; packets share whatever exceeds two
// packets. O(1) for each look. Used by ParallelMarker alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <thread>
#include <utility>

#include "vmperf/gc/faults.hpp"
#include "vmperf/gc/mark_loop.hpp"
#include "vmperf/gc/mark_rest.hpp"
#include "vmperf/gc/packet_pool.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

template <class Graph, MarkQueue kQueue, bool kAlone> class MarkPass {
public:
  using Loop = MarkLoop<Graph, kQueue, kAlone>;
  using Workers = std::span<const std::unique_ptr<MarkWorker>>;

  MarkPass(Graph &graph, const MarkerOptions &options, Workers workers)
      : graph_(graph), options_(options), workers_(workers),
        forced_(!kAlone && options.forced && options.policy == MarkPolicy::steal) {
    for (const auto &worker : workers_) {
      worker->stats = {};
      worker->published = 0;
    }
    rest_.begin(workers_.size());
  }

  /// Before work(): marks the roots and deals them out.
  void add_roots(std::span<const std::uint32_t> roots) {
    MarkWorker &first = *workers_[0];
    Loop loop(graph_, first, options_.chunk);
    for (const std::uint32_t root : roots) {
      if (root != 0) {
        loop.visit(root);
      }
    }
    loop.drain(0);
    if (workers_.size() > 1 && !forced_) {
      deal(first);
    }
  }

  /// The work of one worker, until all is done.
  void work(std::size_t number) {
    MarkWorker &self = *workers_[number];
    Loop loop(graph_, self, options_.chunk);
    if (forced_ && number == 0) {
      give_all(self);
    }
    const std::uint64_t fuel = forced_ ? 1 : kFuel;
    do {
      while (!loop.drain(kAlone ? ~std::uint64_t{0} : fuel)) {
        share(self);
      }
    } while (!kAlone && more(number, loop));
  }

  /// After work(): marks below what had no room; how many scans that took. One thread.
  std::uint64_t find_dropped() {
    MarkWorker &first = *workers_[0];
    Loop loop(graph_, first, options_.chunk);
    std::uint64_t rescans = 0;
    for (;;) {
      std::uint32_t lowest = ~std::uint32_t{0};
      std::uint32_t highest = 0;
      for (const auto &worker : workers_) {
        lowest = std::min(lowest, std::exchange(worker->lowest, ~std::uint32_t{0}));
        highest = std::max(highest, std::exchange(worker->highest, 0));
      }
      if (lowest > highest) {
        return rescans;
      }
      ++rescans;
      graph_.for_each_marked(lowest, highest, [&loop](std::uint32_t object) {
        loop.rescan(object);
        loop.drain(~std::uint64_t{0});
      });
    }
  }

private:
  static constexpr std::uint64_t kFuel = 128;
  static constexpr std::size_t kMostShared = 512, kMostStolen = 16, kFew = 32;

  /// Each worker begins with its share of the roots. Where there are few, the static split goes on
  /// breadth first until there is enough to deal: it has no second chance.
  void deal(MarkWorker &first) {
    if (options_.policy == MarkPolicy::static_split) {
      MarkLoop<Graph, MarkQueue::fifo, true> loop(graph_, first, options_.chunk);
      const std::size_t enough = 64 * workers_.size();
      for (int i = 0; i < 4096 && !loop.empty() && first.stack.size() < enough; ++i) {
        loop.drain(1);
      }
    }
    const std::size_t n = first.stack.size();
    for (std::size_t i = 0; i < n; ++i) {
      MarkWorker &to = *workers_[i % workers_.size()];
      const MarkItem item = first.stack.pop_oldest();
      Loop(graph_, to, options_.chunk).keep(item);
    }
  }

  /// Others are there, or will be: each looks at all deques before it rests.
  void give_all(MarkWorker &self) {
    while (!self.stack.empty()) {
      self.deque.push(self.stack.pop_oldest().bits);
    }
    rest_.published();
    while (self.deque.size() != 0) {
      std::this_thread::yield();
    }
  }

  /// Gives work away where somebody could use it.
  void share(MarkWorker &self) {
    if (options_.policy == MarkPolicy::steal) {
      const std::size_t left = self.deque.size();
      const bool wanted = rest_.anyone_idle() || left < self.published || forced_;
      if (wanted && left <= kFew && self.stack.size() > 1) {
        const std::size_t n = std::min(self.stack.size() / 2, kMostShared);
        for (std::size_t i = 0; i < n; ++i) {
          self.deque.push(self.stack.pop_oldest().bits);
        }
        self.stats.shared += n;
        self.published = self.deque.size();
        rest_.published();
      }
    } else if (options_.policy == MarkPolicy::packets) {
      while (self.stack.size() > 2 * PacketPool::kItems) {
        put_packet(self);
      }
    }
  }
  void put_packet(MarkWorker &self) {
    PacketPool::Packet packet;
    for (; packet.n < PacketPool::kItems; ++packet.n) {
      packet.items[packet.n] = self.stack.pop_oldest();
    }
    self.stats.shared += packet.n;
    packets_.put(packet);
    rest_.published();
  }

  /// Whether there is more to do, which is on the stack then.
  bool more(std::size_t number, Loop &loop) {
    MarkWorker &self = *workers_[number];
    if (options_.policy == MarkPolicy::static_split) {
      return false;
    }
    if (std::uint64_t bits = 0; self.deque.take(bits)) {
      loop.keep({bits});
      return true;
    }
    if (look(number, loop)) {
      return true;
    }
    const std::int64_t begin = os::now_ns();
    const bool found =
        rest_.rest([this] { return anything(); }, [&] { return look(number, loop); });
    self.stats.idle_ns += os::now_ns() - begin;
    return found;
  }
  [[nodiscard]] bool anything() const {
    if (options_.policy == MarkPolicy::packets) {
      return !packets_.empty();
    }
    return std::ranges::any_of(workers_, [](const auto &w) { return w->deque.size() != 0; });
  }
  bool look(std::size_t number, Loop &loop) {
    MarkWorker &self = *workers_[number];
    if (options_.policy == MarkPolicy::packets) {
      PacketPool::Packet packet;
      ++self.stats.attempts;
      if (!packets_.take(packet)) {
        return false;
      }
      for (std::size_t i = 0; i < packet.n; ++i) {
        loop.keep(packet.items[i]);
      }
      self.stats.stolen += packet.n;
      return true;
    }
    for (std::size_t i = 1; i < workers_.size(); ++i) {
      if (steal_from(workers_[(number + i) % workers_.size()]->deque, self, loop)) {
        return true;
      }
    }
    return false;
  }
  bool steal_from(WorkDeque<std::uint64_t> &victim, MarkWorker &self, Loop &loop) {
    const std::size_t most = std::min((victim.size() + 1) / 2, kMostStolen);
    std::size_t n = 0;
    while (n < most) {
      std::uint64_t bits = 0;
      ++self.stats.attempts;
      const Stolen result = victim.steal(bits);
      if (result == Stolen::nothing) {
        break;
      }
      if (result == Stolen::item) {
        if (!dropped_steal()) {
          loop.keep({bits});
        }
        ++n;
      }
    }
    self.stats.stolen += n;
    return n != 0;
  }

  Graph &graph_;
  const MarkerOptions &options_;
  Workers workers_;
  bool forced_;
  MarkRest rest_;
  PacketPool packets_;
};

} // namespace vmperf::gc
