// The control bits of this thread's floating-point arithmetic: rounding, whether denormals are
// zero, traps; not the status flags. A library linked with -ffast-math sets them for the whole
// process when it is loaded. A few cycles; each thread has its own. Sources: Intel SDM vol. 1
// section 10.2.3 (MXCSR), Arm ARM C5.2.7 (FPCR).
#pragma once

#include <cstdint>

namespace vmperf::os {

[[nodiscard]] std::uint64_t float_control() noexcept;
void set_float_control(std::uint64_t bits) noexcept;

} // namespace vmperf::os
