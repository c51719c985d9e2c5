// How the benchmark files of this component reach each other: declare() calls the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/table.hpp"

namespace vmperf::memops {

void declare_scans(bench::Registry &registry);
void declare_guest(bench::Registry &registry);
void declare_tearing(bench::Registry &registry);
void declare_python_calls(bench::Registry &registry);
void declare_python_batches(bench::Registry &registry);
void declare_designs(bench::Registry &registry);

/// Sizes of a distribution of benches_mix.cpp; empty for a name that is none.
[[nodiscard]] std::vector<std::uint32_t> draw_sizes(std::string_view mix, std::size_t count);
[[nodiscard]] std::vector<bench::Value> mix_names();

} // namespace vmperf::memops
