// A value as JSON text: numbers in their shortest exact form, what JSON has no number for as null.
// Bytes that are no UTF-8 become U+FFFD, so that no reader meets a text that it cannot decode.
#pragma once

#include <string>

#include "vmperf/bench/params.hpp"

namespace vmperf::bench {

[[nodiscard]] std::string json_text(const Value &value);

} // namespace vmperf::bench
