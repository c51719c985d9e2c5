// What the benchmarks of numa share: the stated models that their axes describe, and memory that is
// placed on a node of this machine. A figure of a model is a metric, modelled_ns, and never a time.
// O(nodes^2) and O(pages); one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/numa/allocator.hpp"
#include "vmperf/numa/topology.hpp"

namespace vmperf::numa {

/// n nodes in a ring with a CPU each; latencies, ways and controllers as the axes that there are
/// say: local_ns and remote_ns, local_gbs and remote_gbs.
[[nodiscard]] Topology make_model(const bench::Params &params, std::size_t n);
[[nodiscard]] std::size_t nodes_of(const bench::Params &params);

/// The same placement, given by word: what it is on a model of n nodes for a CPU of node 0, and on
/// this machine for the CPU that the thread is on.
enum class Where : std::uint8_t { local, interleave, remote };
[[nodiscard]] NumaOptions options_of(Where where, const Topology &topology, std::size_t here);

/// Whether this machine can place pages so: of `remote` it takes two nodes.
[[nodiscard]] bench::Availability probe(Where where);

/// A block in real mode, its pages in memory and verified to be where the kernel was told.
class PlacedMemory {
public:
  PlacedMemory(Where where, std::size_t bytes);

  [[nodiscard]] std::byte *data() const noexcept { return data_; }
  /// Empty where each page is where it should be.
  [[nodiscard]] std::string fault() const;

private:
  std::unique_ptr<NumaAllocator> allocator_;
  std::byte *data_ = nullptr;
};

/// Indices of the nodes of a block's pages on a model, placed so.
[[nodiscard]] std::vector<std::uint8_t> modelled_pages(const Topology &model, Where where,
                                                       std::size_t bytes);

} // namespace vmperf::numa
