// What a benchmark measures. run(n) HOLDS the loop and does n ops, so that the op is timed inlined,
// as its user would have it, never through an indirection per op. verify() proves the work was
// done. A workload is used by one thread; make() and verify() are outside the timed region.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "vmperf/bench/latency.hpp"
#include "vmperf/bench/sink.hpp"

namespace vmperf::bench {

class Report; // report.hpp

/// The outcome of verify(): empty `fault` means that the work was proved.
struct Verification {
  std::string fault;

  [[nodiscard]] bool ok() const noexcept { return fault.empty(); }
  static Verification passed() { return {}; }
  static Verification failed(std::string why) { return {std::move(why)}; }
};

class Workload {
public:
  Workload() = default;
  Workload(const Workload &) = delete;
  Workload &operator=(const Workload &) = delete;
  Workload(Workload &&) = delete;
  Workload &operator=(Workload &&) = delete;
  virtual ~Workload() = default;

  /// Does n ops and returns a checksum that depends on the work.
  virtual std::uint64_t run(std::uint64_t n) = 0;

  /// Untimed work before each run(n): refill, dirty, fill the nursery. With max_n() = 1 it comes
  /// before every op, so that one collection or one first touch is timed alone.
  virtual void prepare(std::uint64_t n) { static_cast<void>(n); }

  /// Delivers what the benchmark declares beside time; never timed (report.hpp).
  virtual void report(Report &report) { static_cast<void>(report); }

  /// Of a latency benchmark: n ops, each between begin() and end() of the recorder. The default
  /// stamps run(1), a virtual call that the design `null` has too; override it to inline the op.
  virtual std::uint64_t run_stamped(std::uint64_t n, LatencyRecorder &recorder) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      recorder.begin();
      sum = run(1);
      recorder.end();
    }
    return sum;
  }

  /// Proves that run() did its work, on the state that run() left behind.
  [[nodiscard]] virtual Verification verify() = 0;

  /// The most ops one run() may do: a longer batch is taken in pieces, each prepared and timed for
  /// itself. 1 where an op uses up what prepare() made.
  [[nodiscard]] virtual std::uint64_t max_n() const noexcept { return kUnlimited; }

  /// How many inlined copies of the op run_copies() can time: 1 where the op is not a functor.
  [[nodiscard]] virtual unsigned max_copies() const noexcept { return 1; }

  /// As run(), with 1, 2 or 4 inlined copies of the op in each iteration.
  virtual std::uint64_t run_copies(unsigned copies, std::uint64_t n) {
    static_cast<void>(copies);
    return run(n);
  }

  static constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 62U;
};

using WorkloadPtr = std::unique_ptr<Workload>;

/// An op that does nothing.
class NullWorkload final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      asm volatile("");
    }
    return 0;
  }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }
};

/// A workload from an inlined functor or lambda `std::uint64_t op(std::uint64_t i)`, called with i
/// = 0, 1, 2, ...: the harness also times turns of 2 and 4 ops, each with an i of its own, and time
/// must scale. Each value that op returns is computed. A small op that is trivially copyable is
/// kept in registers during a batch, as at its user's; any other one works where it is, since to
/// copy it would be timed. `Check` is `Verification check(const Op &)`.
template <class Op, class Check> class FunctorWorkload final : public Workload {
public:
  FunctorWorkload(Op op, Check check) : op_(std::move(op)), check_(std::move(check)) {}

  std::uint64_t run(std::uint64_t n) override { return loop<1>(n); }
  [[nodiscard]] Verification verify() override { return check_(std::as_const(op_)); }
  [[nodiscard]] unsigned max_copies() const noexcept override { return 4; }

  std::uint64_t run_copies(unsigned copies, std::uint64_t n) override {
    if (copies == 4) {
      return loop<4>(n);
    }
    return copies == 2 ? loop<2>(n) : loop<1>(n);
  }

private:
  static constexpr std::size_t kMostInRegisters = 128; ///< bytes: 16 registers
  static constexpr bool kInRegisters = sizeof(Op) <= kMostInRegisters &&
                                       std::is_trivially_copyable_v<Op> &&
                                       std::is_copy_constructible_v<Op>;

  template <unsigned Copies> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    if constexpr (kInRegisters) {
      Op op = op_;
      const std::uint64_t last = turns<Copies>(op, n);
      std::construct_at(std::addressof(op_), op); // lambdas cannot be assigned
      return last;
    } else {
      return turns<Copies>(op_, n);
    }
  }

  template <unsigned Copies>
  [[gnu::always_inline]] static std::uint64_t turns(Op &op, std::uint64_t n) {
    std::uint64_t last = 0;
    const auto one = [&op, &last](std::uint64_t i) {
      last = static_cast<std::uint64_t>(op(i));
      asm volatile("" : : "r"(last)); // computed; memory and other registers are left alone
    };
    for (std::uint64_t i = 0; i < n * Copies; i += Copies) {
      one(i);
      if constexpr (Copies >= 2) {
        one(i + 1);
      }
      if constexpr (Copies == 4) {
        one(i + 2);
        one(i + 3);
      }
    }
    return last;
  }

  Op op_;
  Check check_;
};

template <class Op, class Check> WorkloadPtr make_functor_workload(Op op, Check check) {
  return std::make_unique<FunctorWorkload<Op, Check>>(std::move(op), std::move(check));
}

} // namespace vmperf::bench
