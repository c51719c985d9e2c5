#include "state.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "text.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::guestmem {
namespace {

// The end of the memory that goes on without a gap from the region `one`.
std::uint64_t run_end(const State &state, const Placed *one) noexcept {
  const Placed *const last = state.placed.data() + state.placed.size() - 1;
  while (one != last && one[1].region.start == one->end()) {
    ++one;
  }
  return one->end();
}

std::string message_of(const State &state, Status status, std::uint64_t gpa,
                       std::uint64_t size_bytes, Access access) {
  const std::string what =
      std::string(access == Access::read ? "read" : "write") + " of " + range_text(gpa, size_bytes);
  switch (status) {
  case Status::read_only:
    return what + ": read-only for the guest; load() fills such regions";
  case Status::write_only:
    return what + ": the device there answers no reads";
  case Status::misaligned:
    return what + ": a device's registers are accessed at multiples of the size";
  default:
    break;
  }
  if (size_bytes != 0 && size_bytes - 1 > std::numeric_limits<std::uint64_t>::max() - gpa) {
    return what + ": past the end of the address space";
  }
  const Placed *one = state.find(gpa);
  if (one != nullptr) {
    return what + ": the memory there ends at " + hex(run_end(state, one));
  }
  if (state.find_device(gpa).device != nullptr) {
    return what + ": a device is there, to be accessed by 1, 2, 4 or 8 bytes at once";
  }
  return what + ": no region is there";
}

} // namespace

const Placed *State::find(std::uint64_t gpa) const noexcept {
  const auto after =
      std::ranges::upper_bound(placed, gpa, {}, [](const Placed &one) { return one.region.start; });
  if (after == placed.begin()) {
    return nullptr;
  }
  const Placed &one = *(after - 1);
  return gpa - one.region.start < one.region.size_bytes ? &one : nullptr;
}

Found State::find_run(std::uint64_t gpa, std::uint64_t size_bytes, Access access) const noexcept {
  const Placed *one = find(gpa);
  if (one == nullptr) {
    return {};
  }
  std::byte *const host = one->host + (gpa - one->region.start);
  const Placed *const last = placed.data() + placed.size() - 1;
  bool refused = access == Access::write && one->region.read_only;
  // What is left shrinks by regions, so no sum of addresses is ever formed.
  std::uint64_t left = size_bytes;
  for (std::uint64_t here = one->end() - gpa; left > here; here = one->region.size_bytes) {
    left -= here;
    if (one == last || one[1].region.start != one->end()) {
      return {};
    }
    ++one;
    refused = refused || (access == Access::write && one->region.read_only);
  }
  return refused ? Found{.host = nullptr, .status = Status::read_only}
                 : Found{.host = host, .status = Status::ok};
}

MappedDevice State::find_device(std::uint64_t gpa) const {
  const std::scoped_lock lock(devices_mutex);
  const auto after = std::ranges::upper_bound(devices, gpa, {}, &MappedDevice::start);
  if (after != devices.begin() && gpa - (after - 1)->start < (after - 1)->size_bytes) {
    return *(after - 1);
  }
  return {};
}

void State::mark(std::uint64_t gpa, std::uint64_t size_bytes) const noexcept {
  const Placed *one = find(gpa);
  while (size_bytes != 0) {
    const std::uint64_t here = std::min(size_bytes, one->end() - gpa);
    const std::uint64_t first = (gpa - one->region.start) >> kPageShift;
    const std::uint64_t last = (gpa - one->region.start + here - 1) >> kPageShift;
    for (std::uint64_t page = first; page <= last; ++page) {
      detail::mark(one->dirty + page);
    }
    gpa += here;
    size_bytes -= here;
    ++one; // adjacent: find_run() saw it
  }
}

void raise(const State &state, Status status, std::uint64_t gpa, std::uint64_t size_bytes,
           Access access) {
  const std::string message = message_of(state, status, gpa, size_bytes, access);
  const char letter = letter_of(access);
  switch (status) {
  case Status::read_only:
    throw PageFault(message, gpa, size_bytes, letter, 0, "read_only");
  case Status::write_only:
    throw PageFault(message, gpa, size_bytes, letter, 0, "write_only");
  case Status::misaligned:
    throw AlignmentFault(message, gpa, size_bytes, letter, size_bytes);
  default: {
    const Placed *one = state.find(gpa);
    const std::uint64_t end = one != nullptr ? run_end(state, one) : gpa;
    throw OutOfRangeFault(message, gpa, size_bytes, letter, end);
  }
  }
}

} // namespace vmperf::guestmem
