// The core's clock rate, measured: a chain of dependent register rotates advances one per core
// cycle on every core that we know (adds of a constant do not: recent cores fold them at rename).
// The chain of dependent adds is the cross-check. Time-stamp ticks are not cycles: they were 1.26
// times off on the machine this was developed on. The best of many short batches, so it holds under
// load. Source: instruction tables at uops.info and of Agner Fog (ROR/ROL r64,i: latency 1).
#pragma once

namespace vmperf::os {

/// Core cycles per second from the rotate chain; measured at the first call (about 3 ms) and
/// cached.
[[nodiscard]] double core_hz();

/// The same, measured anew.
[[nodiscard]] double measure_core_hz();

/// One batch of it (about 15 us): the clock of this moment, or less where something interrupted.
[[nodiscard]] double core_hz_now();

/// Core cycles per second by a chain of dependent register-register adds: the cross-check.
[[nodiscard]] double measure_add_chain_hz();

} // namespace vmperf::os
