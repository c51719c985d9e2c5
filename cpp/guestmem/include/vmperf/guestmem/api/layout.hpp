// The memory that a workload of guest memory has, read from a case's axes, with contents that every
// address tells by itself: a wrong address gives a wrong value. Used by benches, designs and peers
// only. Plain values; making one is O(1), filling O(working set).
//
//   working set   |  part 0  |  part 1  | ... |  part 7  |
//   region r      [ start_r ... start_r + r * part | part r | ... ]
// Each part lies at an offset of its own, so that they do not meet in the sets of a cache.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/bench/params.hpp"
#include "vmperf/guestmem/region.hpp"

namespace vmperf::guestmem {

struct Layout {
  std::vector<Region> regions;
  std::vector<Region> devices; ///< beside the regions; no access goes there
  bool track_dirty = false;
  std::uint64_t working_set_bytes = 0;
  std::uint64_t seed = bench::Params::kDefaultSeed;

  /// Axes layout (one, regions, mmio, dirty; without it: dirty), working_set_bytes.
  [[nodiscard]] static Layout from(const bench::Params &params);

  /// Where the byte `offset` of the working set is.
  [[nodiscard]] std::uint64_t address(std::uint64_t offset) const noexcept {
    return regions[offset / part_bytes()].start + offset;
  }
  [[nodiscard]] std::uint64_t part_bytes() const noexcept {
    return working_set_bytes / regions.size();
  }
  /// The first contents of the 8 bytes at gpa, a multiple of 8.
  [[nodiscard]] std::uint64_t word(std::uint64_t gpa) const noexcept {
    const std::uint64_t mixed = (gpa / 8 + seed) * 0x9e3779b97f4a7c15;
    return mixed ^ mixed >> 29U;
  }
  /// The first contents of a scalar.
  template <class T> [[nodiscard]] T value(std::uint64_t gpa) const noexcept {
    return static_cast<T>(word(gpa & ~std::uint64_t{7}) >> (8 * (gpa % 8)));
  }
  /// The contents of a range of the working set, multiples of 8.
  void contents(std::uint64_t gpa, std::span<std::byte> to) const noexcept;

  /// `count` addresses drawn from the working set: multiples of `align` from which size_bytes stay
  /// in their part.
  [[nodiscard]] std::vector<std::uint64_t> draw(std::size_t count, std::uint64_t size_bytes,
                                                std::uint64_t align, std::uint64_t stream) const;
};

/// Gives the working set its first contents, by the design's own writes.
template <class D> void fill(D &design, const Layout &layout) {
  std::vector<std::byte> piece(std::min<std::size_t>(layout.part_bytes(), 65536));
  for (std::uint64_t at = 0; at < layout.working_set_bytes; at += piece.size()) {
    const std::uint64_t gpa = layout.address(at);
    layout.contents(gpa, piece);
    design.write(gpa, piece.data(), piece.size());
  }
}

} // namespace vmperf::guestmem
