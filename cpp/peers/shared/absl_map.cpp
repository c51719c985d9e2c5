// absl::flat_hash_map as a design of the API "tlb", in a shared library of its own: it has to be
// linked, which the module must not be, as it is to load where Abseil is absent.
// Source: Abseil, absl/container/flat_hash_map.h.
#include "absl_map.hpp"

#include <absl/base/config.h>
#include <absl/container/flat_hash_map.h>

#include <exception>

#include "vmperf/bench/sink.hpp"
#include "vmperf/tlb/api/map_design.hpp"

namespace {

using Design = vmperf::tlb::MapDesign<absl::flat_hash_map<std::uint64_t, vmperf::tlb::MapEntry>>;

#define VMPERF_TEXT_OF(x) #x
#define VMPERF_TEXT(x) VMPERF_TEXT_OF(x)

} // namespace

struct VmperfAbslMap {
  Design design;
};

namespace {

VmperfAbslMap *make(std::size_t entries) {
  try {
    return new VmperfAbslMap{Design(entries)};
  } catch (const std::exception &) {
    return nullptr;
  }
}

void drop(VmperfAbslMap *map) {
  delete map;
}

void fill(VmperfAbslMap *map, std::uint64_t va, std::uint64_t pa) {
  map->design.fill(va, pa);
}

void flush(VmperfAbslMap *map) {
  map->design.flush();
}

std::uint64_t lookup(const VmperfAbslMap *map, std::uint64_t va) {
  return map->design.reader().lookup(va);
}

std::uint64_t sum(const VmperfAbslMap *map, const std::uint64_t *vas, std::size_t n) {
  const auto reader = map->design.reader();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t pa = reader.lookup(vas[i]);
    vmperf::bench::sink(pa);
    total += pa;
  }
  return total;
}

std::uint64_t chase(const VmperfAbslMap *map, std::uint64_t va, std::uint64_t n) {
  const auto reader = map->design.reader();
  for (std::uint64_t i = 0; i < n; ++i) {
    va = vmperf::bench::opaque(reader.lookup(va));
  }
  return va;
}

} // namespace

extern "C" [[gnu::visibility("default")]] const VmperfAbslApi *vmperf_absl_api_1() {
  static constexpr VmperfAbslApi api{
      .make = make,
      .drop = drop,
      .fill = fill,
      .flush = flush,
      .lookup = lookup,
      .sum = sum,
      .chase = chase,
#ifdef ABSL_LTS_RELEASE_VERSION
      .version = VMPERF_TEXT(ABSL_LTS_RELEASE_VERSION),
#else
      .version = "head",
#endif
  };
  return &api;
}
