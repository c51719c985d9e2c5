#include "vmperf/os/pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "files.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::os {
namespace {

[[noreturn]] void fail(const char *call) {
  const int code = errno;
  throw OsError(call, code, std::strerror(code));
}

int to_madvise(Advice advice) noexcept {
  switch (advice) {
  case Advice::normal:
    return MADV_NORMAL;
  case Advice::sequential:
    return MADV_SEQUENTIAL;
  case Advice::random:
    return MADV_RANDOM;
  case Advice::will_need:
    return MADV_WILLNEED;
  case Advice::dont_need:
    return MADV_DONTNEED;
  case Advice::huge_page:
    return MADV_HUGEPAGE;
  case Advice::no_huge_page:
    return MADV_NOHUGEPAGE;
  }
  return MADV_NORMAL;
}

// Cuts an over-long mapping down to [aligned, aligned + bytes).
void trim(std::byte *start, std::size_t total, std::byte *aligned, std::size_t bytes) noexcept {
  const auto head = static_cast<std::size_t>(aligned - start);
  const std::size_t tail = total - head - bytes;
  if (head != 0) {
    ::munmap(start, head);
  }
  if (tail != 0) {
    ::munmap(aligned + bytes, tail);
  }
}

} // namespace

std::size_t page_bytes() noexcept {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

std::optional<std::size_t> huge_page_bytes() {
  const FileText size = read_key("/proc/meminfo", "Hugepagesize");
  const auto kib = size.text ? parse_integer(*size.text) : std::nullopt;
  return kib ? std::optional(static_cast<std::size_t>(*kib) * 1024) : std::nullopt;
}

std::size_t resident_bytes(const void *address, std::size_t bytes) {
  if (bytes == 0) {
    return 0;
  }
  const std::size_t page = page_bytes();
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  const std::size_t head = begin & (page - 1);
  const std::uintptr_t end = begin + bytes;
  if (end < begin || end > std::numeric_limits<std::uintptr_t>::max() - page) {
    throw OsError("mincore", ENOMEM, "the range runs past the end of the address space");
  }
  // A fixed buffer: the answer must not change what it counts by allocating memory for itself.
  std::array<unsigned char, 1024> in_core{};
  std::size_t resident = 0;
  std::size_t left = (head + bytes + page - 1) / page;
  for (const auto *at = static_cast<const std::byte *>(address) - head; left != 0;) {
    const std::size_t n = std::min(left, in_core.size());
    if (::mincore(const_cast<std::byte *>(at), n * page, in_core.data()) != 0) {
      fail("mincore");
    }
    for (std::size_t i = 0; i < n; ++i) {
      resident += (in_core[i] & 1U) != 0 ? page : 0;
    }
    at += n * page;
    left -= n;
  }
  return resident;
}

Mapping::Mapping(std::size_t bytes, std::size_t alignment) {
  map(bytes, alignment, false);
}

Mapping Mapping::reserve(std::size_t bytes, std::size_t alignment) {
  Mapping mapping;
  mapping.map(bytes, alignment, true);
  return mapping;
}

void Mapping::map(std::size_t bytes, std::size_t alignment, bool reserved) {
  const std::size_t page = page_bytes();
  if (bytes == 0 || bytes > std::numeric_limits<std::size_t>::max() / 4) {
    throw InvalidArgumentError("bytes", std::to_string(bytes),
                               "1 to a quarter of the address space");
  }
  if (alignment != 0 && !is_power_of_two(alignment)) {
    throw InvalidArgumentError("alignment", std::to_string(alignment), "0 or a power of two");
  }
  const std::size_t wanted = align_up(bytes, page);
  const std::size_t slack = alignment > page ? alignment : 0;
  if (slack > std::numeric_limits<std::size_t>::max() / 4) {
    throw InvalidArgumentError("alignment", std::to_string(alignment),
                               "at most a quarter of the address space");
  }
  const int access = reserved ? PROT_NONE : PROT_READ | PROT_WRITE;
  const int kind = MAP_PRIVATE | MAP_ANONYMOUS | (reserved ? MAP_NORESERVE : 0);
  void *start = ::mmap(nullptr, wanted + slack, access, kind, -1, 0);
  if (start == MAP_FAILED) {
    fail("mmap");
  }
  data_ = static_cast<std::byte *>(start);
  bytes_ = wanted;
  if (slack != 0) {
    const auto here = reinterpret_cast<std::uintptr_t>(start);
    data_ += align_up(here, alignment) - here;
    trim(static_cast<std::byte *>(start), wanted + slack, data_, wanted);
  }
}

Mapping::Mapping(Mapping &&other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Mapping &Mapping::operator=(Mapping &&other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

void Mapping::advise(Advice advice) const {
  if (data_ != nullptr && ::madvise(data_, bytes_, to_madvise(advice)) != 0) {
    fail("madvise");
  }
}

void Mapping::guard(std::size_t offset) const {
  if (offset >= bytes_ || offset % page_bytes() != 0) {
    throw InvalidArgumentError("offset", std::to_string(offset),
                               "multiples of " + std::to_string(page_bytes()) + " below " +
                                   std::to_string(bytes_));
  }
  if (::mprotect(data_ + offset, bytes_ - offset, PROT_NONE) != 0) {
    fail("mprotect");
  }
}

void Mapping::commit(std::size_t offset, std::size_t bytes) const {
  const std::size_t page = page_bytes();
  if (bytes > bytes_ || offset > bytes_ - bytes || offset % page != 0 || bytes % page != 0) {
    throw InvalidArgumentError(
        "range", std::to_string(bytes) + " bytes from " + std::to_string(offset),
        "multiples of " + std::to_string(page) + " within " + std::to_string(bytes_));
  }
  if (bytes != 0 && ::mprotect(data_ + offset, bytes, PROT_READ | PROT_WRITE) != 0) {
    fail("mprotect");
  }
}

void Mapping::release() noexcept {
  if (data_ != nullptr) {
    ::munmap(data_, bytes_);
    data_ = nullptr;
    bytes_ = 0;
  }
}

} // namespace vmperf::os
