// The sections of the fingerprint; each file machine_*.cpp reads one aspect. None throws for what
// can't be read: that becomes Unknown.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "vmperf/os/machine.hpp"

namespace vmperf::os {

[[nodiscard]] Facts cpu_facts();
[[nodiscard]] Facts clock_facts();
[[nodiscard]] Facts timer_facts();
[[nodiscard]] Facts power_facts();
[[nodiscard]] Facts memory_facts();
[[nodiscard]] Facts os_facts();
[[nodiscard]] Facts build_facts();
[[nodiscard]] Facts allocator_facts();
[[nodiscard]] Facts state_facts();

/// CPUs' worth of time that control groups allow this process, or "none".
[[nodiscard]] Fact cpu_quota_fact();
/// What each NUMA node holds now: hypervisors add and take memory while a guest runs.
[[nodiscard]] Fact node_memory_facts();

/// A text as a fact, Unknown where it is empty.
[[nodiscard]] inline Fact text_or(std::string text, std::string reason) {
  return text.empty() ? Fact(Unknown{std::move(reason)}) : Fact(std::move(text));
}

/// An optional number likewise.
template <class T> [[nodiscard]] Fact value_or(const std::optional<T> &value, std::string reason) {
  return value ? Fact(*value) : Fact(Unknown{std::move(reason)});
}

/// A list of facts from any range.
template <class Range> [[nodiscard]] Fact::List list_of(const Range &range) {
  return Fact::List(range.begin(), range.end());
}

} // namespace vmperf::os
