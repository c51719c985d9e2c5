#include "vmperf/trace/events.hpp"

#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/trace/builder.hpp"

namespace vmperf::trace {
namespace {

template <class T>
void check_length(const char *name, std::span<const T> column, std::size_t n, bool may_miss) {
  if (column.size() != n && !(may_miss && column.empty())) {
    throw InvalidArgumentError(std::string("the length of ") + name, std::to_string(column.size()),
                               std::to_string(n) + ", as kind has");
  }
}

void check(const Events &events) {
  const std::size_t n = events.kind.size();
  check_length("address", events.address, n, false);
  check_length("size_bytes", events.size_bytes, n, false);
  check_length("time_ns", events.time_ns, n, true);
  check_length("thread", events.thread, n, true);
  check_length("old_address", events.old_address, n, true);
  check_length("alignment_log2", events.alignment_log2, n, true);
}

[[noreturn]] void refuse(const char *what, std::uint64_t value, std::size_t i,
                         const char *allowed) {
  throw InvalidArgumentError(std::string(what) + "[" + std::to_string(i) + "]",
                             std::to_string(value), allowed);
}

template <class T> T at(std::span<const T> column, std::size_t i, T otherwise) {
  return column.empty() ? otherwise : column[i];
}

void add(const Events &events, std::size_t i, std::uint64_t time_ns, Builder &builder) {
  // Read once: the caller may write to its arrays meanwhile.
  const auto kind = static_cast<Kind>(events.kind[i]);
  const std::uint64_t thread = at(events.thread, i, std::uint64_t{0});
  const std::uint64_t address = events.address[i];
  const unsigned log2 = at(events.alignment_log2, i, std::uint8_t{0});
  if (static_cast<std::size_t>(kind) >= kKinds) {
    refuse("kind", static_cast<std::uint64_t>(kind), i, "0 to 4");
  }
  if (log2 > 63) {
    refuse("alignment_log2", log2, i, "0 to 63");
  }
  switch (kind) {
  case Kind::free:
    builder.free(time_ns, thread, address);
    break;
  case Kind::realloc:
    builder.reallocate(time_ns, thread, at(events.old_address, i, address), address,
                       events.size_bytes[i]);
    break;
  default:
    builder.allocate(kind, time_ns, thread, address, events.size_bytes[i],
                     kind == Kind::aligned ? log2 : 0);
    break;
  }
}

} // namespace

AllocationTrace from_events(const Events &events) {
  check(events);
  AllocationTrace trace;
  trace.header.clock = events.time_ns.empty() ? "steps" : "given";
  trace.header.source = events.source;
  Builder builder(trace.header, trace.ops);
  std::uint64_t last_ns = 0;
  for (std::size_t i = 0; i < events.kind.size(); ++i) {
    const std::uint64_t time_ns = at(events.time_ns, i, std::uint64_t{i});
    if (time_ns < last_ns) {
      refuse("time_ns", time_ns, i, "not before the one before it");
    }
    last_ns = time_ns;
    add(events, i, time_ns, builder);
  }
  trace.n_slots = builder.n_slots();
  trace.n_threads = builder.n_threads();
  return trace;
}

} // namespace vmperf::trace
