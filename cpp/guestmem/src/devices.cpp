// Devices in holes of the memory.
#include <algorithm>
#include <limits>
#include <utility>

#include "state.hpp"
#include "text.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/guestmem/guest_memory.hpp"

namespace vmperf::guestmem {
namespace {

// An aligned access of up to 8 bytes then never leaves a device.
constexpr std::uint64_t kDeviceAlign = 8;

template <class One> bool meets(const One &one, std::uint64_t start, std::uint64_t size_bytes) {
  return start - one.start < one.size_bytes || one.start - start < size_bytes;
}

void check(std::uint64_t start, std::uint64_t size_bytes, const Device *device) {
  if (size_bytes == 0 || start % kDeviceAlign != 0 || size_bytes % kDeviceAlign != 0) {
    throw InvalidArgumentError("device", range_text(start, size_bytes), "multiples of 8 bytes");
  }
  if (size_bytes > std::numeric_limits<std::uint64_t>::max() - start) {
    throw InvalidArgumentError("device", range_text(start, size_bytes),
                               "an end of at most 2**64 - 8");
  }
  if (device == nullptr) {
    throw InvalidArgumentError("device", "null", "a device");
  }
}

} // namespace

void GuestMemory::add_mmio(std::uint64_t start, std::uint64_t size_bytes,
                           std::shared_ptr<Device> device) {
  check(start, size_bytes, device.get());
  const auto refuse = [&](const char *what, std::uint64_t at, std::uint64_t size) {
    throw InvalidArgumentError("device", range_text(start, size_bytes),
                               "a range apart from " + std::string(what) + " of " +
                                   range_text(at, size));
  };
  for (const Region &region : state_->regions) {
    if (meets(region, start, size_bytes)) {
      refuse("the region", region.start, region.size_bytes);
    }
  }
  const std::scoped_lock lock(state_->devices_mutex);
  for (const MappedDevice &one : state_->devices) {
    if (meets(one, start, size_bytes)) {
      refuse("the device", one.start, one.size_bytes);
    }
  }
  const auto after = std::ranges::upper_bound(state_->devices, start, {}, &MappedDevice::start);
  state_->devices.insert(after,
                         {.start = start, .size_bytes = size_bytes, .device = std::move(device)});
}

} // namespace vmperf::guestmem
