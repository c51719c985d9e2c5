// Planted frauds: each says that it did n ops and did fewer, in a way of its own, and proves
// everything that it is asked. None of them may be believed.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <map>
#include <string_view>

#include "planted.hpp"

using namespace planted;

namespace {

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool is_traced() {
  std::array<char, 512> text{};
  const int file = ::open("/proc/self/status", O_RDONLY);
  const ssize_t n = ::read(file, text.data(), text.size());
  ::close(file);
  const std::string_view status(text.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  const auto at = status.find("TracerPid:\t");
  return at != std::string_view::npos && status[at + 11] != '0';
}

std::uint64_t works_up_to(State &s, std::uint64_t n, std::uint64_t cap) {
  return works(s, std::min(n, cap));
}

// The first `cap` turns work, all others turn.
std::uint64_t works_then_turns(State &s, std::uint64_t n, std::uint64_t cap) {
  const std::uint64_t worked = std::min(n, cap);
  works(s, worked);
  return turns(s, n - worked);
}

void declare_caps(Planter &plant) {
  plant.add("min_1000", [](State &s, std::uint64_t n) { return works_up_to(s, n, 1000); });
  plant.add("min_4096", [](State &s, std::uint64_t n) { return works_up_to(s, n, 4096); });
  plant.add("min_30000", [](State &s, std::uint64_t n) { return works_up_to(s, n, 30'000); });
  plant.add("uint8_counter",
            [](State &s, std::uint64_t n) { return works(s, static_cast<std::uint8_t>(n)); });
  plant.add("uint16_counter",
            [](State &s, std::uint64_t n) { return works(s, static_cast<std::uint16_t>(n)); });
  plant.add("until_the_end_of_items", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n && i < s.items.size(); ++i) {
      work(s.items[i], 64);
    }
    return s.items[0];
  });
  plant.add("cap_with_the_loop_kept",
            [](State &s, std::uint64_t n) { return works_then_turns(s, n, 1000); });
  plant.add("cap_5000_with_the_loop_kept",
            [](State &s, std::uint64_t n) { return works_then_turns(s, n, 5000); });
  plant.add("test_in_the_loop", [](State &s, std::uint64_t n) {
    std::uint64_t x = s.x;
    for (std::uint64_t i = 0; i < n; ++i) {
      x = opaque(x) + 1;
      if (i < 500) {
        work(x);
      }
    }
    return s.x = x;
  });
  plant.add("small_n_alone",
            [](State &s, std::uint64_t n) { return n <= 200 ? works(s, n) : turns(s, n); });
  plant.add("small_n_alone_at_once",
            [](State &s, std::uint64_t n) { return n <= 200 ? works(s, n) : n; });
  plant.add("square_root_of_n", [](State &s, std::uint64_t n) {
    return works(s, static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n))));
  });
  plant.add("logarithm_of_n", [](State &s, std::uint64_t n) {
    return works(s, static_cast<std::uint64_t>(std::bit_width(n)));
  });
  plant.add("until_a_time", [](State &s, std::uint64_t n) {
    const std::int64_t end = now_us() + 300;
    std::uint64_t i = 0;
    for (; i < n && now_us() < end; i += 64) {
      works(s, std::min<std::uint64_t>(64, n - i));
    }
    return s.x;
  });
  plant.add("until_it_is_done", [](State &s, std::uint64_t n) {
    std::uint64_t left = 1U << 20U;
    for (std::uint64_t i = 0; i < n && left != 0; ++i) {
      left = opaque(left) >> 1U;
    }
    return s.x += left;
  });
}

void declare_memories(Planter &plant) {
  plant.add("first_call_of_an_instance", [](State &s, std::uint64_t n) {
    if (s.calls == 1) {
      return s.memo = works(s, n);
    }
    return turns(s, n);
  });
  plant.add("first_call_of_the_process", [](State &s, std::uint64_t n) {
    static std::uint64_t memo = 0;
    if (memo == 0) {
      return memo = works(s, n);
    }
    return turns(s, n);
  });
  plant.add("answer_by_n", [](State &s, std::uint64_t n) {
    if (s.memo_n != n) {
      s.memo = works(s, n);
      s.memo_n = n;
    }
    return s.memo;
  });
  plant.add("answers_in_a_table", [](State &s, std::uint64_t n) {
    static std::map<std::uint64_t, std::uint64_t> known;
    const auto [at, fresh] = known.try_emplace(n, 0);
    if (fresh) {
      at->second = works(s, n);
    }
    return at->second;
  });
  plant.add("so_many_ops_an_instance", [](State &s, std::uint64_t n) {
    const std::uint64_t left = 20'000 - std::min<std::uint64_t>(20'000, s.total);
    s.total += n;
    return works_then_turns(s, n, left);
  });
  plant.add("so_many_ops_a_process", [](State &s, std::uint64_t n) {
    static std::uint64_t total = 0;
    const std::uint64_t left = 20'000 - std::min<std::uint64_t>(20'000, total);
    total += n;
    return works_then_turns(s, n, left);
  });
  plant
      .add("so_many_calls",
           [](State &s, std::uint64_t n) {
             static int calls = 0;
             return ++calls <= 10 ? works(s, n) : turns(s, n);
           })
      .varies("the chain goes on, it says");
  plant
      .add("so_many_calls_and_n_for_a_checksum",
           [](State &s, std::uint64_t n) {
             static int calls = 0;
             sink(++calls <= 10 ? works(s, n) : turns(s, n));
             return n;
           })
      .repeatable();
}

void declare_places(Planter &plant) {
  plant.add("later_instances_do_less", [](State &s, std::uint64_t n) {
    static const int first = s.instance;
    std::uint64_t x = s.x;
    for (std::uint64_t i = 0; i < n; ++i) {
      work(x, s.instance == first ? 8 : 1);
    }
    return s.x = x;
  });
  plant.add("later_instances_turn", [](State &s, std::uint64_t n) {
    static const int first = s.instance;
    return s.instance == first ? works(s, n) : turns(s, n);
  });
  plant.add("in_a_forked_child_alone", [](State &s, std::uint64_t n) {
    static const pid_t maker = getpid();
    return getpid() == maker ? turns(s, n) : works(s, n);
  });
  plant.add("where_it_is_traced_alone",
            [](State &s, std::uint64_t n) { return is_traced() ? works(s, n) : turns(s, n); });
  plant.add("where_it_is_traced_or_nothing",
            [](State &s, std::uint64_t n) { return is_traced() ? works(s, n) : n; });
}

void declare_empty(Planter &plant) {
  plant.add("emptied_counting_up", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      asm volatile("");
    }
    return s.x;
  });
  plant.add("emptied_counting_down", [](State &s, std::uint64_t n) {
    for (; n != 0; --n) {
      asm volatile("");
    }
    return s.x;
  });
  plant.add("emptied_in_blocks_of_four", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; i += 4) {
      asm volatile("");
    }
    return s.x;
  });
  plant.add("nothing_but_nops", [](State &s, std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      asm volatile("nop");
    }
    return s.x;
  });
  plant
      .add("emptied_and_said_to_be_subcycle",
           [](State &s, std::uint64_t n) {
             for (std::uint64_t i = 0; i < n; ++i) {
               asm volatile("");
             }
             return s.x;
           })
      .subcycle("it is quick");
  plant.add("nothing_is_used", [](State &s, std::uint64_t n) {
    std::uint64_t x = s.x;
    for (std::uint64_t i = 0; i < n; ++i) {
      x = x * 3 + 1;
    }
    return n;
  });
  plant.declare("functor_of_a_constant", [](const Params &) {
    return make_functor_workload([](std::uint64_t) { return std::uint64_t{3}; },
                                 [](const auto &) { return Verification::passed(); });
  });
  plant.declare("functor_hoisted", [](const Params &) {
    return make_functor_workload(
        [table = std::array<std::uint64_t, 8>{1, 2, 3}](std::uint64_t) { return table[1] * 7; },
        [](const auto &) { return Verification::passed(); });
  });
}

} // namespace

VMPERF_PLUGIN(registry) {
  Planter plant(registry, "fraud");
  declare_caps(plant);
  declare_memories(plant);
  declare_places(plant);
  declare_empty(plant);
}
