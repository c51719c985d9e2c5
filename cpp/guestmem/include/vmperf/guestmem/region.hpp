// The words of guest memory: a region, how it is accessed, and why an access was not done.
// Addresses of the guest (gpa) are 64 bits wide; all of them are legal to ask for, and none of them
// makes a check overflow. Plain values: thread-safe.
#pragma once

#include <cstdint>

namespace vmperf::guestmem {

/// The granule of regions and of dirty tracking, whatever the host's pages are.
inline constexpr std::uint64_t kPageBytes = 4096;
inline constexpr unsigned kPageShift = 12;

/// Memory of the guest, zero at first: multiples of kPageBytes.
struct Region {
  std::uint64_t start = 0;      ///< gpa of its first byte
  std::uint64_t size_bytes = 0; ///< its end is at most 2^64 - kPageBytes
  bool read_only = false;       ///< for the guest; GuestMemory::load() fills it

  friend bool operator==(const Region &, const Region &) = default;
};

enum class Access : std::uint8_t { read, write };

[[nodiscard]] constexpr char letter_of(Access access) noexcept {
  return access == Access::read ? 'r' : 'w';
}

/// What became of an access: all but `ok` left everything as it was.
enum class Status : std::uint8_t {
  ok,
  out_of_range, ///< some byte of it lies in no region, or past 2^64
  read_only,    ///< a write into a read-only region, or to a device that takes none
  write_only,   ///< a read of a device that has no answer
  misaligned,   ///< a device, at an address that is no multiple of the access's size
};

} // namespace vmperf::guestmem
