// The counter of single steps: exact counts, string instructions told apart, and an end whatever
// the function does. Prints "not permitted" where tracing is.
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "vmperf/os/clock.hpp"
#include "vmperf/os/process.hpp"
#include "vmperf/os/step_counter.hpp"

using namespace vmperf;
using Outcome = os::StepCount::Outcome;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

// An exception takes tens of thousands of steps to find its handler.
constexpr std::uint64_t kMaxSteps = 300'000;

template <class Work> os::StepCount count(Work work, std::int64_t timeout_ns = 60 * kSecond) {
  return os::count_steps(work, {.max_steps = kMaxSteps, .timeout_ns = timeout_ns});
}

// Three instructions an iteration on x86 as on AArch64: a load or an add, a decrement, a jump.
void empty(std::uint64_t n) {
  for (; n != 0; --n) {
    asm volatile("");
  }
}

void adds(std::uint64_t n) {
  std::uint64_t sum = 0;
  const std::uint64_t step = n | 1U;
  for (; n != 0; --n) {
    asm volatile("" : "+r"(sum));
    sum += step;
  }
  asm volatile("" : : "r"(sum));
}

template <class F> os::StepCount marginal(F f) {
  const os::StepCount few = count([f] { f(10); });
  os::StepCount many = count([f] { f(110); });
  require(few.outcome == Outcome::counted && many.outcome == Outcome::counted, "both counted");
  many.instructions -= few.instructions;
  many.control -= few.control;
  many.jumps -= few.jumps;
  many.counters -= few.counters;
  many.repeats -= few.repeats;
  return many;
}

std::uint64_t work_of(const os::StepCount &count) {
  const std::uint64_t counting = count.counters < count.jumps ? count.counters : count.jumps;
  return count.instructions - count.control - count.jumps - counting;
}

void counts() {
  const os::StepCount none = marginal(empty);
  const os::StepCount one = marginal(adds);
  require(one.instructions == none.instructions + 100, "one add more, a hundred times");
  require(none.instructions % 100 == 0, "whole instructions");
  require(none.told_apart == one.told_apart, "the architecture's");
  require(!none.told_apart || work_of(none) == 0, "a loop that only counts does no work");
  require(!one.told_apart || work_of(one) == 100, "an add is work");
}

void before() {
  const auto none = os::count_steps([] { empty(5); }, {.max_steps = kMaxSteps}, [] {});
  const auto some =
      os::count_steps([] { empty(5); }, {.max_steps = kMaxSteps}, [] { empty(1000); });
  require(none.outcome == Outcome::counted && none.instructions == some.instructions,
          "what comes before is not counted");
  const auto failed = os::count_steps([] {}, {.max_steps = kMaxSteps}, [] { throw 1; });
  require(failed.outcome == Outcome::threw, "what comes before may throw");
}

void strings() {
#if defined(__x86_64__)
  static std::array<char, 256> from{};
  static std::array<char, 256> to{};
  const auto copy = [](std::size_t n) {
    const void *source = from.data();
    void *target = to.data();
    asm volatile("rep movsb" : "+S"(source), "+D"(target), "+c"(n) : : "memory");
  };
  const os::StepCount found = marginal(copy);
  require(found.instructions == 100, "a step per repetition");
  require(found.repeats == 100, "which are told");
#endif
}

// Whatever the child waits for, it ends in its time, and this process goes on.
void ends() {
  const std::int64_t begin = os::now_ns();
  require(count([] { ::pause(); }, kSecond / 5).outcome == Outcome::timed_out, "waits");
  const auto deaf = [] {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    ::sigsuspend(&all);
  };
  require(count(deaf, kSecond / 5).outcome == Outcome::timed_out, "waits with signals blocked");
  require(os::now_ns() - begin >= kSecond / 5 * 2, "not before their time");
  const os::StepCount long_one = os::count_steps([] { empty(1'000'000'000); },
                                                 {.max_steps = 2'000, .timeout_ns = 60 * kSecond});
  require(long_one.outcome == Outcome::over_budget, "too many steps");
  require(count([] { throw std::runtime_error("no"); }).outcome == Outcome::threw, "an exception");
  require(count([] { throw 1; }).outcome == Outcome::threw, "any exception");
  require(count([] { std::raise(SIGSEGV); }).outcome == Outcome::child_died, "a crash");
  require(count([] { ::raise(SIGKILL); }).outcome == Outcome::child_died, "killed");
}

// Another thread holds a lock, or works: the child has neither.
void beside_threads() {
  std::mutex held;
  std::atomic<int> stage{0};
  std::thread other([&] {
    const std::lock_guard guard(held);
    stage = 1;
    while (stage != 2) {
      os::relax_cpu();
    }
  });
  while (stage != 1) {
    os::relax_cpu();
  }
  const auto locks = [&held] { const std::lock_guard guard(held); };
  require(count(locks, kSecond / 5).outcome == Outcome::timed_out, "a lock held for ever");
  require(count([] { empty(5); }).outcome == Outcome::counted, "counted beside a busy thread");
  stage = 2;
  other.join();
}

void affinity() {
  const auto before = os::allowed_cpus();
  (void)count([] {});
  require(os::allowed_cpus() == before, "the parent may run where it could");
}

} // namespace

int main() {
  if (count([] {}).outcome == Outcome::not_permitted) {
    std::puts("not permitted");
    return 0;
  }
  counts();
  before();
  strings();
  ends();
  beside_threads();
  affinity();
  return 0;
}
