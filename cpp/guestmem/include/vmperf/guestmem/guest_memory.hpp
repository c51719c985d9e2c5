// The memory of a guest: regions in a reserved window of host memory, holes, devices, dirty pages.
//
//   gpa    0          640K     768K   1M                      4G                 5G
//          |   RAM    |  hole  | ROM  |          RAM          |  hole, devices   | RAM |
//   host   base                                  host = base + gpa
//
// An access of 1 to 8 bytes is a few instructions inline (slot.hpp); what is not plain memory of
// one region goes out of line, where it crosses into an adjacent region, reaches a device or is
// refused with a typed fault. No address, size or sum of them makes a check overflow, nothing
// outside the regions is ever touched, and a refused access changed nothing.
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

/// Bytes of the guest where the host has them, for as long as `owner` is held.
struct View {
  std::span<std::byte> bytes;
  std::shared_ptr<const void> owner;
};

class GuestMemory {
public:
  /// InvalidArgumentError where there is no region, where one is empty, no multiple of kPageBytes,
  /// overflows or overlaps another; CapacityError or OsError where the host has no room for them.
  explicit GuestMemory(std::span<const Region> regions, bool track_dirty = true);
  GuestMemory(std::initializer_list<Region> regions, bool track_dirty = true)
      : GuestMemory(std::span<const Region>(regions.begin(), regions.size()), track_dirty) {}
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

  /// Ranges, as one copy of memops. They are memory alone: where a device or a hole lies in one,
  /// OutOfRangeFault, and nothing was copied. No bytes are no access, wherever they are.
  void read(std::uint64_t gpa, std::span<std::byte> to) const;
  void write(std::uint64_t gpa, std::span<const std::byte> from);
  [[nodiscard]] Status try_read(std::uint64_t gpa, std::span<std::byte> to) const;
  [[nodiscard]] Status try_write(std::uint64_t gpa, std::span<const std::byte> from);
  /// Writes as the host does: also into read-only regions.
  void load(std::uint64_t gpa, std::span<const std::byte> from);

  /// One scalar of each address, of memory alone. Errors as read(), for the first bad address;
  /// InvalidArgumentError where the lengths differ. gather() has then filled what came before,
  /// scatter() has written nothing.
  template <Scalar T> void gather(std::span<const std::uint64_t> gpas, std::span<T> to) const {
    gather_items(gpas, to.data(), to.size(), sizeof(T));
  }
  template <Scalar T> void scatter(std::span<const std::uint64_t> gpas, std::span<const T> from) {
    scatter_items(gpas, from.data(), from.size(), sizeof(T));
  }
  /// The same with the size of an item, 1, 2, 4 or 8, at run time.
  void gather_items(std::span<const std::uint64_t> gpas, void *to, std::size_t count,
                    unsigned item_bytes) const;
  void scatter_items(std::span<const std::uint64_t> gpas, const void *from, std::size_t count,
                     unsigned item_bytes);

  /// Puts a device into a hole, for the life of this object. InvalidArgumentError where start or
  /// size is no multiple of 8, or where a region or another device is there.
  void add_mmio(std::uint64_t start, std::uint64_t size_bytes, std::shared_ptr<Device> device);

  /// Whether writes mark their pages. Off, then on again: what was written meanwhile is not marked.
  void set_dirty_tracking(bool on) noexcept { tracking_.store(on, std::memory_order_relaxed); }
  [[nodiscard]] bool is_tracking_dirty() const noexcept {
    return tracking_.load(std::memory_order_relaxed);
  }
  /// The gpa of each page that was written since it was last returned here, ascending. Each mark is
  /// taken once, by whichever thread asks; who got a page sees what was written before its mark,
  /// and a write that comes later marks it again, so no write is ever lost.
  [[nodiscard]] std::vector<std::uint64_t> dirty_pages();
  /// For writes by way of host() or view(), after them. OutOfRangeFault for what is no memory.
  void mark_dirty(std::uint64_t gpa, std::uint64_t size_bytes);

  /// The bytes themselves, in one region or adjacent ones that permit the access; errors as read().
  /// They outlive this object as long as `owner` is held.
  [[nodiscard]] View view(std::uint64_t gpa, std::uint64_t size_bytes, Access access) const;

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
  friend class FlatWindow;

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
    if (is_tracking_dirty()) {
      detail::mark_scalar<T>(slot.dirty, offset);
    }
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
  void write_range(std::uint64_t gpa, std::span<const std::byte> from, std::byte *to);
  [[nodiscard]] std::byte *host_slow(std::uint64_t gpa, std::uint64_t size_bytes,
                                     Access access) const noexcept;

  const Slot *reads_ = nullptr;
  const Slot *writes_ = nullptr;
  std::uint64_t mask_ = 0;
  unsigned shift_ = 0;
  std::atomic<bool> tracking_{true};
  std::unique_ptr<State> state_;
};

} // namespace vmperf::guestmem
