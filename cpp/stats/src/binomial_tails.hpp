// Tails of the binomial distribution: the incomplete beta function by its continued fraction times
// the binomial probability in Loader's saddle-point form (see binomial.hpp). O(sqrt(n)).
// Thread-safe. Private to this component.
#pragma once

namespace vmperf::stats {

/// P(X >= k) and P(X < k); each precise where it is the smaller.
struct BinomialTails {
  double at_least, below;
};

/// Of n trials with probability p, for 1 <= k <= n and 0 < p < 1, all whole numbers.
[[nodiscard]] BinomialTails binomial_tails(double k, double n, double p);

} // namespace vmperf::stats
