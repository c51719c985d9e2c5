#include "normal.hpp"

namespace vmperf::stats {

double normal_tail_inverse(double tail) noexcept {
  const bool upper = tail <= 0.5;
  const double p = upper ? tail : 1 - tail;
  const double t = std::sqrt(-2 * std::log(p));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                     (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int i = 0; i < 3; ++i) { // each triples the digits, from three
    const double step = (normal_tail(z) - p) / normal_density(z);
    z += step / (1 + z * step / 2);
  }
  return upper ? z : -z;
}

} // namespace vmperf::stats
