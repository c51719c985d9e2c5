// The Python face of stats: bind_<subject>.cpp hold the functions, this file puts them together.
#include "bind.docs.hpp"
#include "bind_arrays.hpp"

namespace vmperf::stats {

Numbers to_dict(const Interval &interval, const char *name) {
  Numbers result;
  result[name] = interval.estimate;
  result["low"] = interval.low;
  result["high"] = interval.high;
  return result;
}

Side side_of(const std::string &text) {
  if (text == "two") {
    return Side::two;
  }
  if (text == "lower") {
    return Side::lower;
  }
  if (text == "upper") {
    return Side::upper;
  }
  throw InvalidArgumentError("side", text, "two, lower, upper");
}

void bind(py::module_ &m) {
  m.doc() = docs::module;
  bind_summary(m);
  bind_ratio(m);
  bind_interval(m);
  bind_location(m);
  bind_shape(m);
  bind_trimmed(m);
  bind_sequential(m);
  bind_multiplicity(m);
  bind_two_sample(m);
  bind_random_effects(m);
  bind_change_points(m);
  bind_rules(m);
  bind_histogram(m);
}

} // namespace vmperf::stats
