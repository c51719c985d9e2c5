// A square matrix over nodes: a vector of rows, and how many. Plain values; O(1) a look-up.
#pragma once

#include <cstddef>
#include <vector>

namespace vmperf::numa {

struct Matrix {
  std::size_t n = 0;
  std::vector<double> values; ///< n rows of n; row = where the CPU is, column = where the page is

  [[nodiscard]] double at(std::size_t row, std::size_t column) const noexcept {
    return values[row * n + column];
  }
  [[nodiscard]] bool empty() const noexcept { return values.empty(); }
};

} // namespace vmperf::numa
