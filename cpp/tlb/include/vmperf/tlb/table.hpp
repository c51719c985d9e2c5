// The cells of a table: zeroed, on pages of their own (huge ones are asked for where there are
// enough of them), and the checks of its size. Movable; one owner.
#pragma once

#include <cstddef>
#include <memory>

#include "vmperf/os/pages.hpp"

namespace vmperf::tlb {

namespace detail {
/// log2 of the number of sets. InvalidArgumentError where that is no power of two from 2^least to
/// 2^30, or ways do not divide it.
[[nodiscard]] unsigned checked_set_bits(std::size_t entries, std::size_t ways, unsigned least);
/// Zeroed memory. CapacityError where there is none.
[[nodiscard]] os::Mapping map_table(std::size_t bytes);
} // namespace detail

template <class Cell> class Table {
public:
  explicit Table(std::size_t n) : memory_(detail::map_table(n * sizeof(Cell))), n_(n) {
    cells_ = reinterpret_cast<Cell *>(memory_.data());
    std::uninitialized_value_construct_n(cells_, n);
  }
  [[nodiscard]] Cell &operator[](std::size_t i) noexcept { return cells_[i]; }
  [[nodiscard]] const Cell &operator[](std::size_t i) const noexcept { return cells_[i]; }
  [[nodiscard]] const Cell *data() const noexcept { return cells_; }
  [[nodiscard]] Cell *data() noexcept { return cells_; }
  [[nodiscard]] std::size_t size() const noexcept { return n_; }

private:
  os::Mapping memory_;
  Cell *cells_;
  std::size_t n_;
};

} // namespace vmperf::tlb
