#include "deadline.hpp"

#include <algorithm>
#include <cmath>

namespace vmperf::bench {
namespace {

constexpr int kLeastSamples = 2;
constexpr double kPlacing = 0.3;         // of the time, at most, for placing buffers anew
constexpr double kSettleFraction = 0.05; // of a batch, untimed, in each placement

struct Costs {
  double round_ns = 0, settle_ns = 0;
};

Costs costs_of(const std::vector<double> &op_ns, const std::vector<bool> &has, double batch_ns) {
  Costs costs;
  for (std::size_t i = 0; i < op_ns.size(); ++i) {
    if (has[i]) {
      costs.round_ns += std::max(batch_ns, op_ns[i]);
      costs.settle_ns += std::max(kSettleFraction * batch_ns, op_ns[i]);
    }
  }
  return costs;
}

// The longest op that still takes part, where it alone spoils a batch's length.
std::size_t longest(const std::vector<double> &op_ns, const std::vector<bool> &has) {
  std::size_t found = op_ns.size();
  for (std::size_t i = 0; i < op_ns.size(); ++i) {
    if (has[i] && (found == op_ns.size() || op_ns[i] > op_ns[found])) {
      found = i;
    }
  }
  return found;
}

// Leaves out the longest ops until two samples of each of the others fit; the costs of those.
Costs leave_out(std::vector<bool> &has, const std::vector<double> &op_ns, double batch_ns,
                bool settles, double left_ns) {
  Costs costs = costs_of(op_ns, has, batch_ns);
  costs.settle_ns = settles ? costs.settle_ns : 0;
  while (kLeastSamples * costs.round_ns + costs.settle_ns > left_ns) {
    const std::size_t slow = longest(op_ns, has);
    if (slow == op_ns.size() || op_ns[slow] <= batch_ns) {
      break; // batches are long, not ops: the least number of them is taken
    }
    has[slow] = false;
    costs = costs_of(op_ns, has, batch_ns);
    costs.settle_ns = settles ? costs.settle_ns : 0;
  }
  return costs;
}

} // namespace

Fit fit(const Settings &settings, const std::vector<double> &op_ns, double place_ns,
        double left_ns) {
  Fit found{settings, std::vector<bool>(op_ns.size(), true)};
  if (!std::isfinite(left_ns)) {
    return found;
  }
  const double batch_ns = static_cast<double>(settings.measurement_ns) / settings.n_samples;
  Costs costs = leave_out(found.has, op_ns, batch_ns, true, left_ns);
  if (std::ranges::count(found.has, true) == 0) { // cold samples are better than none
    found.has.assign(op_ns.size(), true);
    found.settles = false;
    costs = leave_out(found.has, op_ns, batch_ns, false, left_ns);
  }
  const double once_ns = costs.settle_ns + place_ns;
  const double placements = std::floor(kPlacing * left_ns / std::max(once_ns, 1.0));
  Settings &fewer = found.settings;
  fewer.n_placements =
      static_cast<int>(std::clamp(placements, 1.0, static_cast<double>(settings.n_placements)));
  const double rounds = (left_ns - fewer.n_placements * once_ns) / std::max(costs.round_ns, 1.0);
  fewer.n_samples =
      static_cast<int>(std::clamp(std::floor(rounds), static_cast<double>(kLeastSamples),
                                  static_cast<double>(settings.n_samples)));
  fewer.n_placements = std::min(fewer.n_placements, fewer.n_samples);
  fewer.measurement_ns = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(batch_ns * static_cast<double>(fewer.n_samples)));
  return found;
}

} // namespace vmperf::bench
