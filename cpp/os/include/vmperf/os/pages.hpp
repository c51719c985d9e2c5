// Pages of memory: sizes, residency, and anonymous mappings that release themselves.
// Residency is asked of the kernel (mincore), never guessed from what was touched; it counts whole
// pages, so a range of 1 byte in a touched page has page_bytes() resident.
// resident_bytes() is O(pages); a Mapping is one owner's (movable, not copyable), its memory may be
// shared between threads. Sources: mincore(2), mmap(2), madvise(2), proc(5) (meminfo,
// Hugepagesize).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace vmperf::os {

/// The size of a base page.
[[nodiscard]] std::size_t page_bytes() noexcept;

/// The default size of a huge page; nothing where the kernel has none.
[[nodiscard]] std::optional<std::size_t> huge_page_bytes();

/// How many bytes of the pages that [address, address + bytes) touches are in memory now.
/// A range that isn't mapped throughout is an OsError (ENOMEM).
[[nodiscard]] std::size_t resident_bytes(const void *address, std::size_t bytes);

enum class Advice : unsigned char {
  normal,
  sequential,
  random,
  will_need,
  dont_need,    ///< drop the pages now: the next touch reads zeros
  huge_page,    ///< ask for transparent huge pages
  no_huge_page, ///< refuse them
};

/// Private anonymous memory, page-aligned, zero-filled and not yet resident; unmapped on
/// destruction.
class Mapping {
public:
  Mapping() noexcept = default;
  /// Maps at least `bytes` (rounded up to whole pages; 0 is an InvalidArgumentError), aligned to
  /// `alignment` (0 = a page; else a power of two). OsError where the kernel refuses.
  explicit Mapping(std::size_t bytes, std::size_t alignment = 0);
  /// Address space alone, as much as asked for and placed likewise: a touch is a fault until
  /// commit(), and the kernel sets no memory aside, before or after.
  [[nodiscard]] static Mapping reserve(std::size_t bytes, std::size_t alignment = 0);
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;
  Mapping(Mapping &&other) noexcept;
  Mapping &operator=(Mapping &&other) noexcept;
  ~Mapping() { release(); }

  /// Advises the kernel on the whole mapping; OsError where it refuses.
  void advise(Advice advice) const;
  /// Takes every access away from `offset`, a multiple of page_bytes() within the mapping, to its
  /// end: a touch there is a fault. InvalidArgumentError elsewhere; OsError where refused.
  void guard(std::size_t offset) const;
  /// Makes `bytes` from `offset` readable and writable, both multiples of page_bytes() within the
  /// mapping. InvalidArgumentError elsewhere; OsError where refused.
  void commit(std::size_t offset, std::size_t bytes) const;
  /// Unmaps now; a second call does nothing.
  void release() noexcept;

  [[nodiscard]] std::byte *data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size_bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {data_, bytes_}; }
  [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }

private:
  void map(std::size_t bytes, std::size_t alignment, bool reserved);

  std::byte *data_ = nullptr;
  std::size_t bytes_ = 0;
};

} // namespace vmperf::os
