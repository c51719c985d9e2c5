// The memory of a guest: regions in a reserved window of host memory, holes, devices, dirty pages.
//
//   gpa    0          640K     768K   1M                      4G                 5G
//          |   RAM    |  hole  | ROM  |          RAM          |  hole, devices   | RAM |
//   host   base                                  host = base + gpa
//
// An access of 1 to 8 bytes is a few instructions inline (slot.hpp); what is not plain memory of one
// region goes out of line, where it crosses into an adjacent region, reaches a device or is refused
// with a typed fault. No address, size or sum of them makes a check overflow, nothing outside the
// regions is ever touched, and a refused access changed nothing.
//   scalars  O(1); O(log regions) out of line.  ranges  O(bytes).  dirty_pages()  O(pages / 64).
// Values are little-endian, as the hosts are. Threads: everything but construction and destruction
// may be called from any thread; guest data is as shared as the guest shares it, an aligned scalar
// does not tear, and ranges have no order (memops/guest.hpp has copies that cannot tear).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "vmperf/guestmem/device.hpp"
#include "vmperf/guestmem/region.hpp"
#include "vmperf/guestmem/slot.hpp"

namespace vmperf::guestmem {

struct State; // src/state.hpp

class GuestMemory {
public:
  /// InvalidArgumentError where there is no region, where one is empty, no multiple of kPageBytes,
  /// overflows or overlaps another; CapacityError or OsError where the host has no room for them.
  explicit GuestMemory(std::span<const Region> regions);
  GuestMemory(std::initializer_list<Region> regions)
      : GuestMemory(std::span<const Region>(regions.begin(), regions.size())) {}
  GuestMemory(const GuestMemory &) = delete;
  GuestMemory &operator=(const GuestMemory &) = delete;
  GuestMemory(GuestMemory &&) = delete;
  GuestMemory &operator=(GuestMemory &&) = delete;
  ~GuestMemory();

  /// Reads a scalar. OutOfRangeFault, PageFault or AlignmentFault as Status says; a device's own
  /// exceptions pass.
  template <Scalar T> [[nodiscard, gnu::always_inline]] T read(std::uint64_t gpa) const {
    const Slot &slot = slot_of(reads_, gpa);
    const std::uint64_t offset = gpa - slot.start;
    if (offset <= slot.size_bytes - sizeof(T)) [[likely]] {
      return detail::load<T>(slot.host + offset);
    }
    return from_bits<T>(read_slow(gpa, sizeof(T)));
  }

  /// Writes a scalar; errors as read().
  template <Scalar T> [[gnu::always_inline]] void write(std::uint64_t gpa, T value) {
    if (!write_plain(gpa, value)) [[unlikely]] {
      write_slow(gpa, sizeof(T), to_bits(value));
    }
  }

  /// The same without a fault: `value` is as it was unless the answer is `ok`.
  template <Scalar T>
  [[nodiscard, gnu::always_inline]] Status try_read(std::uint64_t gpa, T &value) const {
    const Slot &slot = slot_of(reads_, gpa);
    const std::uint64_t offset = gpa - slot.start;
    if (offset <= slot.size_bytes - sizeof(T)) [[likely]] {
      value = detail::load<T>(slot.host + offset);
      return Status::ok;
    }
    std::uint64_t bits = 0;
    const Status status = try_read_slow(gpa, sizeof(T), bits);
    if (status == Status::ok) {
      value = from_bits<T>(bits);
    }
    return status;
  }
  template <Scalar T>
  [[nodiscard, gnu::always_inline]] Status try_write(std::uint64_t gpa, T value) {
    return write_plain(gpa, value) ? Status::ok : try_write_slow(gpa, sizeof(T), to_bits(value));
  }

  /// Where the host has [gpa, gpa + size_bytes), if all of it is memory of one region that permits
  /// the access; else null. Good for the life of this object. Who writes there calls mark_dirty()
  /// afterwards.
  [[nodiscard, gnu::always_inline]] std::byte *host(std::uint64_t gpa, std::uint64_t size_bytes,
                                                    Access access) const noexcept {
    const Slot &slot = slot_of(access == Access::read ? reads_ : writes_, gpa);
    const std::uint64_t offset = gpa - slot.start;
    if (size_bytes <= slot.size_bytes && offset <= slot.size_bytes - size_bytes) [[likely]] {
      return slot.host + offset;
    }
    return host_slow(gpa, size_bytes, access);
  }

  /// The regions in ascending order.
  [[nodiscard]] std::span<const Region> regions() const noexcept;
  /// host - gpa where one window holds all regions: what a compiler of guest code needs. Null where
  /// the regions lie too far apart for one window.
  [[nodiscard]] std::byte *host_base() const noexcept;

private:
  [[nodiscard, gnu::always_inline]] const Slot &slot_of(const Slot *slots,
                                                        std::uint64_t gpa) const noexcept {
    return slots[(gpa >> shift_) & mask_];
  }

  template <Scalar T> [[gnu::always_inline]] bool write_plain(std::uint64_t gpa, T value) {
    const Slot &slot = slot_of(writes_, gpa);
    const std::uint64_t offset = gpa - slot.start;
    if (offset > slot.size_bytes - sizeof(T)) [[unlikely]] {
      return false;
    }
    detail::store(slot.host + offset, value);
    return true;
  }

  template <Scalar T> static T from_bits(std::uint64_t bits) noexcept {
    T value;
    __builtin_memcpy(&value, &bits, sizeof(T));
    return value;
  }
  template <Scalar T> static std::uint64_t to_bits(T value) noexcept {
    std::uint64_t bits = 0;
    __builtin_memcpy(&bits, &value, sizeof(T));
    return bits;
  }

  [[nodiscard]] std::uint64_t read_slow(std::uint64_t gpa, unsigned size_bytes) const;
  void write_slow(std::uint64_t gpa, unsigned size_bytes, std::uint64_t bits);
  [[nodiscard]] Status try_read_slow(std::uint64_t gpa, unsigned size_bytes,
                                     std::uint64_t &bits) const;
  [[nodiscard]] Status try_write_slow(std::uint64_t gpa, unsigned size_bytes, std::uint64_t bits);
  [[nodiscard]] std::byte *host_slow(std::uint64_t gpa, std::uint64_t size_bytes,
                                     Access access) const noexcept;

  const Slot *reads_ = nullptr;
  const Slot *writes_ = nullptr;
  std::uint64_t mask_ = 0;
  unsigned shift_ = 0;
  std::atomic<bool> tracking_{false};
  std::unique_ptr<State> state_;
};

} // namespace vmperf::guestmem
