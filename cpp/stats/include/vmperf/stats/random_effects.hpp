// Groups of values that share what cannot be seen inside a group: builds of one revision that
// differ in code layout alone, each measured by several pairs.
//
// value = mean + effect of its group + noise. The unit is the group: its trimmed mean is one
// observation, and the mean of the G groups has variance (between^2 + within^2) / G, where within
// is the standard error of a group's mean and between the deviation of the group effects (Searle,
// Casella, McCulloch: Variance Components, 1992, chapter 3). It is estimated by the spread of the
// group means, never by less than the noise explains, with G - 1 degrees of freedom. Dropping a
// layout effect that the data do not show would gain degrees of freedom and lose the level: at
// three groups up to 2.2 % of false alarms instead of 1, up to 3.8 % with blended degrees. Where
// the deviation of the group effects is known from elsewhere (layout_floor over many builds), it
// can be given: then the degrees of freedom are Satterthwaite's (Biometrics Bulletin 2, 1946) for
// known floor and measured noise, and one group is enough. O(n log n). Thread-safe: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "vmperf/stats/trimmed.hpp"

namespace vmperf::stats {

inline constexpr double kMaxKnownDf = 1e6;

/// The deviation of group effects as measured before, and its degrees of freedom.
struct KnownSpread {
  double std;
  double df = kMaxKnownDf;
};

struct RandomEffects {
  Location location;
  double between_std; ///< of the group effects, 0 where noise explains all; NaN for one group
  double within_std;  ///< typical standard error of a group's mean
};

/// group[i] is the group of value i; each group needs what `trimmed` needs. One group without a
/// known spread gives its own trimmed mean, which says nothing about other groups.
[[nodiscard]] RandomEffects random_effects(std::span<const double> values,
                                           std::span<const std::int64_t> group,
                                           double trim = kDefaultTrim,
                                           const std::optional<KnownSpread> &known = {});

struct LayoutFloor {
  double std;    ///< robust deviation of group effects beyond the noise, 0 where noise explains all
  double spread; ///< robust deviation of the group means
  double noise;  ///< typical standard error of a group's mean
  std::size_t groups;
};

/// How far groups that ought to be equal lie apart. At least two groups; the spread is the median
/// absolute deviation of their means, scaled for the Gaussian and for few groups (Croux,
/// Rousseeuw: Time-efficient algorithms for two highly robust estimators of scale, 1992).
[[nodiscard]] LayoutFloor layout_floor(std::span<const double> values,
                                       std::span<const std::int64_t> group,
                                       double trim = kDefaultTrim);

} // namespace vmperf::stats
