#include "vmperf/os/raw_pages.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <limits>

#include "vmperf/base/align.hpp"

namespace vmperf::os {
namespace {

constexpr std::size_t kLeastPage = 4096;

// A caller such as free() must leave errno as it was.
class KeptErrno {
public:
  KeptErrno() = default;
  KeptErrno(const KeptErrno &) = delete;
  KeptErrno &operator=(const KeptErrno &) = delete;
  KeptErrno(KeptErrno &&) = delete;
  KeptErrno &operator=(KeptErrno &&) = delete;
  ~KeptErrno() { errno = before_; }

private:
  int before_ = errno;
};

} // namespace

void *map_lazily(std::size_t bytes, std::size_t alignment) noexcept {
  const KeptErrno kept;
  const std::size_t slack = alignment > kLeastPage ? alignment : 0;
  if (bytes == 0 || bytes > std::numeric_limits<std::size_t>::max() - slack) {
    return nullptr;
  }
  void *start = ::mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) {
    return nullptr;
  }
  if (slack == 0) {
    return start;
  }
  auto *first = static_cast<std::byte *>(start);
  const auto here = reinterpret_cast<std::uintptr_t>(start);
  const std::size_t head = align_up(here, alignment) - here;
  if (head != 0) {
    ::munmap(first, head);
  }
  const std::size_t end = align_up(here + head + bytes, kLeastPage) - here;
  if (end < bytes + slack) {
    ::munmap(first + end, bytes + slack - end);
  }
  return first + head;
}

void unmap(void *address, std::size_t bytes) noexcept {
  const KeptErrno kept;
  ::munmap(address, bytes);
}

bool drop_pages(void *address, std::size_t bytes) noexcept {
  const KeptErrno kept;
  return ::madvise(address, bytes, MADV_DONTNEED) == 0;
}

bool ask_huge_pages(void *address, std::size_t bytes) noexcept {
  const KeptErrno kept;
  return ::madvise(address, bytes, MADV_HUGEPAGE) == 0;
}

void *remap(void *address, std::size_t bytes, std::size_t new_bytes) noexcept {
  const KeptErrno kept;
  void *moved = ::mremap(address, bytes, new_bytes, MREMAP_MAYMOVE);
  return moved == MAP_FAILED ? nullptr : moved;
}

} // namespace vmperf::os
