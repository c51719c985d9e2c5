// How pool/shared reads its axes.
#include <cstddef>

#include "vmperf/pool/api/shared.hpp"

namespace vmperf::pool {
namespace {

constexpr std::size_t kMostThreads = 1024;
constexpr std::size_t kMostBatch = std::size_t{1} << 20U;

} // namespace

SharedSetup SharedSetup::from(const bench::Params &params) {
  return {
      .item_bytes = params.get_size("item_size_bytes", sizeof(std::uint64_t)),
      .threads = static_cast<unsigned>(params.get_size("threads", 1, kMostThreads)),
      .frees = params.get_choice<Frees>(
          "frees", {{"local", Frees::local}, {"handed_over", Frees::handed_over}}),
      .batch = params.get_size("batch", 1, kMostBatch),
      .magazine_capacity = params.get_size("magazine_capacity", 1),
  };
}

} // namespace vmperf::pool
