// Designs that change the process for all that run after them, beside one that looks whether
// anything is changed.
#include <immintrin.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cfenv>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "planted.hpp"

using namespace planted;

namespace {

// What a design of the benchmark should find at each of its steps.
struct Surroundings {
  int rounding = std::fegetround();
  unsigned control = _mm_getcsr() & 0xffc0U;
  int n_cpus = count_cpus();
  bool timer = is_timer_armed();
  void (*handler)(int) = handler_of_usr1();

  bool operator==(const Surroundings &) const = default;

  static int count_cpus() {
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof(cpus), &cpus);
    return CPU_COUNT(&cpus);
  }
  static bool is_timer_armed() {
    itimerval timer{};
    getitimer(ITIMER_REAL, &timer);
    return timer.it_value.tv_usec != 0 || timer.it_interval.tv_usec != 0;
  }
  static void (*handler_of_usr1())(int) {
    struct sigaction action{};
    sigaction(SIGUSR1, nullptr, &action);
    return action.sa_handler;
  }
};

const Surroundings &at_load() {
  static const Surroundings found;
  return found;
}

class Onlooker final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    look();
    return works(state_, n);
  }
  Verification verify() override {
    look();
    return {fault_};
  }

private:
  void look() {
    const Surroundings now;
    const Surroundings &then = at_load();
    if (now != then) {
      fault_ = std::string("a neighbour was here:") +
               (now.rounding != then.rounding ? " rounding" : "") +
               (now.control != then.control ? " control" : "") +
               (now.n_cpus != then.n_cpus ? " CPUs" : "") +
               (now.timer != then.timer ? " timer" : "") +
               (now.handler != then.handler ? " handler" : "");
    }
  }

  State state_;
  std::string fault_;
};

// Disturbs once, when it is made, and expects to find in each run what it did.
template <class Disturb, class Look> class Disturber final : public Workload {
public:
  Disturber(Disturb disturb, Look look) : look_(look) { disturb(); }
  std::uint64_t run(std::uint64_t n) override {
    kept_ = kept_ && look_();
    return works(state_, n);
  }
  Verification verify() override {
    return kept_ ? Verification::passed() : Verification::failed("what it set was taken away");
  }

private:
  Look look_;
  State state_;
  bool kept_ = true;
};

void on_signal(int) {}

template <class Disturb, class Look>
void plant(Benchmark &benchmark, const char *name, Disturb disturb, Look look) {
  benchmark.design(name, name, [=](const Params &) -> WorkloadPtr {
    return std::make_unique<Disturber<Disturb, Look>>(disturb, look);
  });
}

const auto kAnything = [] { return true; };

void plant_settings(Benchmark &benchmark) {
  plant(
      benchmark, "denormals", [] { _mm_setcsr(_mm_getcsr() | 0x8040U); },
      [] { return (_mm_getcsr() & 0x8040U) == 0x8040U; });
  plant(
      benchmark, "rounding", [] { std::fesetround(FE_UPWARD); },
      [] { return std::fegetround() == FE_UPWARD; });
  plant(
      benchmark, "affinity",
      [] {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(sched_getcpu(), &one);
        sched_setaffinity(0, sizeof(one), &one);
      },
      [] { return Surroundings::count_cpus() == 1; });
  plant(
      benchmark, "timer",
      [] {
        signal(SIGALRM, on_signal); // an ignored signal would stop the timer
        const itimerval often{{0, 500}, {0, 500}};
        setitimer(ITIMER_REAL, &often, nullptr);
      },
      Surroundings::is_timer_armed);
  plant(
      benchmark, "handler", [] { signal(SIGUSR1, on_signal); },
      [] { return Surroundings::handler_of_usr1() == on_signal; });
}

void plant_remains(Benchmark &benchmark) {
  plant(benchmark, "thread", [] { std::thread([] { pause(); }).detach(); }, kAnything);
  plant(
      benchmark, "child",
      [] {
        if (fork() == 0) {
          for (;;) {
            pause();
          }
        }
      },
      kAnything);
  plant(
      benchmark, "memory",
      [] {
        constexpr std::size_t kBytes = std::size_t{16} << 20U;
        void *left =
            mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        std::memset(left, 1, kBytes);
      },
      kAnything);
  plant(
      benchmark, "locked",
      [] {
        static std::array<char, 1 << 16> text{};
        mlock(text.data(), text.size());
      },
      kAnything);
}

} // namespace

VMPERF_PLUGIN(registry) {
  static_cast<void>(at_load());
  Benchmark &benchmark = registry.benchmark("disturb/all").summary("neighbours").op("one op");
  benchmark.design("first", "looks, before the others", maker_of<Onlooker>());
  plant_settings(benchmark);
  plant_remains(benchmark);
  benchmark.design("last", "looks, after the others", maker_of<Onlooker>());
}
