// The deque under every interleaving: as it is, and with one order weakened at a time, which must
// be found. Prints a line for each: name, fault or "-", executions, states.
#include <cstdio>
#include <string>

#include "interleavings.hpp"
#include "vmperf/gc/deque.hpp"

namespace {

using vmperf::gc::DequeOrders;
using vmperf::gc::Stolen;

template <class Orders> class Scenario {
public:
  using Deque = vmperf::gc::WorkDeque<std::uint64_t, Orders, model::Atomic>;

  /// `before` items are there at the start; then the owner's program as text: p push, t take; each
  /// thief steals so many times.
  Scenario(int before, std::string owner, std::size_t capacity, std::vector<int> thieves)
      : owner_(std::move(owner)), thieves_(std::move(thieves)), deque_(capacity) {
    while (before-- > 0) {
      deque_.push(++pushed_);
    }
  }

  std::vector<std::function<void()>> bodies() {
    std::vector<std::function<void()>> all{[this] {
      for (const char c : owner_) {
        std::uint64_t item = 0;
        if (c == 'p') {
          deque_.push(++pushed_);
        } else if (deque_.take(item)) {
          got_.push_back(item);
        }
      }
    }};
    for (const int n : thieves_) {
      all.emplace_back([this, n] {
        for (int i = 0; i < n; ++i) {
          std::uint64_t item = 0;
          if (deque_.steal(item) == Stolen::item) {
            got_.push_back(item);
          }
        }
      });
    }
    return all;
  }
  std::string check() {
    for (std::uint64_t item = 0; deque_.take(item);) {
      got_.push_back(item);
    }
    std::vector<std::uint64_t> sorted = got_;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (sorted[i] == 0 || sorted[i] > pushed_) {
        return "an item that was never pushed";
      }
      if (i > 0 && sorted[i] == sorted[i - 1]) {
        return "an item twice";
      }
    }
    return sorted.size() == pushed_ ? "" : "an item lost";
  }

private:
  std::string owner_;
  std::vector<int> thieves_;
  Deque deque_;
  std::uint64_t pushed_ = 0;
  std::vector<std::uint64_t> got_;
};

template <class Orders> void check(const char *name) {
  struct Program {
    int before;
    const char *owner;
    std::size_t capacity;
    std::vector<int> thieves;
  };
  const Program programs[] = {{2, "t", 4, {2}}, {2, "tt", 4, {1, 1}}, {0, "pt", 4, {1, 1}},
                              {2, "p", 2, {2}}, {0, "pptt", 4, {2}},  {0, "ptpt", 4, {1, 1}}};
  std::string fault;
  std::uint64_t executions = 0, states = 0;
  for (const Program &program : programs) {
    model::Engine engine;
    fault = engine.explore([&program] {
      return std::make_unique<Scenario<Orders>>(program.before, program.owner, program.capacity,
                                                program.thieves);
    });
    executions += engine.executions();
    states += engine.states();
    if (!fault.empty()) {
      fault += std::string(" in ") + program.owner;
      break;
    }
  }
  std::printf("%s | %s | %llu executions | %llu states\n", name,
              fault.empty() ? "-" : fault.c_str(), static_cast<unsigned long long>(executions),
              static_cast<unsigned long long>(states));
}

constexpr auto kRelaxed = std::memory_order_relaxed;
struct WeakPublish : DequeOrders {
  static constexpr auto kPublish = kRelaxed;
};
struct WeakTakeBottom : DequeOrders {
  static constexpr auto kTakeBottom = std::memory_order_release;
};
struct WeakTakeTop : DequeOrders {
  static constexpr auto kTakeTop = std::memory_order_acquire;
};
struct WeakStealTop : DequeOrders {
  static constexpr auto kStealTop = kRelaxed;
};
struct WeakStealBottom : DequeOrders {
  static constexpr auto kStealBottom = std::memory_order_acquire;
};
struct WeakArray : DequeOrders {
  static constexpr auto kArray = kRelaxed;
};

} // namespace

int main() {
  check<DequeOrders>("as it is");
  check<WeakPublish>("publish relaxed");
  check<WeakTakeBottom>("take's bottom release");
  check<WeakTakeTop>("take's top acquire");
  check<WeakStealTop>("steal's top relaxed");
  check<WeakStealBottom>("steal's bottom acquire");
  check<WeakArray>("array relaxed");
}
