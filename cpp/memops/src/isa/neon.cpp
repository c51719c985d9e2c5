// AArch64's Advanced SIMD, which every AArch64 CPU has: 16-byte vectors, non-temporal pairs.
// Source: Arm optimized-routines (overlapping accesses, 64-byte loop). Guest copies of 16 bytes go
// through pairs of general registers, which LSE2 makes single accesses (Arm ARM, B2.2.1).
#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::neon {
namespace {

#include "../kernels/words.inl"

#include "../kernels/neon_16.inl"

using Wide = V16;
using Clamp = V16;

inline void stream_fence() {
  asm volatile("dmb ishst" : : : "memory");
}

struct Atom16 {
  struct Reg {
    std::uint64_t low, high;
  };
  static constexpr std::size_t kBytes = 16;

  static Reg load(const Byte *p) {
    Reg v;
    asm volatile("ldp %0, %1, [%2]" : "=r"(v.low), "=r"(v.high) : "r"(p) : "memory");
    return v;
  }
  static void store(Byte *p, Reg v) {
    asm volatile("stp %0, %1, [%2]" : : "r"(v.low), "r"(v.high), "r"(p) : "memory");
  }
  static Reg load_loose(const Byte *p) { return {V8::load(p), V8::load(p + 8)}; }
  static void store_loose(Byte *p, Reg v) {
    V8::store(p, v.low);
    V8::store(p + 8, v.high);
  }
};

#include "../kernels/few.inl"

using Few = LadderFew;

#include "../kernels.inl"

constexpr Ops kTable = make_table<PlainSmall, PlainSmall, PlainFill, PlainScan>(
    Level::neon, guest_entry<Seen<Atom16>>, nullptr);

} // namespace

const Ops *table() noexcept {
  return &kTable;
}

} // namespace vmperf::memops::neon
