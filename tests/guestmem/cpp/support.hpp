// For the programs of this folder: a check that survives -DNDEBUG, and guest memory as the slowest
// and plainest thing that it could be, a byte in a map per byte of the guest.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include "vmperf/guestmem/guest_memory.hpp"

#define CHECK(condition, ...)                                                                      \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      std::printf("%s:%d: %s: ", __FILE__, __LINE__, #condition);                                  \
      std::printf(__VA_ARGS__);                                                                    \
      std::printf("\n");                                                                           \
      std::exit(1);                                                                                \
    }                                                                                              \
  } while (false)

class Model {
public:
  explicit Model(std::vector<vmperf::guestmem::Region> regions) : regions_(std::move(regions)) {}

  [[nodiscard]] const vmperf::guestmem::Region *find(std::uint64_t gpa) const {
    for (const auto &region : regions_) {
      if (gpa >= region.start && gpa - region.start < region.size_bytes) {
        return &region;
      }
    }
    return nullptr;
  }
  /// What an access must answer, byte by byte.
  [[nodiscard]] vmperf::guestmem::Status expect(std::uint64_t gpa, std::uint64_t n,
                                                bool write) const {
    bool refused = false;
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto *region = gpa + i >= gpa ? find(gpa + i) : nullptr; // past 2^64 there is nothing
      if (region == nullptr) {
        return vmperf::guestmem::Status::out_of_range;
      }
      refused = refused || (write && region->read_only);
    }
    return refused ? vmperf::guestmem::Status::read_only : vmperf::guestmem::Status::ok;
  }
  void write(std::uint64_t gpa, std::uint8_t byte) { bytes_[gpa] = byte; }
  [[nodiscard]] std::uint8_t read(std::uint64_t gpa) const {
    const auto at = bytes_.find(gpa);
    return at != bytes_.end() ? at->second : std::uint8_t{0};
  }
  [[nodiscard]] const std::vector<vmperf::guestmem::Region> &regions() const { return regions_; }

private:
  std::vector<vmperf::guestmem::Region> regions_;
  std::map<std::uint64_t, std::uint8_t> bytes_;
};
