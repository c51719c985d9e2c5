// A device whose registers lie in the guest's address space (MMIO). GuestMemory calls it for each
// scalar access of 1, 2, 4 or 8 bytes within its range, naturally aligned, on the thread that
// accesses, with no lock held: a device that several threads reach guards itself, and it may access
// the memory again. What it throws reaches whoever accessed.
#pragma once

#include <cstdint>

namespace vmperf::guestmem {

class Device {
public:
  Device() = default;
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;
  Device(Device &&) = delete;
  Device &operator=(Device &&) = delete;
  virtual ~Device() = default;

  /// The register `offset` bytes from the device's start; what does not fit into size_bytes is cut.
  virtual std::uint64_t read(std::uint64_t offset, unsigned size_bytes) = 0;
  virtual void write(std::uint64_t offset, unsigned size_bytes, std::uint64_t value) = 0;

  /// Whether it answers to reads, or takes writes, at all: else the access is a PageFault.
  [[nodiscard]] virtual bool is_readable() const noexcept { return true; }
  [[nodiscard]] virtual bool is_writable() const noexcept { return true; }
};

} // namespace vmperf::guestmem
