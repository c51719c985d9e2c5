// For the programs of this folder: a check that survives -DNDEBUG, memory between pages that no one
// may touch, and the byte loops that the kernels are compared with.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <vector>

#include "vmperf/base/rng.hpp"

#define CHECK(condition, ...)                                                                      \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      std::printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);                                  \
      std::printf(__VA_ARGS__);                                                                    \
      std::printf("\n");                                                                           \
      std::exit(1);                                                                                \
    }                                                                                              \
  } while (false)

using Byte = unsigned char;

/// n usable bytes with a PROT_NONE page before the first and after the last whole page.
class Guarded {
public:
  explicit Guarded(std::size_t n) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    bytes_ = (n + page_ - 1) / page_ * page_;
    void *all = mmap(nullptr, bytes_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(all != MAP_FAILED, "mmap");
    base_ = static_cast<Byte *>(all) + page_;
    CHECK(mprotect(base_, bytes_, PROT_READ | PROT_WRITE) == 0, "mprotect");
  }
  Guarded(const Guarded &) = delete;
  Guarded &operator=(const Guarded &) = delete;
  ~Guarded() { munmap(base_ - page_, bytes_ + 2 * page_); }

  Byte *begin() const { return base_; }
  Byte *end() const { return base_ + bytes_; }
  Byte *last(std::size_t n) const { return end() - n; } ///< flush against the end
  std::size_t size() const { return bytes_; }
  void make_read_only() const { CHECK(mprotect(base_, bytes_, PROT_READ) == 0, "mprotect"); }

private:
  std::size_t page_, bytes_ = 0;
  Byte *base_ = nullptr;
};

/// Bytes that tell where they come from: no period that a kernel's step divides.
inline void paint(Byte *p, std::size_t n, unsigned salt) {
  for (std::size_t i = 0; i < n; ++i) {
    p[i] = static_cast<Byte>(i * 167 + (i >> 8U) * 13 + salt * 101 + 7);
  }
}

inline void naive_move(Byte *d, const Byte *s, std::size_t n) {
  if (d < s) {
    for (std::size_t i = 0; i < n; ++i) {
      asm volatile("" ::: "memory");
      d[i] = s[i];
    }
  } else {
    for (std::size_t i = n; i > 0; --i) {
      asm volatile("" ::: "memory");
      d[i - 1] = s[i - 1];
    }
  }
}

/// Index of the first byte that differs; n where there is none.
inline std::size_t naive_mismatch(const Byte *a, const Byte *b, std::size_t n) {
  std::size_t i = 0;
  while (i < n && a[i] == b[i]) {
    ++i;
  }
  return i;
}

/// CRC-32C by its definition, a bit at a time.
inline std::uint32_t naive_crc32c(const Byte *p, std::size_t n, std::uint32_t value) {
  std::uint32_t crc = ~value;
  for (std::size_t i = 0; i < n; ++i) {
    crc ^= p[i];
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ (0x82f63b78U & (0U - (crc & 1U)));
    }
  }
  return ~crc;
}

/// 0..1100, and the powers of two to 1 MiB, three either side.
inline std::vector<std::size_t> sizes() {
  std::vector<std::size_t> found;
  for (std::size_t n = 0; n <= 1100; ++n) {
    found.push_back(n);
  }
  for (std::size_t power = 2048; power <= (std::size_t{1} << 20U); power *= 2) {
    for (std::size_t n = power - 3; n <= power + 3; ++n) {
      found.push_back(n);
    }
  }
  return found;
}
