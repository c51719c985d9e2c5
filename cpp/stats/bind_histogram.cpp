// Bindings: the histogram that a latency or a size distribution is recorded in.
#include <algorithm>
#include <cmath>

#include "bind_arrays.hpp"
#include "bind_histogram.docs.hpp"
#include "vmperf/stats/histogram.hpp"
#include "vmperf/stats/unit_quantile.hpp"

namespace vmperf::stats {
namespace {

using Counts = Array<std::uint64_t>;

void record(Histogram &histogram, std::span<const std::int64_t> values) {
  for (std::size_t i = 0; i < values.size(); ++i) { // all or nothing
    if (values[i] < 0) {
      throw InvalidArgumentError(
          "values", std::to_string(values[i]) + " at index " + std::to_string(i), "0 or more");
    }
  }
  for (const std::int64_t value : values) {
    histogram.record(static_cast<std::uint64_t>(value));
  }
}

void record_unsigned(Histogram &histogram, std::span<const std::uint64_t> values) {
  for (const std::uint64_t value : values) {
    histogram.record(value);
  }
}

// Either dtype; as two overloads, help() and the stubs would show a list of signatures.
void record_either(Histogram &histogram, const py::array &values) {
  if (Ints::check_(values)) {
    const auto view = span_of(Ints::ensure(values), "values");
    without_gil([&] { record(histogram, view); });
  } else if (Counts::check_(values)) {
    const auto view = span_of(Counts::ensure(values), "values");
    without_gil([&] { record_unsigned(histogram, view); });
  } else {
    throw py::type_error("values must be contiguous, of dtype int64 or uint64");
  }
}

double mean_of(const Histogram &histogram) {
  return histogram.count() == 0 ? std::nan("")
                                : histogram.sum() / static_cast<double>(histogram.count());
}

py::typing::Tuple<Counts, Counts> buckets(const Histogram &histogram) {
  std::vector<std::uint64_t> values;
  std::vector<std::uint64_t> counts;
  const auto [first, last] = histogram.used();
  for (std::size_t i = first; i < last; ++i) {
    if (const std::uint64_t count = histogram.count_at(i); count != 0) {
      values.push_back(std::min(histogram.highest(i), histogram.max()));
      counts.push_back(count);
    }
  }
  return py::make_tuple(to_array(std::move(values)), to_array(std::move(counts)));
}

Numbers to_dict(const QuantileInterval &found) {
  Numbers result;
  result["quantile"] = static_cast<double>(found.quantile);
  result["low"] = found.low;
  result["high"] = found.high;
  return result;
}

Numbers interval(const Histogram &histogram, double q, double confidence) {
  return to_dict(histogram.quantile_interval(q, confidence));
}

Numbers unit_interval(const std::vector<const Histogram *> &units, double q, double confidence) {
  if (std::ranges::find(units, nullptr) != units.end()) {
    throw InvalidArgumentError("units", "holding None", "a list of Histogram");
  }
  return to_dict(unit_quantile_interval(units, q, confidence));
}

py::bytes to_bytes(const Histogram &histogram) {
  const auto bytes = without_gil([&] { return histogram.to_bytes(); });
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

Histogram from_bytes(const py::bytes &data) {
  const std::string_view text = data;
  return Histogram::from_bytes(std::as_bytes(std::span(text)));
}

void bind_recording(py::class_<Histogram> &type) {
  type.def("record", &record_either, py::arg("values").noconvert(), docs::Histogram_record)
      .def("merge", &Histogram::merge, py::arg("other"), docs::Histogram_merge)
      .def("clear", &Histogram::clear, docs::Histogram_clear);
}

void bind_figures(py::class_<Histogram> &type) {
  type.def_property_readonly("significant_digits", &Histogram::significant_digits,
                             "Decimal digits that a value keeps, 1 to 5.")
      .def_property_readonly("count", &Histogram::count, "How many values were recorded.")
      .def_property_readonly("min", &Histogram::min, "The least value, exactly; 0 without any.")
      .def_property_readonly("max", &Histogram::max, "The greatest value, exactly; 0 without any.")
      .def_property_readonly("sum", &Histogram::sum, "Of the values themselves, as float.")
      .def_property_readonly("mean", &mean_of, "Of the values themselves; NaN without any.")
      .def("quantile", &Histogram::quantile, py::arg("q"), docs::Histogram_quantile)
      .def(
          "quantiles",
          [](const Histogram &self, const Doubles &q) {
            return to_array(self.quantiles(span_of(q, "q")));
          },
          py::arg("q").noconvert(), docs::Histogram_quantiles)
      .def("quantile_interval", &interval, py::arg("q"), py::kw_only(),
           py::arg("confidence") = 0.95, docs::Histogram_quantile_interval)
      .def("buckets", &buckets, docs::Histogram_buckets);
}

} // namespace

void bind_histogram(py::module_ &m) {
  py::class_<Histogram> type(m, "Histogram", docs::Histogram);
  type.def(py::init<int>(), py::arg("significant_digits") = Histogram::kDefaultDigits);
  bind_recording(type);
  bind_figures(type);
  type.def("to_bytes", &to_bytes, docs::Histogram_to_bytes)
      .def_static("from_bytes", &from_bytes, py::arg("data"), docs::Histogram_from_bytes)
      .def("__eq__",
           [](const Histogram &self, const py::object &other) {
             return py::isinstance<Histogram>(other) && self == other.cast<const Histogram &>();
           })
      .def("__hash__",
           [](const Histogram & /*self*/) -> py::ssize_t { // it changes as it records
             throw py::type_error("a Histogram cannot be hashed: key by its to_bytes()");
           })
      .def("__repr__", [](const Histogram &self) {
        return "<Histogram of " + std::to_string(self.count()) + " values, " +
               std::to_string(self.min()) + " to " + std::to_string(self.max()) + ">";
      });
  m.def("unit_quantile_interval", &unit_interval, py::arg("units"), py::arg("q"), py::kw_only(),
        py::arg("confidence") = 0.95, docs::unit_quantile_interval);
}

} // namespace vmperf::stats
