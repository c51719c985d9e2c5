// The fingerprint of the machine and of this build: a tree of plain values in a stable order, ready
// for JSON. What can't be read is Unknown with the reason, never a guess; machine() lists all of
// them once more by path under "unknown". Sections: cpu, clocks, timers, power, memory, os, build,
// allocator describe what the figures were made with; "state" holds what changes by the minute.
// Costs 10 to 50 ms (timers and clocks are measured, ptrace is tried in a forked child); safe from
// any thread. Sources: proc(5), sysfs, CPUID or AT_HWCAP, perf_event_open(2), ptrace(2).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vmperf::os {

class Fact;

/// A named value; a record is a sequence of them in a meaningful order.
struct Field;
using Facts = std::vector<Field>;

/// Why a value isn't there.
struct Unknown {
  std::string reason;
};

class Fact {
public:
  using List = std::vector<Fact>;
  using Value = std::variant<Unknown, bool, std::int64_t, double, std::string, List, Facts>;

  // Implicit: a record is written as {{"page_bytes", 4096}, {"thp", "madvise"}}.
  // NOLINTBEGIN(misc-explicit-constructor,google-explicit-constructor)
  Fact(Unknown why);
  Fact(bool value);
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Fact(T value);
  Fact(double value);
  Fact(std::string text);
  Fact(const char *text);
  Fact(std::string_view text);
  Fact(List list);
  Fact(Facts record);
  // NOLINTEND(misc-explicit-constructor,google-explicit-constructor)

  [[nodiscard]] const Value &value() const noexcept { return value_; }
  template <class T> [[nodiscard]] const T *get() const noexcept { return std::get_if<T>(&value_); }

private:
  Value value_;
};

struct Field {
  std::string name;
  Fact value;
};

// Defined here, where a Field is complete: a variant's bodies destroy what they hold.
inline Fact::Fact(Unknown why) : value_(std::move(why)) {}
inline Fact::Fact(bool value) : value_(value) {}
template <std::integral T>
  requires(!std::same_as<T, bool>)
Fact::Fact(T value) : value_(static_cast<std::int64_t>(value)) {}
inline Fact::Fact(double value) : value_(value) {}
inline Fact::Fact(std::string text) : value_(std::move(text)) {}
inline Fact::Fact(const char *text) : value_(std::string(text)) {}
inline Fact::Fact(std::string_view text) : value_(std::string(text)) {}
inline Fact::Fact(List list) : value_(std::move(list)) {}
inline Fact::Fact(Facts record) : value_(std::move(record)) {}

/// The fingerprint, read now.
[[nodiscard]] Facts machine();

/// The fact at a dotted path ("cpu.vendor"); nullptr where there is none.
[[nodiscard]] const Fact *find(const Facts &facts, std::string_view path) noexcept;

} // namespace vmperf::os
