#include <cstring>

#include "vmperf/base/align.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/guestmem/api/layout.hpp"
#include "vmperf/guestmem/api/range_workloads.hpp"

namespace vmperf::guestmem {
namespace {

// From one region's start to the next: eight of them lie below 4 GiB, so that tables of addresses
// take 4 bytes an entry.
constexpr std::uint64_t kApart = std::uint64_t{1} << 29U;
constexpr std::uint64_t kLeast = 4096, kMost = kApart / 2;
constexpr std::uint64_t kRegions = 8, kRegionAlign = std::uint64_t{1} << 21U;

enum class Kind : std::uint8_t { one, regions, mmio, dirty };

} // namespace

Layout Layout::from(const bench::Params &params) {
  const Kind kind = params.has("layout")
                        ? params.get_choice<Kind>("layout", {{"one", Kind::one},
                                                             {"regions", Kind::regions},
                                                             {"mmio", Kind::mmio},
                                                             {"dirty", Kind::dirty}})
                        : Kind::dirty;
  Layout layout;
  layout.seed = params.seed();
  const std::uint64_t n_regions = kind == Kind::one ? 1 : kRegions;
  const std::uint64_t asked = params.get_size("working_set_bytes", kLeast, kMost);
  layout.working_set_bytes = align_up(asked, kLeast * kRegions);
  for (std::uint64_t i = 0; i < n_regions; ++i) {
    layout.regions.push_back(
        {.start = i * kApart, .size_bytes = align_up(layout.working_set_bytes, kRegionAlign)});
    if (kind == Kind::mmio || kind == Kind::dirty) {
      layout.devices.push_back({.start = i * kApart + kMost + kRegionAlign, .size_bytes = 4096});
    }
  }
  layout.track_dirty = kind == Kind::dirty;
  return layout;
}

RangeSetup RangeSetup::from(const bench::Params &params) {
  RangeSetup setup{.layout = Layout::from(params),
                   .size_bytes = params.get_size("size_bytes", 8, kMost / kRegions)};
  if (!is_power_of_two(setup.size_bytes)) {
    throw InvalidArgumentError("size_bytes", std::to_string(setup.size_bytes), "powers of two");
  }
  while (setup.layout.part_bytes() < setup.size_bytes) {
    setup.layout.working_set_bytes *= 2;
  }
  for (Region &region : setup.layout.regions) {
    region.size_bytes = align_up(setup.layout.working_set_bytes, kRegionAlign);
  }
  return setup;
}

void Layout::contents(std::uint64_t gpa, std::span<std::byte> to) const noexcept {
  for (std::size_t i = 0; i < to.size(); i += 8) {
    const std::uint64_t here = word(gpa + i);
    std::memcpy(to.data() + i, &here, 8);
  }
}

std::vector<std::uint64_t> Layout::draw(std::size_t count, std::uint64_t size_bytes,
                                        std::uint64_t align, std::uint64_t stream) const {
  CounterRng rng(seed, stream);
  const std::uint64_t places = (part_bytes() - size_bytes) / align + 1;
  std::vector<std::uint64_t> gpas(count);
  for (std::uint64_t &gpa : gpas) {
    const std::uint64_t part = rng.below(regions.size());
    gpa = address(part * part_bytes() + rng.below(places) * align);
  }
  return gpas;
}

} // namespace vmperf::guestmem
