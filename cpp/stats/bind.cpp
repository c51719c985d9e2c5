// The Python face of stats: bind_<subject>.cpp hold the functions, this file puts them together.
#include "bind.docs.hpp"
#include "bind_arrays.hpp"
#include "bind_files.hpp"

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
  bind_files(m);
}

} // namespace vmperf::stats
