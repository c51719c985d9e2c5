// Policies in the kernel's words, and what each decides: which nodes a page may come from, in which
// order, as seen from the node of the CPU that asks; or, for the two that interleave, which node a
// page of a range is by its number.
//
//   local                the CPU's node, then the others, nearest first
//   preferred            one node, then the others, nearest to it first
//   preferred_many       of some nodes the nearest, then those farther off, then all others
//   bind                 of some nodes the nearest, then those farther off, and no other
//   interleave           page p of the address space: node p mod n of the n given
//   weighted_interleave  page p: p mod the sum of weights, in runs of a node's weight
//
// Immutable; O(1) a decision, O(n^2 log n) to make. Sources: Linux,
// Documentation/admin-guide/mm/numa_memory_policy.rst and mm/mempolicy.c (offset_il_node(),
// weighted_interleave_nid()): both count pages of the address space, not of the range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "vmperf/numa/topology.hpp"

namespace vmperf::numa {

enum class Policy : std::uint8_t {
  local,
  interleave,
  weighted_interleave,
  bind,
  preferred,
  preferred_many,
};

[[nodiscard]] const char *word_of(Policy policy) noexcept;
/// InvalidArgumentError for another word.
[[nodiscard]] Policy to_policy(std::string_view word);
[[nodiscard]] constexpr bool interleaves(Policy policy) noexcept {
  return policy == Policy::interleave || policy == Policy::weighted_interleave;
}
/// Whether it asks which CPU the thread is on.
[[nodiscard]] constexpr bool follows_cpu(Policy policy) noexcept {
  return policy == Policy::local || policy == Policy::bind || policy == Policy::preferred_many;
}

class Decisions {
public:
  /// `nodes` are numbers; none given are all that have memory, for the policies that interleave.
  /// InvalidArgumentError where one is absent or given twice, `local` is given any, `preferred`
  /// not one, `bind` or `preferred_many` none, or weights are given to another policy, are not one
  /// a node, above 255, or sum to 0.
  Decisions(const Topology &topology, Policy policy, const std::vector<int> &nodes,
            const std::vector<unsigned> &weights);

  [[nodiscard]] Policy policy() const noexcept { return policy_; }
  /// Indices of the nodes that were given, as given; of `local` none.
  [[nodiscard]] const std::vector<std::size_t> &nodes() const noexcept { return nodes_; }

  /// Indices of nodes in the order in which they are tried for a CPU of a node; not for policies
  /// that interleave.
  [[nodiscard]] const std::vector<std::size_t> &order(std::size_t cpu_node) const noexcept {
    return orders_[cpu_node];
  }
  /// Of policies that interleave: the node of a page by the number of its address.
  [[nodiscard]] std::size_t of_page(std::uintptr_t page) const noexcept {
    return cycle_[page % cycle_.size()];
  }

private:
  void resolve(const Topology &topology, const std::vector<int> &nodes);
  void make_cycle(const std::vector<unsigned> &weights);
  void make_orders(const Topology &topology);

  Policy policy_;
  std::vector<std::size_t> nodes_;
  std::vector<std::size_t> cycle_;
  std::vector<std::vector<std::size_t>> orders_; // by the node of the CPU
};

} // namespace vmperf::numa
