// What stands behind a GuestMemory: regions with their host memory, the slots of the fast path, and
// who answers where no slot does. Regions never change once they are placed, so all of it but the
// list of devices is read without a lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "vmperf/guestmem/device.hpp"
#include "vmperf/guestmem/region.hpp"
#include "vmperf/guestmem/slot.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::guestmem {

/// A region and where the host has it. Adjacent regions lie side by side in the host, too.
struct Placed {
  Region region;
  std::byte *host = nullptr;
  std::uint8_t *dirty = nullptr; ///< one byte a page, on a cache line of its own

  [[nodiscard]] std::uint64_t end() const noexcept { return region.start + region.size_bytes; }
};

/// The host memory itself: what views share, so that it outlives the GuestMemory.
struct Storage {
  std::vector<os::Mapping> windows;
};

struct MappedDevice {
  std::uint64_t start, size_bytes;
  std::shared_ptr<Device> device;
};

/// What find_run() says of a range: where the host has it, or why it may not be accessed.
struct Found {
  std::byte *host = nullptr;
  Status status = Status::out_of_range;
};

struct State {
  std::vector<Region> regions; ///< ascending
  std::vector<Placed> placed;  ///< likewise
  std::shared_ptr<Storage> storage;
  os::Mapping dirty;
  std::byte *base = nullptr; ///< host - gpa, where there is one window
  std::vector<Slot> reads, writes;
  unsigned shift = 0;

  mutable std::mutex devices_mutex;
  std::vector<MappedDevice> devices; ///< ascending

  /// The region that holds gpa, or null.
  [[nodiscard]] const Placed *find(std::uint64_t gpa) const noexcept;
  /// [gpa, gpa + size_bytes), size_bytes > 0, in one region or in adjacent ones that permit it.
  [[nodiscard]] Found find_run(std::uint64_t gpa, std::uint64_t size_bytes,
                               Access access) const noexcept;
  /// The device at gpa; null where there is none.
  [[nodiscard]] MappedDevice find_device(std::uint64_t gpa) const;
  /// Marks the pages of a range that find_run() found.
  void mark(std::uint64_t gpa, std::uint64_t size_bytes) const noexcept;
};

/// Sorted and checked: InvalidArgumentError.
[[nodiscard]] std::vector<Region> check_regions(std::span<const Region> regions);
/// Gives each region its host memory and its dirty bytes; CapacityError, OsError.
void place(State &state);
/// Chooses shift and number of slots so that as few regions as possible share a slot, and fills
/// them.
void fill_slots(State &state);

/// Throws what the status stands for; not called with `ok`.
[[noreturn]] void raise(const State &state, Status status, std::uint64_t gpa,
                        std::uint64_t size_bytes, Access access);

} // namespace vmperf::guestmem
