// Topology: nodes of memory, their CPUs, and what is known of the ways between them. Read from the
// machine (distance alone: a kernel knows no nanoseconds), or a model that the caller gives and
// answers for. A distance is a ratio by convention (10 = the node itself): nothing here makes a
// latency of it. What a topology does not know is an empty matrix, and whoever needs it says so.
//
//   index    0 ... n-1, of every matrix; number(index) is what the kernel calls the node, in a
//            model the same
//   row      the node of the CPU that accesses; column: the node of the page
//
// O(1) a look-up, O(n^2) to make. Immutable: safe from any thread.
// Source: ACPI 6.5, 5.2.17 (System Locality Information Table); kernel, sysfs-devices-node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vmperf/numa/matrix.hpp"

namespace vmperf::numa {

/// What a topology, and each figure that comes of it, rests on.
enum class Provenance : std::uint8_t { measured, modelled };
[[nodiscard]] const char *word_of(Provenance provenance) noexcept;

inline constexpr std::size_t kMostNodes = 255; ///< a page's node is a byte

/// What a model is made of; an empty matrix is one that is not known.
struct Model {
  Matrix distance;                    ///< symmetric, > 0
  Matrix latency_ns;                  ///< of one dependent access, > 0
  Matrix bandwidth_gbs;               ///< of the way from a node's CPUs to a node's memory, > 0
  std::vector<double> controller_gbs; ///< of a node's memory, > 0
  std::vector<std::vector<int>> cpus; ///< of each node; none given: CPU i is node i's
};

class Topology {
public:
  /// InvalidArgumentError for no nodes or too many, a matrix of another shape, entries that are not
  /// finite and above 0, a distance that is not symmetric, a CPU that is negative or of two nodes.
  [[nodiscard]] static Topology model(Model given);
  /// The machine's own. UnsupportedError where the kernel shows none.
  [[nodiscard]] static Topology real();

  [[nodiscard]] std::size_t n_nodes() const noexcept { return numbers_.size(); }
  [[nodiscard]] int number(std::size_t index) const noexcept { return numbers_[index]; }
  [[nodiscard]] std::span<const int> numbers() const noexcept { return numbers_; }
  /// The index of the node with this number; nothing where it is absent.
  [[nodiscard]] std::optional<std::size_t> index_of(int number) const noexcept;
  [[nodiscard]] const std::vector<std::vector<int>> &cpus() const noexcept { return given_.cpus; }
  /// Index of the node whose CPU it is; nothing where it is no node's.
  [[nodiscard]] std::optional<std::size_t> node_of_cpu(int cpu) const noexcept;
  [[nodiscard]] const std::vector<bool> &has_memory() const noexcept { return has_memory_; }
  [[nodiscard]] Provenance provenance() const noexcept { return provenance_; }

  [[nodiscard]] const Matrix &distance() const noexcept { return given_.distance; }
  [[nodiscard]] const Matrix &latency_ns() const noexcept { return given_.latency_ns; }
  [[nodiscard]] const Matrix &bandwidth_gbs() const noexcept { return given_.bandwidth_gbs; }
  [[nodiscard]] const std::vector<double> &controller_gbs() const noexcept {
    return given_.controller_gbs;
  }

  /// All nodes, nearest first as seen from one: by distance, and of those that are equally far the
  /// next one in a circle, which spreads what overflows. The kernel's order of fallback, but for
  /// its count of how often a node was chosen so.
  [[nodiscard]] std::vector<std::size_t> nearest_first(std::size_t from) const;

private:
  Model given_;
  std::vector<int> numbers_;
  std::vector<bool> has_memory_;
  Provenance provenance_ = Provenance::modelled;
};

} // namespace vmperf::numa
