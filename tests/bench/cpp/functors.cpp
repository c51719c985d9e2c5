// Functor workloads: every copy has an i of its own, state is neither copied nor lost, lambdas do,
// and a sunk value costs no instruction. Prints what is wrong.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "vmperf/bench/workload.hpp"

using namespace vmperf::bench;

namespace {

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

const auto kPassed = [](const auto &) { return Verification::passed(); };

struct Seen {
  std::array<unsigned, 64> times{};
  std::uint64_t operator()(std::uint64_t i) {
    ++times.at(i);
    return i;
  }
};

void copies_differ() {
  Seen got;
  const auto workload = make_functor_workload(Seen{}, [&got](const Seen &op) {
    got = op;
    return Verification::passed();
  });
  for (const unsigned copies : {1U, 2U, 4U}) {
    const auto before = got;
    require(workload->run_copies(copies, 8) == 8 * copies - 1, "the last op's value");
    require(workload->verify().ok(), "verified");
    for (unsigned i = 0; i < got.times.size(); ++i) {
      require(got.times[i] - before.times[i] == (i < 8 * copies ? 1 : 0), "each i once");
    }
  }
}

// Not copyable at all, so it is certainly not copied.
struct Large {
  explicit Large(std::size_t n) : values(n) {}
  Large(const Large &) = delete;
  Large &operator=(const Large &) = delete;
  Large(Large &&) = default;
  Large &operator=(Large &&) = delete;
  ~Large() = default;
  std::vector<std::uint64_t> values;
  std::uint64_t operator()(std::uint64_t i) { return values[i % values.size()] += 1; }
};

template <std::size_t Words> struct Inline {
  std::array<std::uint64_t, Words> values{};
  const void *where = nullptr;
  std::uint64_t operator()(std::uint64_t i) {
    where = this;
    return values[i % Words] += 1;
  }
};

void state_stays() {
  const auto workload = make_functor_workload(Large(100), kPassed);
  require(workload->run(100) == 1 && workload->run(100) == 2, "state is kept");
  const void *first = nullptr;
  const auto check = [&first](const auto &op) {
    const bool same = op.where == &op;
    first = op.where;
    return same ? Verification::passed() : Verification::failed("moved");
  };
  const auto large = make_functor_workload(Inline<4096>{}, check);
  require(large->run(10) == 1 && large->verify().ok(), "a large op works in place");
  const auto small = make_functor_workload(Inline<2>{}, check);
  require(small->run(10) == 5 && !small->verify().ok(), "a small one in a local");
}

void lambdas() {
  const std::vector<std::uint64_t> table(256, 7);
  std::uint64_t seen = 0;
  const auto by_reference = make_functor_workload(
      [&table, &seen](std::uint64_t i) { return seen += table[i % 256]; }, kPassed);
  require(by_reference->run(10) == 70 && seen == 70, "a lambda that captures by reference");
  const auto by_value = make_functor_workload(
      [sum = std::uint64_t{1}](std::uint64_t i) mutable { return sum += i; }, kPassed);
  require(by_value->run(4) == 7 && by_value->run(1) == 7, "a lambda with state");
}

} // namespace

// Disassembled by the test: a chain of multiplications whose every value is sunk.
extern "C" [[gnu::noinline]] double sunk_products(double x, double factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    x = opaque(x) * factor;
    sink(x);
  }
  return x;
}

int main() {
  copies_differ();
  state_stays();
  lambdas();
  require(sunk_products(1, 2, 10) == 1024, "products");
  return 0;
}
