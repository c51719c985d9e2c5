// Bodies of generators.hpp: inline, so that a library of own benchmarks needs the headers alone.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::bench {
namespace detail {

inline std::uint64_t require_within(const char *name, std::uint64_t value, std::uint64_t least,
                                    std::uint64_t most) {
  if (value < least || value > most) {
    throw InvalidArgumentError(name, std::to_string(value),
                               std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

inline constexpr std::uint64_t kAnyNumber = ~std::uint64_t{0};
inline constexpr std::uint64_t kMostListed = std::uint64_t{1} << 32U; // as uint32_t

} // namespace detail

inline Uniform::Uniform(std::uint64_t n, std::uint64_t seed, std::uint64_t stream)
    : n_(detail::require_within("n", n, 1, detail::kAnyNumber)), rng_(seed, stream) {}

inline Zipf::Zipf(std::uint64_t n, double exponent, std::uint64_t seed, std::uint64_t stream)
    : n_(static_cast<double>(detail::require_within("n", n, 1, std::uint64_t{1} << 53U))),
      exponent_(exponent), rng_(seed, stream) {
  if (!(exponent >= 0) || !std::isfinite(exponent)) {
    throw InvalidArgumentError("exponent", std::to_string(exponent), ">= 0 and finite");
  }
  first_ = integral(1.5) - 1; // the whole mass of item 1 lies above it
  last_ = integral(n_ + 0.5);
  shortcut_ = 2 - inverse(integral(2.5) - mass(2));
}

inline double Zipf::mass(double x) const noexcept {
  return std::exp(-exponent_ * std::log(x));
}

// (x^(1-s) - 1) / (1 - s), and log(x) where s is 1, without cancellation beside it.
inline double Zipf::integral(double x) const noexcept {
  const double log_x = std::log(x);
  const double t = (1 - exponent_) * log_x;
  return log_x * (std::abs(t) > 1e-8 ? std::expm1(t) / t : 1 + t / 2);
}

inline double Zipf::inverse(double y) const noexcept {
  const double t = std::max(y * (1 - exponent_), -1.0); // rounding may go below
  return std::exp(y * (std::abs(t) > 1e-8 ? std::log1p(t) / t : 1 - t / 2));
}

// Inversion of the integral of h gives an x; the item nearest to it is taken where x lies in the
// part of the item's cell that has just its mass. Most draws are taken by the first comparison.
inline std::uint64_t Zipf::next() noexcept {
  while (true) {
    const double y = last_ + rng_.uniform() * (first_ - last_);
    const double x = inverse(y);
    const double item = std::clamp(std::floor(x + 0.5), 1.0, n_);
    if (item - x <= shortcut_ || y >= integral(item + 0.5) - mass(item)) {
      return static_cast<std::uint64_t>(item) - 1;
    }
  }
}

inline HotCold::HotCold(std::uint64_t n, std::uint64_t n_hot, double hot_share, std::uint64_t seed,
                        std::uint64_t stream)
    : n_hot_(detail::require_within("n_hot", n_hot, 1, n == 0 ? 1 : n)),
      n_cold_(detail::require_within("n", n, 1, detail::kAnyNumber) - n_hot),
      hot_share_(n_cold_ == 0 ? 1 : hot_share), rng_(seed, stream) {
  if (hot_share < 0 || hot_share > 1 || std::isnan(hot_share)) {
    throw InvalidArgumentError("hot_share", std::to_string(hot_share), "0 to 1");
  }
}

inline Strided::Strided(std::uint64_t n, std::uint64_t stride, std::uint64_t start)
    : n_(detail::require_within("n", n, 1, detail::kAnyNumber)),
      stride_(detail::require_within("stride", stride, 1, detail::kAnyNumber) % n), at_(start % n) {
}

inline Permutation::Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t stream)
    : order_(shuffled(detail::require_within("n", n, 1, detail::kMostListed), seed, stream)) {}

inline Phases::Phases(std::vector<Phase> phases) : phases_(std::move(phases)) {
  detail::require_within("phases", phases_.size(), 1, detail::kAnyNumber);
  for (const Phase &phase : phases_) {
    detail::require_within("length", phase.length, 1, detail::kAnyNumber);
  }
  left_ = phases_.front().length;
}

inline std::vector<std::uint32_t> shuffled(std::uint64_t n, std::uint64_t seed,
                                           std::uint64_t stream) {
  std::vector<std::uint32_t> order(detail::require_within("n", n, 0, detail::kMostListed));
  std::iota(order.begin(), order.end(), 0U);
  CounterRng rng(seed, stream);
  shuffle(std::span(order), rng);
  return order;
}

inline std::vector<std::uint32_t> make_cycle(std::uint64_t n, std::uint64_t seed,
                                             std::uint64_t stream) {
  std::vector<std::uint32_t> next(detail::require_within("n", n, 0, detail::kMostListed));
  std::iota(next.begin(), next.end(), 0U);
  CounterRng rng(seed, stream);
  for (std::size_t left = next.size(); left > 1; --left) {
    std::swap(next[left - 1], next[rng.below(left - 1)]); // never with itself
  }
  return next;
}

} // namespace vmperf::bench
