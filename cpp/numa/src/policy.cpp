#include "vmperf/numa/policy.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"

namespace vmperf::numa {
namespace {

constexpr std::array<const char *, 6> kWords{"local", "interleave", "weighted_interleave",
                                             "bind",  "preferred",  "preferred_many"};
constexpr unsigned kMostWeight = 255; // the kernel's

[[noreturn]] void refuse_nodes(const std::string &given, const std::string &allowed) {
  throw InvalidArgumentError("nodes", given, allowed);
}

void check_count(Policy policy, std::size_t n) {
  const std::string given = std::to_string(n) + " nodes";
  if (policy == Policy::local && n != 0) {
    refuse_nodes(given, "none with 'local'");
  }
  if (policy == Policy::preferred && n != 1) {
    refuse_nodes(given, "one with 'preferred'");
  }
  if ((policy == Policy::bind || policy == Policy::preferred_many) && n == 0) {
    refuse_nodes(given, std::string("one at least with '") + word_of(policy) + "'");
  }
}

std::vector<int> with_memory(const Topology &topology) {
  std::vector<int> out;
  for (std::size_t node = 0; node < topology.n_nodes(); ++node) {
    if (topology.has_memory()[node]) {
      out.push_back(topology.number(node));
    }
  }
  return out;
}

} // namespace

const char *word_of(Policy policy) noexcept {
  return kWords[static_cast<std::size_t>(policy)];
}

Policy to_policy(std::string_view word) {
  std::string allowed;
  for (std::size_t at = 0; at < kWords.size(); ++at) {
    if (word == kWords[at]) {
      return static_cast<Policy>(at);
    }
    allowed += (at == 0 ? "" : ", ") + std::string(kWords[at]);
  }
  throw InvalidArgumentError("policy", "'" + std::string(word) + "'", allowed);
}

Decisions::Decisions(const Topology &topology, Policy policy, const std::vector<int> &nodes,
                     const std::vector<unsigned> &weights)
    : policy_(policy) {
  check_count(policy, nodes.size());
  if (!weights.empty() && policy != Policy::weighted_interleave) {
    throw InvalidArgumentError("weights", "given", "none but with 'weighted_interleave'");
  }
  resolve(topology, nodes.empty() && interleaves(policy) ? with_memory(topology) : nodes);
  if (interleaves(policy)) {
    std::ranges::sort(nodes_); // the kernel has a set
    make_cycle(weights);
  } else {
    make_orders(topology);
  }
}

void Decisions::resolve(const Topology &topology, const std::vector<int> &nodes) {
  for (const int number : nodes) {
    const auto node = topology.index_of(number);
    if (!node) {
      refuse_nodes("with node " + std::to_string(number) + ", which is absent",
                   "nodes of the topology");
    }
    if (std::ranges::find(nodes_, *node) != nodes_.end()) {
      refuse_nodes("with node " + std::to_string(number) + " twice", "each once");
    }
    nodes_.push_back(*node);
  }
}

// Weights are those of the nodes in ascending order.
void Decisions::make_cycle(const std::vector<unsigned> &weights) {
  if (policy_ == Policy::interleave) {
    cycle_ = nodes_;
    return;
  }
  if (weights.size() != nodes_.size()) {
    throw InvalidArgumentError("weights", std::to_string(weights.size()) + " weights",
                               std::to_string(nodes_.size()) + ", one a node");
  }
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    if (weights[at] > kMostWeight) {
      throw InvalidArgumentError("weights", "with " + std::to_string(weights[at]), "0 to 255");
    }
    cycle_.insert(cycle_.end(), weights[at], nodes_[at]);
  }
  if (cycle_.empty()) {
    throw InvalidArgumentError("weights", "of a sum of 0", "one above 0 at least");
  }
}

void Decisions::make_orders(const Topology &topology) {
  const auto is_given = [&](std::size_t node) {
    return std::ranges::find(nodes_, node) != nodes_.end();
  };
  for (std::size_t cpu_node = 0; cpu_node < topology.n_nodes(); ++cpu_node) {
    std::vector<std::size_t> order =
        topology.nearest_first(policy_ == Policy::preferred ? nodes_.front() : cpu_node);
    if (policy_ == Policy::bind || policy_ == Policy::preferred_many) {
      std::vector<std::size_t> given;
      std::vector<std::size_t> others;
      for (const std::size_t node : order) {
        (is_given(node) ? given : others).push_back(node);
      }
      if (policy_ == Policy::preferred_many) {
        given.insert(given.end(), others.begin(), others.end());
      }
      order = std::move(given);
    }
    orders_.push_back(std::move(order));
  }
}

} // namespace vmperf::numa
