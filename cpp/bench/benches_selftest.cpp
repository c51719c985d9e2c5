// The hidden self-tests of the harness: honest
// work at the edge of the measurable, which must be accepted, and planted frauds and failures, each
// of which must be refused under its own name.
#include <cstdlib>
#include <stdexcept>

#include "vmperf/base/rng.hpp"
#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {
namespace {

// Keeps a loop from being deleted without adding an instruction or a memory effect.
[[gnu::always_inline]] inline void keep_loop() {
  asm volatile("");
}

template <class Run> class Kernel final : public Workload {
public:
  explicit Kernel(Run loop) : run_(std::move(loop)) {}
  std::uint64_t run(std::uint64_t n) override { return run_(n); }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }

private:
  Run run_;
};

template <class Run> Maker kernel(Run loop) {
  return [loop](const Params &) { return std::make_unique<Kernel<Run>>(loop); };
}

Benchmark &selftest(Registry &registry, const std::string &name, std::string summary) {
  return registry.benchmark("bench/selftest/" + name)
      .summary(std::move(summary))
      .op("one iteration of the kernel")
      .fooled_by("nothing: it exists to fool, or to be at the edge")
      .tag("selftest")
      .tag("no_naive")
      .hidden();
}

void plant(Registry &registry, const std::string &name, std::string summary, Maker maker) {
  selftest(registry, name, std::move(summary)).design("kernel", "the only one", std::move(maker));
}

// --- honest work -------------------------------------------------------------------------------

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;

struct AddChain {
  std::uint64_t x = 0, ops = 0;
  std::uint64_t operator()(std::uint64_t) noexcept {
    x = opaque(x) + opaque_step;
    ++ops; // folded into the loop counter by the optimiser; verify() needs it
    return x;
  }
  std::uint64_t opaque_step = opaque(kStep);
};

WorkloadPtr make_one_cycle(const Params &) {
  return make_functor_workload(AddChain{}, [](const AddChain &op) {
    return op.x == op.ops * kStep ? Verification::passed()
                                  : Verification::failed("the chain's sum is wrong");
  });
}

// One op is one add; an iteration holds three that do not depend on each other.
class ThreeAdds final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t a = a_;
    std::uint64_t b = b_;
    std::uint64_t c = c_;
    const std::uint64_t step = opaque(kStep);
    const std::uint64_t iterations = (n + 2) / 3;
    for (std::uint64_t i = 0; i < iterations; ++i) {
      a = opaque(a) + step;
      b = opaque(b) + step;
      c = opaque(c) + step;
    }
    a_ = a;
    b_ = b;
    c_ = c;
    done_ += iterations;
    return a ^ b ^ c;
  }
  [[nodiscard]] Verification verify() override {
    const std::uint64_t want = done_ * kStep;
    return a_ == want && b_ == want && c_ == want ? Verification::passed()
                                                  : Verification::failed("a sum is wrong");
  }

private:
  std::uint64_t a_ = 0, b_ = 0, c_ = 0, done_ = 0;
};

// --- frauds ------------------------------------------------------------------------------------

// The policy loop that once passed for 267 ps: a constant function called for nothing.
struct ConstantPolicy {
  std::uint64_t operator()(std::uint64_t) const noexcept {
    keep_loop();
    return 0;
  }
};

WorkloadPtr make_empty_policy(const Params &) {
  return make_functor_workload(ConstantPolicy{},
                               [](const ConstantPolicy &) { return Verification::passed(); });
}

std::uint64_t hoisted(std::uint64_t n) {
  std::uint64_t result = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    keep_loop();
    result = mix64(n); // the same each time: computed once, outside the loop
  }
  return result;
}

std::uint64_t folded(std::uint64_t n) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    sum += 3; // the compiler knows 3 * n
  }
  return sum;
}

std::uint64_t dead_store(std::uint64_t n) {
  for (std::uint64_t i = 0; i < n; ++i) {
    keep_loop();
    std::uint64_t local[4]; // NOLINT(modernize-avoid-c-arrays)
    local[i & 3U] = i;      // nobody reads it
    static_cast<void>(local);
  }
  return 0;
}

std::uint64_t eliminated_pair(std::uint64_t n) {
  for (std::uint64_t i = 0; i < n; ++i) {
    keep_loop();
    std::free(std::malloc(64)); // NOLINT: compilers delete the pair, which is the point
  }
  return 0;
}

// Works the first time and then answers from memory.
class Cached final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; checksum_ == 0 && i < n; ++i) {
      x_ = opaque(x_) + kStep;
    }
    checksum_ = x_;
    return checksum_;
  }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }

private:
  std::uint64_t x_ = 0, checksum_ = 0;
};

// Does half of what it is asked for; only its own books show it.
class HalfWork final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    asked_ += n;
    for (std::uint64_t i = 0; i < n; i += 2) {
      x_ = opaque(x_) + kStep;
    }
    return x_;
  }
  [[nodiscard]] Verification verify() override {
    return x_ == asked_ * kStep ? Verification::passed()
                                : Verification::failed("fewer ops were done than asked for");
  }

private:
  std::uint64_t x_ = 0, asked_ = 0;
};

// A chain of multiplications, every Share-th of them.
template <unsigned Share> class Products final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; i += Share) {
      x_ = opaque(x_) * kStep;
    }
    return x_;
  }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }

private:
  std::uint64_t x_ = 1;
};

// --- failures ----------------------------------------------------------------------------------

std::uint64_t crash(std::uint64_t n) {
  std::uint64_t *nowhere = opaque(static_cast<std::uint64_t *>(nullptr));
  *nowhere = n; // NOLINT: a real segmentation fault
  sink(nowhere);
  return n;
}

std::uint64_t hang(std::uint64_t n) {
  while (opaque(n) != 0) {
  }
  return n;
}

std::uint64_t throwing(std::uint64_t) {
  throw std::runtime_error("planted exception");
}

// A batch of it takes 1 to 40 times its share.
class Noisy final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t times = 1 + rng_.below(40);
    for (std::uint64_t i = 0; i < n * times; ++i) {
      x_ = opaque(x_) + kStep;
    }
    return x_;
  }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }

private:
  std::uint64_t x_ = 0;
  CounterRng rng_{1};
};

class OneShot final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      x_ = opaque(x_) + kStep;
    }
    return x_;
  }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return 8; }

private:
  std::uint64_t x_ = 0;
};

template <class W> WorkloadPtr make(const Params &) {
  return std::make_unique<W>();
}

void declare_honest(Registry &registry) {
  plant(registry, "one_cycle", "a chain of dependent adds: one true core cycle per op",
        make_one_cycle);
  selftest(registry, "three_adds", "three independent adds an iteration: a third of a cycle each")
      .subcycle("one op is one of three independent adds; a core retires several a cycle")
      .design("kernel", "the only one", make<ThreeAdds>);
}

void declare_frauds(Registry &registry) {
  plant(registry, "empty_policy", "a constant policy called in a loop (once reported as 267 ps)",
        make_empty_policy);
  plant(registry, "hoisted", "work that does not depend on the loop", kernel(hoisted));
  plant(registry, "folded", "a sum with a closed form", kernel(folded));
  plant(registry, "dead_store", "stores that nobody reads", kernel(dead_store));
  plant(registry, "eliminated_pair", "malloc and free that compilers delete",
        kernel(eliminated_pair));
  plant(registry, "cached", "work once, then a remembered checksum", make<Cached>);
  plant(registry, "half_work", "half of the ops asked for", make<HalfWork>);
}

// Says that it does as its neighbour and does half of it: each alone is believed.
void declare_comparable(Registry &registry) {
  selftest(registry, "comparable", "designs whose checksums must agree")
      .comparable()
      .design("naive", "all of the work", make<Products<1>>)
      .design("half", "half of it", make<Products<2>>);
}

void declare_failures(Registry &registry) {
  plant(registry, "crash", "dereferences null", kernel(crash));
  plant(registry, "hang", "never ends a batch", kernel(hang));
  plant(registry, "throwing", "throws a std::exception", kernel(throwing));
  plant(registry, "noisy", "batches of 1 to 40 times their share", make<Noisy>);
  plant(registry, "one_shot", "too few ops a batch for the timer", make<OneShot>);
  registry.design("bench/selftest", "absent", "a peer that is not there")
      .available(
          [] { return Availability{Status::not_installed, "planted: nothing to install", ""}; })
      .runs("bench/selftest/missing", make<ThreeAdds>);
  registry.design("bench/selftest", "lacking", "a design that this CPU cannot run")
      .available(
          [] { return Availability{Status::unsupported, "planted: no CPU has this feature", ""}; })
      .runs("bench/selftest/missing", make<ThreeAdds>);
  selftest(registry, "missing", "designs that cannot run here").designs("bench/selftest");
}

} // namespace

void declare_benches_selftest(Registry &registry) {
  declare_honest(registry);
  declare_frauds(registry);
  declare_comparable(registry);
  declare_failures(registry);
}

} // namespace vmperf::bench
