#include "vmperf/stats/unit_quantile.hpp"

#include <algorithm>
#include <vector>

#include "vmperf/stats/interval.hpp"

namespace vmperf::stats {

QuantileInterval unit_quantile_interval(std::span<const Histogram *const> units, double q,
                                        double confidence) {
  if (units.empty()) {
    throw InvalidArgumentError("units", "empty", "one histogram or more");
  }
  if (units.size() == 1) {
    return units.front()->quantile_interval(q, confidence);
  }
  Histogram whole(units.front()->significant_digits());
  std::vector<double> own;
  own.reserve(units.size());
  for (const Histogram *unit : units) {
    whole.merge(*unit);
    const std::size_t bucket = unit->index_of(unit->quantile(q));
    const auto low = static_cast<double>(unit->lowest(bucket));
    own.push_back(low + (static_cast<double>(unit->highest(bucket)) - low) / 2);
  }
  const Interval t = t_interval(own, confidence);
  const std::uint64_t value = whole.quantile(q);
  const std::size_t bucket = whole.index_of(value);
  return {.quantile = value,
          .low = std::max(std::min(t.low, static_cast<double>(whole.lowest(bucket))), 0.0),
          .high = std::max(t.high, static_cast<double>(whole.highest(bucket)))};
}

} // namespace vmperf::stats
