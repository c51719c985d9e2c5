// One string instruction, which CPUs with ERMS run as microcode of their own.
#include "../rep_movsb.hpp"

namespace vmperf::memops {

#ifdef __x86_64__
namespace {

void *copy(void *dst, const void *src, std::size_t n) {
  void *to = dst;
  asm volatile("rep movsb" : "+D"(to), "+S"(src), "+c"(n) : : "memory");
  return dst;
}

} // namespace

Ops::Copy *rep_movsb() noexcept {
  return copy;
}
#else
Ops::Copy *rep_movsb() noexcept {
  return nullptr;
}
#endif

} // namespace vmperf::memops
