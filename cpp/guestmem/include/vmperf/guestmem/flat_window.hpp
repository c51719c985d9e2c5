// One region in registers: the cheapest access there is that still checks. A compare against the
// region's bounds, which lie in this object and not in a table; whatever fails it (another region,
// a device, a hole, the last bytes of the region) goes to the memory, so all accesses are complete.
//
//   offset = gpa - start;   offset < limit ?  host + offset  :  memory.read(gpa)
//
// Choose it for a loop whose addresses are mostly in one region: a guest's stack, a frame buffer, a
// page table, the one region of a small machine. O(1), 6 instructions for a read on x86-64 (start,
// limit, host, the data); as thread-safe as the memory, which it must not outlive.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/guestmem/guest_memory.hpp"

namespace vmperf::guestmem {

class FlatWindow {
public:
  /// Over the region that holds gpa: OutOfRangeFault where none does. Whether writes mark pages is
  /// asked here, once: make it anew after set_dirty_tracking().
  FlatWindow(GuestMemory &memory, std::uint64_t gpa);

  template <Scalar T> [[nodiscard, gnu::always_inline]] T read(std::uint64_t gpa) const {
    const std::uint64_t offset = gpa - start_;
    if (offset < read_limit_) [[likely]] {
      return detail::load<T>(host_ + offset);
    }
    return memory_->read<T>(gpa);
  }

  template <Scalar T> [[gnu::always_inline]] void write(std::uint64_t gpa, T value) {
    const std::uint64_t offset = gpa - start_;
    if (offset >= write_limit_) [[unlikely]] {
      memory_->write(gpa, value);
      return;
    }
    detail::store(host_ + offset, value);
    if (dirty_ != nullptr) {
      detail::mark_scalar<T>(dirty_, offset);
    }
  }

private:
  std::uint64_t start_ = 0;
  std::uint64_t read_limit_ = 0;  ///< below it 8 bytes are in the region
  std::uint64_t write_limit_ = 0; ///< 0 where it is read-only
  std::byte *host_ = nullptr;
  std::uint8_t *dirty_ = nullptr; ///< null where writes mark nothing
  GuestMemory *memory_;
};

} // namespace vmperf::guestmem
