// boost::unordered_flat_map from page number to entry, reserved, with Boost's own hash and its
// mixing. Compiled in where its headers are found (Boost 1.81 or later). Source: Boost.Unordered,
// boost/unordered/unordered_flat_map.hpp.
#include <cstdint>
#include <string>

#include "vmperf/bench/registry.hpp"
#include "vmperf/tlb/api.hpp"
#include "vmperf/tlb/api/map_design.hpp"

#if __has_include(<boost/unordered/unordered_flat_map.hpp>)
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/version.hpp>
#define VMPERF_HAS_BOOST_FLAT_MAP 1
#else
#include <unordered_map>
#endif

namespace vmperf::peers {
namespace {

#ifdef VMPERF_HAS_BOOST_FLAT_MAP

using Map = boost::unordered_flat_map<std::uint64_t, tlb::MapEntry>;

bench::Availability probe() {
  return {
      .status = bench::Status::ok,
      .reason = "",
      .version = std::to_string(BOOST_VERSION / 100000) + "." +
                 std::to_string(BOOST_VERSION / 100 % 1000) + "." +
                 std::to_string(BOOST_VERSION % 100),
  };
}

#else

using Map = std::unordered_map<std::uint64_t, tlb::MapEntry>; // never measured

bench::Availability probe() {
  return {.status = bench::Status::not_installed,
          .reason = "built without boost/unordered/unordered_flat_map.hpp: install Boost 1.81 or "
                    "later (Debian's libboost1.81-dev) and rebuild",
          .version = ""};
}

#endif

} // namespace

void declare_boost_flat_map(bench::Registry &registry) {
  tlb::add_tlb_design<tlb::MapDesign<Map>>(
      registry, "boost_flat_map", "boost::unordered_flat_map, reserved: open addressing, inlined")
      .peer()
      .available(probe);
}

} // namespace vmperf::peers
