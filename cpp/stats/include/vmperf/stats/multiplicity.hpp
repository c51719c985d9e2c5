// Many benchmarks judged at once: p values adjusted so that each can be compared with alpha itself.
// Benjamini-Hochberg (JRSS B 57, 1995) bounds the expected share of false alarms among the alarms;
// Holm (Scandinavian Journal of Statistics 6, 1979) the chance of a single one. Order is kept.
// O(n log n). Thread-safe: pure functions.
#pragma once

#include <span>
#include <vector>

namespace vmperf::stats {

/// p values in [0, 1], at least one; the smallest is multiplied by n, the largest by 1.
[[nodiscard]] std::vector<double> benjamini_hochberg(std::span<const double> p);
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

} // namespace vmperf::stats
