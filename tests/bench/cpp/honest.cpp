// Honest work of many shapes, at the edge of what the harness believes: all of it must be.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <unordered_map>

#include "planted.hpp"

using namespace planted;

namespace {

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 31U)) * 0x7fb5d329728ea185U;
  x = (x ^ (x >> 27U)) * 0x81dadef4bc2dd44dU;
  return x ^ (x >> 33U);
}

constexpr auto kPassed = [](const auto &) { return Verification::passed(); };

// A cycle through all nodes in an order that no prefetcher follows.
template <bool Down> class Chase final : public Workload {
public:
  explicit Chase(std::size_t n_nodes) : nodes_(n_nodes) {
    std::vector<std::size_t> order(n_nodes);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = n_nodes; i > 1; --i) {
      std::swap(order[i - 1], order[mix(i) % i]);
    }
    for (std::size_t i = 0; i < n_nodes; ++i) {
      nodes_[order[i]].next = &nodes_[order[(i + 1) % n_nodes]];
    }
    at_ = nodes_.data();
  }
  std::uint64_t run(std::uint64_t n) override {
    void *q = at_;
    if constexpr (Down) {
      for (; n != 0; --n) {
        q = *static_cast<void **>(q);
      }
    } else {
      for (std::uint64_t i = 0; i < n; ++i) {
        q = *static_cast<void **>(q);
      }
    }
    at_ = q;
    return reinterpret_cast<std::uintptr_t>(q);
  }
  Verification verify() override { return Verification::passed(); }

private:
  struct alignas(64) Node {
    void *next = nullptr;
  };
  std::vector<Node> nodes_;
  void *at_;
};

template <bool Down> Maker chase(std::size_t n_nodes) {
  return [n_nodes](const Params &) { return std::make_unique<Chase<Down>>(n_nodes); };
}

void declare_loops(Planter &plant) {
  plant.declare("chase_down", chase<true>(64));
  plant.declare("chase_down_8_mib", chase<true>(std::size_t{1} << 17U));
  plant.declare("chase_up", chase<false>(64));
  plant.add("add_chain_by_four", [](State &s, std::uint64_t n) {
    std::uint64_t x = s.x;
    const std::uint64_t step = opaque(s.items[0]);
    std::uint64_t i = 0;
    for (; i + 4 <= n; i += 4) {
      x = opaque(x) + step;
      x = opaque(x) + step;
      x = opaque(x) + step;
      x = opaque(x) + step;
    }
    for (; i < n; ++i) {
      x = opaque(x) + step;
    }
    return s.x = x;
  });
  plant.add("ops_of_any_length", [](State &s, std::uint64_t n) { // the first ones are long
    std::uint64_t x = s.x;
    for (std::uint64_t i = 0; i < n; ++i, ++s.calls) {
      const std::uint64_t turns = s.calls % 256 < 8 ? 4096 : mix(s.calls) % 256;
      for (std::uint64_t turn = 0; turn < turns; ++turn) {
        x += opaque(s.items[turn % 4]);
      }
    }
    return s.x = x;
  });
  plant.add("add_chain_down", [](State &s, std::uint64_t n) {
    std::uint64_t x = s.x;
    const std::uint64_t step = opaque(s.items[0]);
    for (; n != 0; --n) {
      x = opaque(x) + step;
    }
    return s.x = x;
  });
  plant.add("blocks_of_four", [](State &s, std::uint64_t n) {
    std::array<std::uint64_t, 4> x{s.x, s.x, s.x, s.x};
    for (std::uint64_t i = 0; i < n; i += 4) {
      for (std::uint64_t &one : x) {
        one = opaque(one) * 3;
      }
    }
    return s.x = x[0] ^ x[3];
  });
  plant.add("wide", [](State &s, std::uint64_t n) {
    std::array<std::uint64_t, 8> x{};
    for (std::uint64_t i = 0; i < n; ++i) {
      for (std::uint64_t &one : x) {
        one = opaque(one) + i;
      }
    }
    return s.x = x[0] ^ x[7];
  });
  plant.add("branches", [](State &s, std::uint64_t n) {
    std::uint64_t x = s.x;
    for (std::uint64_t i = 0; i < n; ++i) {
      x = (mix(x + i) & 1U) != 0 ? opaque(x) + 3 : opaque(x) * 5;
    }
    return s.x = x;
  });
  plant.add("divisions", [](State &s, std::uint64_t n) {
    std::uint64_t x = ~std::uint64_t{0};
    for (std::uint64_t i = 0; i < n; ++i) {
      x = ~std::uint64_t{0} / (opaque(x) | 1U);
    }
    return s.x = x;
  });
  plant.add("square_roots", [](State &, std::uint64_t n) {
    double x = 2;
    for (std::uint64_t i = 0; i < n; ++i) {
      x = std::sqrt(opaque(x)) + 1;
      sink(x);
    }
    return static_cast<std::uint64_t>(x);
  });
}

struct BigFunctor {
  std::array<std::uint64_t, std::size_t{1} << 17U> state{};
  std::uint64_t operator()(std::uint64_t i) { return state[i % state.size()] += i; }
};

void declare_functors(Planter &plant) {
  plant.declare("functor_of_a_random_load", [](const Params &) {
    return make_functor_workload([table = std::vector<std::uint64_t>(std::size_t{1} << 17U, 7)](
                                     std::uint64_t i) { return table[mix(i) % table.size()]; },
                                 kPassed);
  });
  plant.declare("functor_with_1_mib_inside", [](const Params &) -> WorkloadPtr {
    return std::make_unique<FunctorWorkload<BigFunctor, decltype(kPassed)>>(BigFunctor{}, kPassed);
  });
  plant.declare("functor_of_a_hash", [](const Params &) {
    return make_functor_workload([](std::uint64_t i) { return mix(i); }, kPassed);
  });
  plant.declare("lambda_by_reference", [](const Params &) {
    static std::uint64_t sum = 0;
    return make_functor_workload([&total = sum](std::uint64_t i) { return total += mix(i); },
                                 kPassed);
  });
}

void declare_memory(Planter &plant) {
  plant.add("malloc_and_free", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      void *p = std::malloc(64);
      sink(p);
      std::free(p);
    }
    return s.x;
  });
  plant.add("memcpy_4_kib", [](State &s, std::uint64_t n) {
    static std::array<char, 4096> from{};
    static std::array<char, 4096> to{};
    for (std::uint64_t i = 0; i < n; ++i) {
      std::memcpy(to.data(), from.data(), to.size());
      sink(to.data());
    }
    return s.x;
  });
  plant.add("push_back", [](State &s, std::uint64_t n) {
    std::vector<std::uint64_t> grown;
    for (std::uint64_t i = 0; i < n; ++i) {
      if (grown.size() == 4096) { // more would be the kernel's work: pages anew in each run
        grown = {};
      }
      grown.push_back(i);
      sink(grown.data());
    }
    return s.x = grown.back();
  });
  plant
      .add("push_back_for_ever",
           [](State &s, std::uint64_t n) {
             for (std::uint64_t i = 0; i < n; ++i) {
               s.items.push_back(i);
             }
             return s.items.size();
           })
      .varies("the vector grows");
  plant.add("map_and_back", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      void *page =
          ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      *static_cast<char *>(page) = 1;
      ::munmap(page, 4096);
    }
    return s.x;
  });
#if defined(__x86_64__)
  plant.add("rep_movsb", [](State &s, std::uint64_t n) {
    static std::array<char, 2048> from{};
    static std::array<char, 2048> to{};
    for (std::uint64_t i = 0; i < n; ++i) {
      const void *source = from.data();
      void *target = to.data();
      std::size_t bytes = to.size();
      asm volatile("rep movsb" : "+S"(source), "+D"(target), "+c"(bytes) : : "memory");
    }
    return s.x;
  });
#endif
}

void declare_library(Planter &plant) {
  plant.add("map_lookup", [](State &s, std::uint64_t n) {
    static const std::map<std::uint64_t, std::uint64_t> map = [] {
      std::map<std::uint64_t, std::uint64_t> made;
      for (std::uint64_t i = 0; i < 1000; ++i) {
        made[mix(i)] = i;
      }
      return made;
    }();
    for (std::uint64_t i = 0; i < n; ++i) {
      sink(map.find(mix(i % 1000))->second);
    }
    return s.x;
  });
  plant.add("insert_and_erase", [](State &s, std::uint64_t n) {
    std::unordered_map<std::uint64_t, std::uint64_t> map;
    for (std::uint64_t i = 0; i < n; ++i) {
      map[i % 64] = i;
      map.erase((i + 32) % 64);
    }
    return s.x = map.size();
  });
  plant.add("sort_64", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      std::array<std::uint64_t, 64> values{};
      for (std::uint64_t k = 0; k < values.size(); ++k) {
        values[k] = mix(i * 64 + k);
      }
      std::sort(values.begin(), values.end());
      s.x += values[32];
    }
    return s.x;
  });
  plant.add("text", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      s.x += std::to_string(i).size();
    }
    return s.x;
  });
  plant.add("mutex", [](State &s, std::uint64_t n) {
    static std::mutex mutex;
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::lock_guard guard(mutex);
      s.x = opaque(s.x) + 1;
    }
    return s.x;
  });
  plant.add("atomic", [](State &s, std::uint64_t n) {
    static std::atomic<std::uint64_t> sum{0};
    for (std::uint64_t i = 0; i < n; ++i) {
      sum.fetch_add(1);
    }
    return s.x = sum;
  });
  plant.add("system_call", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      s.x += static_cast<std::uint64_t>(::getppid());
    }
    return s.x;
  });
}

// Each op is a word handed to another thread and back. Both let others run while they wait.
class HandOff final : public Workload {
public:
  HandOff() : other_([this] { answer(); }) {}
  HandOff(const HandOff &) = delete;
  HandOff &operator=(const HandOff &) = delete;
  HandOff(HandOff &&) = delete;
  HandOff &operator=(HandOff &&) = delete;
  ~HandOff() override {
    ended_ = true;
    other_.join();
  }
  std::uint64_t run(std::uint64_t n) override {
    for (; n != 0; --n) {
      ++asked_;
      while (answered_ != asked_) {
        std::this_thread::yield();
      }
    }
    return asked_;
  }
  Verification verify() override { return Verification::passed(); }

private:
  void answer() {
    while (!ended_) {
      answered_ = asked_.load();
      std::this_thread::yield();
    }
  }
  std::atomic<std::uint64_t> asked_{0}, answered_{0};
  std::atomic<bool> ended_{false};
  std::thread other_;
};

void declare_slow(Planter &plant) {
  plant.declare("one_op_a_run", kernel(works, 1));
  plant.declare("one_op_of_a_microsecond",
                kernel([](State &s, std::uint64_t) { return works(s, 100); }, 1));
  plant.declare("hand_off", maker_of<HandOff>());
  plant.add("op_of_20_ms", [](State &s, std::uint64_t n) { return works(s, n * 2'000'000); });
  plant.add("sleep", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      ::usleep(200);
    }
    return s.x;
  });
}

// What is honest, but has limits that the row must name.
void declare_limits(Planter &plant) {
  plant.add("leak", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      void *p = std::malloc(1024);
      std::memset(p, 1, 1024);
      sink(p);
    }
    return s.x;
  });
}

} // namespace

VMPERF_PLUGIN(registry) {
  Planter plant(registry, "honest");
  declare_loops(plant);
  declare_functors(plant);
  declare_memory(plant);
  declare_library(plant);
  declare_slow(plant);
  Planter limits(registry, "limits");
  declare_limits(limits);
}
