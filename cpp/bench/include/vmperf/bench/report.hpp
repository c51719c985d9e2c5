// Where a workload delivers what it says beside its time. The harness calls Workload::report()
// outside the timed region: at the end of each placement of buffers, and after each batch where a
// metric of scope `sample` is declared. A workload may deliver everything every time: what is not
// wanted at that moment is dropped (ask wants_all() before costly preparations). Values are those
// since the workload was made. A name that the benchmark does not declare is an error of the
// benchmark. One thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vmperf/bench/params.hpp"
#include "vmperf/stats/histogram.hpp"

namespace vmperf::bench {

/// A cell of a table: a whole number, a real number or a text.
struct Cell {
  // NOLINTBEGIN(*explicit*): cells are written in {}
  template <std::integral T> Cell(T number) : value(static_cast<std::int64_t>(number)) {}
  template <std::floating_point T> Cell(T number) : value(static_cast<double>(number)) {}
  Cell(const char *text) : value(std::string(text)) {}
  Cell(std::string text) : value(std::move(text)) {}
  // NOLINTEND(*explicit*)
  Value value;
};

class Report {
public:
  Report() = default;
  Report(const Report &) = delete;
  Report &operator=(const Report &) = delete;
  Report(Report &&) = delete;
  Report &operator=(Report &&) = delete;
  virtual ~Report() = default;

  /// Whether this is the end of a placement; else only metrics of scope `sample` are taken.
  [[nodiscard]] virtual bool wants_all() const noexcept = 0;
  /// One number; not a number (NaN) says that there is none.
  virtual void metric(std::string_view name, double value) = 0;
  virtual void distribution(std::string_view name, const stats::Histogram &values) = 0;
  /// Points (x[i], y[i]) in order; both of one length.
  virtual void series(std::string_view name, std::span<const double> x,
                      std::span<const double> y) = 0;
  /// One record, a cell for each declared column.
  void row(std::string_view table, std::initializer_list<Cell> cells) {
    add_row(table, {cells.begin(), cells.size()});
  }
  virtual void add_row(std::string_view table, std::span<const Cell> cells) = 0;
};

} // namespace vmperf::bench
