// What several benchmark files of this component use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/table.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::memops {

/// One buffer of each side per place, `at` bytes from a and from b, in drawn order: as many as fill
/// the working set. By the axes src_align and working_set_bytes.
struct Places {
  os::Mapping memory;
  std::byte *a, *b; ///< the same where there is one side
  std::vector<std::size_t> at;
};
[[nodiscard]] Places make_places(const bench::Params &params, std::size_t sides, std::size_t n);

/// The size distributions of api_mix.cpp.
[[nodiscard]] std::vector<bench::Value> mix_names();

} // namespace vmperf::memops
