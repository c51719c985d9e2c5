// ankerl::unordered_dense::map from page number to entry, reserved, with its own hash. Compiled in
// where its header is found. Source: martinus/unordered_dense, include/ankerl/unordered_dense.h.
#include <cstdint>
#include <string>

#include "vmperf/bench/registry.hpp"
#include "vmperf/tlb/api.hpp"
#include "vmperf/tlb/api/map_design.hpp"

#if __has_include(<ankerl/unordered_dense.h>)
#include <ankerl/unordered_dense.h>
#define VMPERF_HAS_UNORDERED_DENSE 1
#else
#include <unordered_map>
#endif

namespace vmperf::peers {
namespace {

#ifdef VMPERF_HAS_UNORDERED_DENSE

using Map = ankerl::unordered_dense::map<std::uint64_t, tlb::MapEntry>;

bench::Availability probe() {
  return {
      .status = bench::Status::ok,
      .reason = "",
      .version = std::to_string(ANKERL_UNORDERED_DENSE_VERSION_MAJOR) + "." +
                 std::to_string(ANKERL_UNORDERED_DENSE_VERSION_MINOR) + "." +
                 std::to_string(ANKERL_UNORDERED_DENSE_VERSION_PATCH),
  };
}

#else

using Map = std::unordered_map<std::uint64_t, tlb::MapEntry>; // never measured

bench::Availability probe() {
  return {.status = bench::Status::not_installed,
          .reason = "built without ankerl/unordered_dense.h: put the header of "
                    "github.com/martinus/unordered_dense on the include path (CPATH) and rebuild",
          .version = ""};
}

#endif

} // namespace

void declare_unordered_dense(bench::Registry &registry) {
  tlb::add_tlb_design<tlb::MapDesign<Map>>(
      registry, "unordered_dense",
      "ankerl::unordered_dense::map, reserved: an array of pairs and an index, inlined")
      .peer()
      .available(probe);
}

} // namespace vmperf::peers
