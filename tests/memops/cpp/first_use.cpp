// The kernels' table is made by the thread that comes first and read by others, which nothing but
// the pointer to it tells that it is there. The tiers are stubs: what is tested is dispatch.cpp.
#include <thread>

#include "support.hpp"
#include "vmperf/memops/level.hpp"
#include "vmperf/memops/ops.hpp"
#include "vmperf/os/cpu.hpp"

bool vmperf::os::has_feature(std::string_view /*name*/) {
  return true;
}

namespace vmperf::memops {
namespace {

std::size_t find(const void * /*p*/, unsigned char /*byte*/, std::size_t n) {
  return n;
}

Ops stub(Level level) {
  Ops ops{};
  ops.level = level;
  ops.find_byte = find;
  return ops;
}

std::uint32_t crc(const void * /*p*/, std::size_t /*n*/, std::uint32_t value) {
  return value;
}

} // namespace

// NOLINTBEGIN(misc-use-internal-linkage): as the units of the tiers define them
#define TIER(name)                                                                                 \
  namespace name {                                                                                 \
  const Ops *table() noexcept {                                                                    \
    static const Ops ops = stub(Level::name);                                                      \
    return &ops;                                                                                   \
  }                                                                                                \
  }
struct Crc32cKernels {
  Ops::Crc32c *crc32c;
  Ops::CopyCrc32c *copy_crc32c;
};
#define CRC(name)                                                                                  \
  namespace name {                                                                                 \
  Crc32cKernels crc32c() noexcept {                                                                \
    return {crc, nullptr};                                                                         \
  }                                                                                                \
  }
TIER(scalar)
TIER(sse2)
TIER(avx2)
TIER(avx512)
TIER(neon)
CRC(scalar_crc32c)
CRC(avx2_crc32c)
CRC(avx512_crc32c)
CRC(neon_crc32c)
// NOLINTEND(misc-use-internal-linkage)

} // namespace vmperf::memops

namespace {

bool g_ready = false; // orders nothing: read and written relaxed

void first_use_by_two() {
  std::thread first([] {
    CHECK(vmperf::memops::ops().find_byte(nullptr, 0, 7) == 7, "the first thread's kernel");
    __atomic_store_n(&g_ready, true, __ATOMIC_RELAXED);
  });
  while (!__atomic_load_n(&g_ready, __ATOMIC_RELAXED)) {
    std::this_thread::yield();
  }
  CHECK(vmperf::memops::ops().find_byte(nullptr, 0, 9) == 9, "the second thread's kernel");
  CHECK(vmperf::memops::ops().crc32c(nullptr, 0, 5) == 5, "a kernel of a unit of its own");
  first.join();
}

} // namespace

int main() {
  first_use_by_two();
  std::puts("ok");
}
