// What a fill took the place of, for who keeps it on: a victim TLB. A plain value.
#pragma once

#include <cstdint>

namespace vmperf::tlb {

/// `key` is that of its context, which is compared
/// with key_of(asid) and global_key(); it is void after a clear (stats().clears).
struct Evicted {
  bool present = false;
  std::uint64_t va = 0, pa = 0, key = 0;
  std::uint8_t perms = 0;
};

} // namespace vmperf::tlb
