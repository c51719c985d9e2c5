#include "vmperf/gc/marker_options.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::gc {
namespace {

template <class E> using Words = std::array<std::pair<std::string_view, E>, 3>;
constexpr Words<MarkPolicy> kPolicies{{{"steal", MarkPolicy::steal},
                                       {"static", MarkPolicy::static_split},
                                       {"packets", MarkPolicy::packets}}};
constexpr Words<MarkQueue> kQueues{
    {{"lifo", MarkQueue::lifo}, {"fifo", MarkQueue::fifo}, {"ring", MarkQueue::ring}}};

template <class E> E find(const Words<E> &words, const char *argument, std::string_view word) {
  std::string allowed;
  for (const auto &[name, value] : words) {
    if (name == word) {
      return value;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  }
  throw InvalidArgumentError(argument, "'" + std::string(word) + "'", allowed);
}
template <class E> std::string_view name_of(const Words<E> &words, E value) {
  return std::ranges::find(words, value, &std::pair<std::string_view, E>::second)->first;
}

void require(const char *argument, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value < least || value > most) {
    throw InvalidArgumentError(argument, std::to_string(value),
                               std::to_string(least) + " to " + std::to_string(most));
  }
}

} // namespace

MarkPolicy mark_policy(std::string_view word) {
  return find(kPolicies, "policy", word);
}
MarkQueue mark_queue(std::string_view word) {
  return find(kQueues, "queue", word);
}
std::string_view to_word(MarkPolicy policy) {
  return name_of(kPolicies, policy);
}
std::string_view to_word(MarkQueue queue) {
  return name_of(kQueues, queue);
}

void MarkerOptions::check() const {
  require("workers", workers, 1, kMostWorkers);
  require("chunk", chunk, 64, std::uint64_t{1} << 20U);
  require("stack_limit", stack_limit, 16, std::uint64_t{1} << 40U);
}

std::size_t MarkerOptions::started(std::uint64_t live_bytes) const {
  std::uint64_t n = workers;
  if (limit_to_cpus && n > 1) {
    n = std::min<std::uint64_t>(n, os::allowed_cpus().size());
  }
  if (bytes_per_worker != 0) {
    n = std::min(n, live_bytes / bytes_per_worker);
  }
  return static_cast<std::size_t>(std::max<std::uint64_t>(n, 1));
}

MarkWorkerStats MarkStats::total() const noexcept {
  MarkWorkerStats sum;
  for (const MarkWorkerStats &one : workers) {
    sum.marked += one.marked;
    sum.scanned += one.scanned;
    sum.stolen += one.stolen;
    sum.attempts += one.attempts;
    sum.shared += one.shared;
    sum.idle_ns += one.idle_ns;
  }
  return sum;
}

} // namespace vmperf::gc
