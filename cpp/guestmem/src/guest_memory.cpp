#include "vmperf/guestmem/guest_memory.hpp"

#include "state.hpp"

namespace vmperf::guestmem {
namespace {

// By one access of the size, as on the fast path: the region may only have no slot of its own.
std::uint64_t load_bits(const std::byte *at, unsigned size_bytes) noexcept {
  switch (size_bytes) {
  case 1:
    return detail::load<std::uint8_t>(at);
  case 2:
    return detail::load<std::uint16_t>(at);
  case 4:
    return detail::load<std::uint32_t>(at);
  default:
    return detail::load<std::uint64_t>(at);
  }
}

void store_bits(std::byte *at, unsigned size_bytes, std::uint64_t bits) noexcept {
  switch (size_bytes) {
  case 1:
    detail::store(at, static_cast<std::uint8_t>(bits));
    break;
  case 2:
    detail::store(at, static_cast<std::uint16_t>(bits));
    break;
  case 4:
    detail::store(at, static_cast<std::uint32_t>(bits));
    break;
  default:
    detail::store(at, bits);
  }
}

} // namespace

GuestMemory::GuestMemory(std::span<const Region> regions, bool track_dirty)
    : tracking_(track_dirty), state_(std::make_unique<State>()) {
  state_->regions = check_regions(regions);
  place(*state_);
  fill_slots(*state_);
  reads_ = state_->reads.data();
  writes_ = state_->writes.data();
  mask_ = state_->reads.size() - 1;
  shift_ = state_->shift;
}

GuestMemory::~GuestMemory() = default;

std::span<const Region> GuestMemory::regions() const noexcept {
  return state_->regions;
}

std::byte *GuestMemory::host_base() const noexcept {
  return state_->base;
}

std::byte *GuestMemory::host_slow(std::uint64_t gpa, std::uint64_t size_bytes,
                                  Access access) const noexcept {
  return state_->find_run(gpa, size_bytes, access).host;
}

Status GuestMemory::try_read_slow(std::uint64_t gpa, unsigned size_bytes,
                                  std::uint64_t &bits) const {
  const Found found = state_->find_run(gpa, size_bytes, Access::read);
  if (found.status == Status::ok) {
    bits = load_bits(found.host, size_bytes);
    return Status::ok;
  }
  const MappedDevice mapped = state_->find_device(gpa);
  if (mapped.device == nullptr) {
    return found.status;
  }
  if (gpa % size_bytes != 0) {
    return Status::misaligned;
  }
  if (!mapped.device->is_readable()) {
    return Status::write_only;
  }
  bits = mapped.device->read(gpa - mapped.start, size_bytes);
  return Status::ok;
}

Status GuestMemory::try_write_slow(std::uint64_t gpa, unsigned size_bytes, std::uint64_t bits) {
  const Found found = state_->find_run(gpa, size_bytes, Access::write);
  if (found.status == Status::ok) {
    store_bits(found.host, size_bytes, bits);
    if (tracking_.load(std::memory_order_relaxed)) {
      state_->mark(gpa, size_bytes);
    }
    return Status::ok;
  }
  const MappedDevice mapped = state_->find_device(gpa);
  if (mapped.device == nullptr) {
    return found.status;
  }
  if (gpa % size_bytes != 0) {
    return Status::misaligned;
  }
  if (!mapped.device->is_writable()) {
    return Status::read_only;
  }
  mapped.device->write(gpa - mapped.start, size_bytes, bits);
  return Status::ok;
}

std::uint64_t GuestMemory::read_slow(std::uint64_t gpa, unsigned size_bytes) const {
  std::uint64_t bits = 0;
  const Status status = try_read_slow(gpa, size_bytes, bits);
  if (status != Status::ok) {
    raise(*state_, status, gpa, size_bytes, Access::read);
  }
  return bits;
}

void GuestMemory::write_slow(std::uint64_t gpa, unsigned size_bytes, std::uint64_t bits) {
  const Status status = try_write_slow(gpa, size_bytes, bits);
  if (status != Status::ok) {
    raise(*state_, status, gpa, size_bytes, Access::write);
  }
}

} // namespace vmperf::guestmem
