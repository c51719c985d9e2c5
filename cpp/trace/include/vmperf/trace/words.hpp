// Choices of the generator by their names.
#pragma once

#include <string>
#include <string_view>

#include "vmperf/trace/generate.hpp"

namespace vmperf::trace {

/// InvalidArgumentError for a word that is none.
[[nodiscard]] Lifetimes to_lifetimes(std::string_view word);
[[nodiscard]] const char *word_of(Lifetimes lifetimes) noexcept;

} // namespace vmperf::trace
