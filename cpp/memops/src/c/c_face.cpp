// The C face: in the shared library alone. The C++ errors of the first use end here.
#include <cstdio>
#include <cstdlib>

#include "vmperf/base/error.hpp"
#include "vmperf/memops/memops.h"
#include "vmperf/memops/ops.hpp"

namespace {

using vmperf::memops::Ops;

[[gnu::cold, gnu::noinline]] const Ops &resolve_or_abort() noexcept {
  try {
    return vmperf::memops::ops();
  } catch (const vmperf::VmperfError &error) {
    std::fprintf(stderr, "vmperf: %s\n", error.what());
    std::abort();
  }
}

inline const Ops &table() noexcept {
  const Ops *ready = __atomic_load_n(&vmperf::memops::detail::active_ops, __ATOMIC_ACQUIRE);
  return ready != nullptr ? *ready : resolve_or_abort();
}

} // namespace

void *vmperf_memcpy(void *dst, const void *src, size_t n) {
  return table().copy_balanced(dst, src, n);
}

void *vmperf_memmove(void *dst, const void *src, size_t n) {
  return table().copy_balanced(dst, src, n);
}

void *vmperf_memset(void *dst, int byte, size_t n) {
  return table().fill(dst, static_cast<unsigned char>(byte), n);
}

int vmperf_memcmp(const void *a, const void *b, size_t n) {
  return table().compare(a, b, n);
}

void *vmperf_memchr(const void *p, int byte, size_t n) {
  const size_t at = table().find_byte(p, static_cast<unsigned char>(byte), n);
  return at == n ? nullptr : const_cast<char *>(static_cast<const char *>(p)) + at;
}
