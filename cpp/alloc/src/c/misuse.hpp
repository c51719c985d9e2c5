// The end of a program that misuses memory: what was wrong, with which pointer, and who asked.
#pragma once

#include "vmperf/alloc/options.hpp"

namespace vmperf::alloc::drop_in {

/// Writes a line to standard error and aborts. `call` names the function, `caller` is the address
/// that it was called from.
[[noreturn, gnu::cold]] void die_of(Misuse misuse, const char *call, const void *block,
                                    const void *caller) noexcept;

} // namespace vmperf::alloc::drop_in
