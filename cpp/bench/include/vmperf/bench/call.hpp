// Times a C function behind a pointer that is known at run time only. Integers and pointers travel
// in one class of registers, floating-point numbers in another, each in order (System V AMD64 ABI
// section 3.2.3, AAPCS64 section 6.8), so that the counts of both decide the call, whatever their
// mix: one loop for each pair of counts. A float is a double register whose low half it fills.
// Beside the target an empty function of the same counts is called by the same loop, in the same
// rounds: what the call itself costs. It is shown, never subtracted. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/bench/runner.hpp"

namespace vmperf::bench {

inline constexpr std::size_t kMostIntegers = 6; ///< registers that both ABIs have
inline constexpr std::size_t kMostReals = 8;

struct CCall {
  void *address = nullptr;
  bool returns_real = false;           ///< float or double; else integer, pointer or nothing
  std::vector<std::uint64_t> integers; ///< extended to 64 bits as their type says
  std::vector<double> reals;           ///< bit patterns of the registers
};

/// A workload whose op is one call. InvalidArgumentError for a null address or too many arguments.
[[nodiscard]] WorkloadPtr make_call_workload(const CCall &call);

/// The same call of a function that does nothing.
[[nodiscard]] CCall empty_like(const CCall &call);

/// Measures two workloads interleaved, as designs of one benchmark; the first is the target. Makers
/// are called again for each placement.
[[nodiscard]] std::vector<CaseResult> measure_call(const Maker &target, const Maker &empty,
                                                   const Settings &settings);

/// Calls the target up to 1024 times, at most 50 ms long, in a forked child; MeasurementError
/// (crashed, timed_out) where it doesn't survive that or takes longer than `timeout_ns`.
void probe_call(const CCall &call, std::int64_t timeout_ns);

} // namespace vmperf::bench
