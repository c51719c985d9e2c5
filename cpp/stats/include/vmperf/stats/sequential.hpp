// Looking at a comparison before it is complete, without more false alarms: at which p value one
// may stop at each of K looks so that all looks together alarm at most alpha of the time.
//
// Alpha spending (Lan, DeMets: Discrete sequential boundaries for clinical trials, Biometrika 70,
// 1983): by look k, with the share t_k of the data, alpha*(t_k) may have been spent. The looks'
// statistics are jointly Gaussian with correlation sqrt(t_i / t_j); the boundary of look k spends
// exactly alpha*(t_k) - alpha*(t_(k-1)) on paths that crossed no earlier one. Their density is
// carried from look to look by numerical integration (Armitage, McPherson, Rowe, JRSS A 132, 1969;
// Jennison, Turnbull: Group Sequential Methods, 2000, chapter 19).
// O(K g^2) for g grid points (some hundreds). Thread-safe: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::stats {

/// obrien_fleming: almost nothing early, nearly all of alpha at the end. pocock: about evenly.
enum class Spending : unsigned char { obrien_fleming, pocock };

inline constexpr std::size_t kMaxLooks = 1000;

/// The share of alpha that may be spent when a share t in [0, 1] of the data is there.
[[nodiscard]] double spent(double t, double alpha, Spending spending);

/// The share of alpha to hold back where the p values are those of a trimmed t test over few
/// values: those overspend by up to a third, more for values in separate modes.
inline constexpr double kTrimmedReserve = 0.25;

/// The one-sided p value at which look k stops. `looks` are counts of values at each look, above 0
/// and increasing, the last one the most there can be; 1e-12 <= alpha < 0.5. A share `reserve` of
/// alpha, 0 <= reserve < 1, is not spent. A look whose share of alpha is beneath 1e-10 of it gets
/// level 0: it never stops, and what it had is spent later.
[[nodiscard]] std::vector<double> sequential_levels(std::span<const std::int64_t> looks,
                                                    double alpha,
                                                    Spending spending = Spending::obrien_fleming,
                                                    double reserve = 0);

} // namespace vmperf::stats
