#include "vmperf/stats/sequential.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <ranges>
#include <string>

#include "checks.hpp"
#include "normal.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

constexpr double kLowest = -8.5;      // P(Z < kLowest) is under 1e-17
constexpr double kLeastShare = 1e-10; // of alpha, below which a look is skipped
constexpr double kReach = 10;         // kernel widths beyond which a density adds nothing

// Gauss-Legendre nodes and weights of 8 points on [-1, 1].
constexpr std::array<double, 8> kNodes{
    -0.9602898564975363, -0.7966664774136267, -0.5255324099163290, -0.1834346424956498,
    0.1834346424956498,  0.5255324099163290,  0.7966664774136267,  0.9602898564975363};
constexpr std::array<double, 8> kWeights{0.1012285362903763, 0.2223810344533745, 0.3137066458778873,
                                         0.3626837833783620, 0.3626837833783620, 0.3137066458778873,
                                         0.2223810344533745, 0.1012285362903763};

// Paths that have crossed nothing so far: the density of z at nodes, times their weights.
struct Surviving {
  double information = 0;      // counts so far; 0: no look yet
  std::vector<double> z, mass; // z ascending
};

// Nodes on [kLowest, high], dense enough for structure of the given width.
void lay_grid(double high, double width, std::vector<double> &z, std::vector<double> &weight) {
  z.clear();
  weight.clear();
  const double panels = std::ceil((high - kLowest) / width);
  const double half = (high - kLowest) / panels / 2;
  for (int panel = 0; panel < static_cast<int>(panels); ++panel) {
    const double centre = kLowest + (2.0 * panel + 1) * half;
    for (std::size_t i = 0; i < kNodes.size(); ++i) {
      z.push_back(centre + half * kNodes[i]);
      weight.push_back(half * kWeights[i]);
    }
  }
}

// One step from the surviving paths to the look at `information`: z' sqrt(n') = z sqrt(n) + a
// Gaussian of variance n' - n, so u = (z' sqrt(n') - z sqrt(n)) / sqrt(n' - n) is a unit Gaussian.
class Step {
public:
  Step(const Surviving &from, double information)
      : from_(from), before_(std::sqrt(from.information)), after_(std::sqrt(information)),
        increment_(std::sqrt(information - from.information)) {}

  /// P(not stopped before, and Z > z).
  [[nodiscard]] double beyond(double z) const {
    if (from_.information == 0) {
      return normal_tail(z);
    }
    double sum = 0;
    for (std::size_t i = 0; i < from_.z.size(); ++i) {
      sum += from_.mass[i] * normal_tail((z * after_ - from_.z[i] * before_) / increment_);
    }
    return sum;
  }

  /// The density of Z at z on paths not stopped before.
  [[nodiscard]] double density(double z) const {
    if (from_.information == 0) {
      return normal_density(z);
    }
    const double reach = kReach * increment_ / before_;
    const double centre = z * after_ / before_;
    const auto near = std::ranges::subrange(std::ranges::lower_bound(from_.z, centre - reach),
                                            std::ranges::upper_bound(from_.z, centre + reach));
    auto mass = from_.mass.begin() + (near.begin() - from_.z.begin());
    double sum = 0;
    for (const double before : near) {
      sum += *mass++ * normal_density((z * after_ - before * before_) / increment_);
    }
    return sum * after_ / increment_;
  }

private:
  const Surviving &from_;
  double before_, after_, increment_;
};

// The z with beyond(z) = share: bisection down to the resolution of doubles.
double boundary(const Step &step, double share) {
  double low = kLowest;
  double high = normal_tail_inverse(share); // beyond(z) <= P(Z > z)
  while (high - low > 1e-13 * std::max(1.0, std::abs(high))) {
    const double middle = low + (high - low) / 2;
    (step.beyond(middle) > share ? low : high) = middle;
  }
  return high;
}

// The paths that stay below `bound` at `information`; `next` is the look after, for the grid.
Surviving survive(const Surviving &from, double information, double bound, double next) {
  const Step step(from, information);
  // The density has edges as wide as the last step; the next one looks at it as wide as itself.
  double width = std::sqrt((next - information) / information);
  if (from.information > 0) {
    width = std::min(width, std::sqrt((information - from.information) / information));
  }
  Surviving result{.information = information, .z = {}, .mass = {}};
  lay_grid(std::min(bound, -kLowest), std::min(2 * width, 1.0), result.z, result.mass);
  for (std::size_t i = 0; i < result.z.size(); ++i) {
    result.mass[i] *= step.density(result.z[i]);
  }
  return result;
}

void check_looks(std::span<const std::int64_t> looks) {
  if (looks.empty() || looks.size() > kMaxLooks) {
    throw InvalidArgumentError(
        "looks", looks.empty() ? "empty" : "of length " + std::to_string(looks.size()),
        "1 to " + std::to_string(kMaxLooks) + " looks");
  }
  std::int64_t before = 0;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i] <= before) {
      throw InvalidArgumentError("looks",
                                 std::to_string(looks[i]) + " at index " + std::to_string(i),
                                 "counts of 1 or more, each above the one before");
    }
    before = looks[i];
  }
}

} // namespace

double spent(double t, double alpha, Spending spending) {
  if (t <= 0) {
    return 0;
  }
  if (t >= 1) {
    return alpha;
  }
  if (spending == Spending::pocock) {
    return alpha * std::log1p((std::numbers::e - 1) * t);
  }
  return 2 * normal_tail(normal_tail_inverse(alpha / 2) / std::sqrt(t));
}

std::vector<double> sequential_levels(std::span<const std::int64_t> looks, double alpha,
                                      Spending spending, double reserve) {
  check_looks(looks);
  const bool inside = alpha >= 1e-12 && alpha < 0.5; // false for NaN
  if (!inside) {
    throw InvalidArgumentError("alpha", text(alpha), "1e-12 to 0.5, 0.5 excluded");
  }
  const bool some_left = reserve >= 0 && reserve < 1;
  if (!some_left) {
    throw InvalidArgumentError("reserve", text(reserve), "0 to 1, 1 excluded");
  }
  alpha *= 1 - reserve;
  const auto last = static_cast<double>(looks.back());
  std::vector<double> levels(looks.size(), 0);
  Surviving paths;
  double used = 0;
  for (std::size_t k = 0; k < looks.size(); ++k) {
    const auto information = static_cast<double>(looks[k]);
    const double share = spent(information / last, alpha, spending) - used;
    const bool final = k + 1 == looks.size();
    if (share < kLeastShare * alpha) {
      // Nobody stops here, so nothing is lost by not looking: the next step starts further back.
      continue;
    }
    const double bound = boundary(Step(paths, information), share);
    levels[k] = normal_tail(bound);
    used += share;
    if (!final) {
      paths = survive(paths, information, bound, static_cast<double>(looks[k + 1]));
    }
  }
  return levels;
}

} // namespace vmperf::stats
