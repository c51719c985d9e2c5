#include "real.hpp"

#include <algorithm>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::numa {
namespace {

std::string joined(const std::vector<unsigned> &values) {
  std::string out;
  for (const unsigned value : values) {
    out += (out.empty() ? "" : ", ") + std::to_string(value);
  }
  return out;
}

// Of the nodes that are given, or all; ascending, as Decisions takes them.
std::vector<unsigned> kernel_weights(const Topology &topology, const std::vector<int> &nodes) {
  const auto all = os::interleave_weights();
  if (!all || all->size() != topology.n_nodes()) {
    throw UnsupportedError("this kernel shows no /sys/kernel/mm/mempolicy/weighted_interleave: "
                           "Linux 6.9 does");
  }
  std::vector<unsigned> out;
  for (std::size_t node = 0; node < topology.n_nodes(); ++node) {
    const bool is_given =
        nodes.empty() || std::ranges::find(nodes, topology.number(node)) != nodes.end();
    if (is_given && topology.has_memory()[node]) {
      out.push_back((*all)[node]);
    }
  }
  return out;
}

} // namespace

os::MemoryPolicy kernel_policy(Policy policy) noexcept {
  switch (policy) {
  case Policy::local:
    return os::MemoryPolicy::local;
  case Policy::interleave:
    return os::MemoryPolicy::interleave;
  case Policy::weighted_interleave:
    return os::MemoryPolicy::weighted_interleave;
  case Policy::bind:
    return os::MemoryPolicy::bind;
  case Policy::preferred:
    return os::MemoryPolicy::preferred;
  case Policy::preferred_many:
    return os::MemoryPolicy::preferred_many;
  }
  return os::MemoryPolicy::by_default;
}

std::vector<int> numbers_of(const Topology &topology, const std::vector<std::size_t> &nodes) {
  std::vector<int> out;
  out.reserve(nodes.size());
  for (const std::size_t node : nodes) {
    out.push_back(topology.number(node));
  }
  return out;
}

Decisions decide(const Topology &topology, const NumaOptions &options) {
  if (options.mode == Mode::model) {
    return {topology, options.policy, options.nodes, options.weights};
  }
  if (topology.provenance() != Provenance::measured) {
    throw InvalidArgumentError("topology", "a model", "Topology.real() in real mode");
  }
  const os::Mapping probe(os::page_bytes());
  if (!options.nodes.empty()) {
    os::bind_memory(probe.data(), probe.size_bytes(), kernel_policy(options.policy), options.nodes);
  }
  if (options.policy != Policy::weighted_interleave) {
    return {topology, options.policy, options.nodes, options.weights};
  }
  const std::vector<unsigned> weights = kernel_weights(topology, options.nodes);
  if (!options.weights.empty() && options.weights != weights) {
    throw UnsupportedError("the kernel weighs these nodes " + joined(weights) +
                           ": write others to /sys/kernel/mm/mempolicy/weighted_interleave");
  }
  return {topology, options.policy, options.nodes, weights};
}

} // namespace vmperf::numa
