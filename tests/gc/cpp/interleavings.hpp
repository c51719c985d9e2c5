// A model checker for small lock-free code: runs it under every schedule and every value that a
// load may return by the C++ memory model, for code whose atomics are a template parameter.
//
// Each location keeps all its stores in order. A thread's view says the oldest it may still read; a
// load takes any from there on, which is how a store buffer or a reordering shows. An acquiring
// load joins the view that a releasing store carries; read-modify-writes read the last store and
// pass its view on; a sequentially consistent load reads none older than the last such store.
// Executions are repeated from their begin with the next choice changed (depth first); a state that
// was met before is left at once. Not modelled: loads of values that are stored later (load
// buffering), and stores to one location by two threads in another order than they were executed.
// Source of the views: Kang et al., "A Promising Semantics for Relaxed-Memory Concurrency", 2017.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace model {

using Order = std::memory_order;
inline constexpr std::size_t kMostLocations = 32;
using View = std::array<std::uint8_t, kMostLocations>;

inline bool acquires(Order o) {
  return o == Order::acquire || o == Order::acq_rel || o == Order::seq_cst;
}
inline bool releases(Order o) {
  return o == Order::release || o == Order::acq_rel || o == Order::seq_cst;
}
inline void join(View &to, const View &from) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i] = std::max(to[i], from[i]);
  }
}

struct Store {
  std::uint64_t value;
  View view;
  std::uint64_t
      cause; // what its thread had seen, which says the value, too, but knows no addresses
};

struct Thread {
  ucontext_t context{};
  View view{};
  std::uint64_t seen = 0; // a hash of what its loads returned: its whole state
  std::uint64_t steps = 0;
  bool ends = false;
  std::function<void()> body;
};

class Engine {
public:
  static Engine *&now() {
    static Engine *engine = nullptr;
    return engine;
  }

  std::size_t add_location(std::uint64_t value) {
    locations_.push_back({Store{value, {}, 0}});
    if (locations_.size() > kMostLocations) {
      throw std::string("too many locations");
    }
    return locations_.size() - 1;
  }

  std::uint64_t load(std::size_t at, Order order) {
    step();
    Thread &self = *threads_[running_];
    std::vector<Store> &stores = locations_[at];
    std::size_t oldest = self.view[at];
    if (order == Order::seq_cst) {
      oldest = std::max<std::size_t>(oldest, total_[at]);
    }
    return read(at, oldest + choose(stores.size() - oldest), order);
  }
  void store(std::size_t at, std::uint64_t value, Order order) {
    step();
    append(at, value, order, {});
  }
  /// compare_exchange_strong: wins on the last store alone, fails on any other value it may read.
  bool exchange(std::size_t at, std::uint64_t &expected, std::uint64_t wanted, Order won,
                Order lost) {
    step();
    std::vector<Store> &stores = locations_[at];
    std::vector<std::size_t> readable;
    for (std::size_t i = threads_[running_]->view[at]; i < stores.size(); ++i) {
      if (stores[i].value != expected || i + 1 == stores.size()) {
        readable.push_back(i);
      }
    }
    const std::size_t i = readable[choose(readable.size())];
    if (stores[i].value != expected) {
      expected = read(at, i, lost);
      return false;
    }
    const View passed = stores[i].view;
    read(at, i, won);
    append(at, wanted, won, passed);
    return true;
  }

  /// All executions of one scenario: make() builds it anew and returns its threads' bodies and,
  /// last, the check, which returns a fault or nothing. The first fault, or nothing.
  template <class Make> std::string explore(Make make) {
    now() = this;
    do {
      at_ = 0;
      locations_.clear();
      threads_.clear();
      total_ = {};
      std::string fault = execute(make);
      ++executions_;
      if (!fault.empty()) {
        return fault;
      }
    } while (advance());
    return "";
  }
  [[nodiscard]] std::uint64_t executions() const { return executions_; }
  [[nodiscard]] std::size_t states() const { return met_.size(); }
  /// Whether a thread of the scenario runs; building and checking it is not scheduled.
  bool scheduled = false;

private:
  struct Choice {
    std::size_t taken, n;
  };

  std::size_t choose(std::size_t n) {
    if (!scheduled || n == 1) {
      return n - 1; // outside of threads: the last store
    }
    return decide(n);
  }
  std::size_t decide(std::size_t n) {
    if (at_ == path_.size()) {
      path_.push_back({0, n});
    }
    return path_[at_++].taken;
  }
  bool advance() {
    while (!path_.empty() && path_.back().taken + 1 == path_.back().n) {
      path_.pop_back();
    }
    if (path_.empty()) {
      return false;
    }
    ++path_.back().taken;
    return true;
  }

  std::uint64_t read(std::size_t at, std::size_t i, Order order) {
    Thread &self = *threads_[running_];
    const Store &store = locations_[at][i];
    self.view[at] = std::max(self.view[at], static_cast<std::uint8_t>(i));
    if (acquires(order)) {
      join(self.view, store.view);
    }
    self.seen = (self.seen ^ store.cause ^ (i << 40U) ^ 1) * 0x9e3779b97f4a7c15U;
    self.seen ^= self.seen >> 29U;
    return store.value;
  }
  void append(std::size_t at, std::uint64_t value, Order order, View view) {
    Thread &self = *threads_[running_];
    const auto index = static_cast<std::uint8_t>(locations_[at].size());
    self.view[at] = index;
    if (releases(order)) {
      join(view, self.view);
    }
    view[at] = index;
    if (order == Order::seq_cst) {
      total_[at] = index;
    }
    locations_[at].push_back({value, view, self.seen});
    self.seen = (self.seen + index + 1) * 0xbf58476d1ce4e5b9U;
  }
  void step() {
    if (scheduled) {
      swapcontext(&threads_[running_]->context, &scheduler_);
    }
  }

  static void enter() {
    Engine &engine = *now();
    Thread &self = *engine.threads_[engine.running_];
    self.body();
    self.ends = true;
    swapcontext(&self.context, &engine.scheduler_);
  }
  template <class Make> std::string execute(Make make) {
    threads_.push_back(std::make_unique<Thread>()); // who builds and checks
    running_ = 0;
    scheduled = false;
    auto scenario = make();
    for (auto &body : scenario->bodies()) {
      auto thread = std::make_unique<Thread>();
      thread->view = threads_[0]->view;
      thread->seen = threads_.size();
      thread->body = std::move(body);
      getcontext(&thread->context);
      if (stacks_.size() < threads_.size()) {
        stacks_.emplace_back(64 << 10);
      }
      thread->context.uc_stack.ss_sp = stacks_[threads_.size() - 1].data();
      thread->context.uc_stack.ss_size = stacks_[threads_.size() - 1].size();
      makecontext(&thread->context, &Engine::enter, 0);
      threads_.push_back(std::move(thread));
    }
    while (true) {
      std::vector<std::size_t> ready;
      for (std::size_t i = 1; i < threads_.size(); ++i) {
        if (!threads_[i]->ends) {
          ready.push_back(i);
        }
      }
      if (ready.empty()) {
        break;
      }
      if (at_ == path_.size() && !met_.insert(state()).second) {
        return ""; // met before, with all that can follow
      }
      scheduled = true;
      running_ = ready[ready.size() == 1 ? 0 : decide(ready.size())];
      ++threads_[running_]->steps;
      swapcontext(&scheduler_, &threads_[running_]->context);
      scheduled = false;
    }
    running_ = 0;
    for (std::size_t i = 1; i < threads_.size(); ++i) {
      join(threads_[0]->view, threads_[i]->view); // joined
    }
    return scenario->check();
  }
  [[nodiscard]] std::uint64_t state() const {
    std::uint64_t hash = 0;
    const auto mix = [&hash](std::uint64_t word) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 32U;
    };
    const auto mix_view = [&mix](const View &view) {
      const auto words = std::bit_cast<std::array<std::uint64_t, kMostLocations / 8>>(view);
      std::for_each(words.begin(), words.end(), mix);
    };
    for (const auto &stores : locations_) {
      mix(stores.size());
      for (const Store &store : stores) {
        mix(store.cause);
        mix_view(store.view);
      }
    }
    mix_view(total_);
    for (const auto &thread : threads_) {
      mix(thread->seen);
      mix(2 * thread->steps + (thread->ends ? 1 : 0));
      mix_view(thread->view);
    }
    return hash;
  }

  std::vector<std::vector<Store>> locations_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<std::vector<char>> stacks_; // used anew by each execution
  View total_{}; // of each location, the last sequentially consistent store
  std::vector<Choice> path_;
  std::size_t at_ = 0, running_ = 0;
  std::unordered_set<std::uint64_t> met_;
  std::uint64_t executions_ = 0;
  ucontext_t scheduler_{};
};

/// Stands in for std::atomic.
template <class T> class Atomic {
public:
  Atomic() : Atomic(T{}) {}
  Atomic(T value) : at_(Engine::now()->add_location(word(value))) {} // NOLINT(*explicit*)
  T load(Order order) const { return back(Engine::now()->load(at_, order)); }
  void store(T value, Order order) { Engine::now()->store(at_, word(value), order); }
  bool compare_exchange_strong(T &expected, T wanted, Order won, Order lost) {
    std::uint64_t seen = word(expected);
    const bool done = Engine::now()->exchange(at_, seen, word(wanted), won, lost);
    expected = back(seen);
    return done;
  }

private:
  static std::uint64_t word(T value) { return std::bit_cast<std::uint64_t>(value); }
  static T back(std::uint64_t value) { return std::bit_cast<T>(value); }
  std::size_t at_;
};

} // namespace model
