// Ranges of bytes: one check, one copy. Adjacent regions lie side by side in the host, so what
// find_run() finds is one range there, too.
#include "state.hpp"
#include "vmperf/guestmem/guest_memory.hpp"
#include "vmperf/memops/copy.hpp"

namespace vmperf::guestmem {

void GuestMemory::read(std::uint64_t gpa, std::span<std::byte> to) const {
  const Status status = try_read(gpa, to);
  if (status != Status::ok) [[unlikely]] {
    raise(*state_, status, gpa, to.size(), Access::read);
  }
}

void GuestMemory::write(std::uint64_t gpa, std::span<const std::byte> from) {
  const Status status = try_write(gpa, from);
  if (status != Status::ok) [[unlikely]] {
    raise(*state_, status, gpa, from.size(), Access::write);
  }
}

Status GuestMemory::try_read(std::uint64_t gpa, std::span<std::byte> to) const {
  if (to.empty()) {
    return Status::ok;
  }
  const std::byte *const from = host(gpa, to.size(), Access::read);
  if (from == nullptr) [[unlikely]] {
    return state_->find_run(gpa, to.size(), Access::read).status;
  }
  memops::copy(to.data(), from, to.size());
  return Status::ok;
}

Status GuestMemory::try_write(std::uint64_t gpa, std::span<const std::byte> from) {
  if (from.empty()) {
    return Status::ok;
  }
  std::byte *const to = host(gpa, from.size(), Access::write);
  if (to == nullptr) [[unlikely]] {
    return state_->find_run(gpa, from.size(), Access::write).status;
  }
  write_range(gpa, from, to);
  return Status::ok;
}

void GuestMemory::load(std::uint64_t gpa, std::span<const std::byte> from) {
  if (from.empty()) {
    return;
  }
  const Found found = state_->find_run(gpa, from.size(), Access::read);
  if (found.status != Status::ok) {
    raise(*state_, found.status, gpa, from.size(), Access::write);
  }
  write_range(gpa, from, found.host);
}

void GuestMemory::write_range(std::uint64_t gpa, std::span<const std::byte> from, std::byte *to) {
  memops::copy(to, from.data(), from.size());
  if (is_tracking_dirty()) {
    state_->mark(gpa, from.size());
  }
}

View GuestMemory::view(std::uint64_t gpa, std::uint64_t size_bytes, Access access) const {
  if (size_bytes == 0) {
    return {.bytes = {}, .owner = state_->storage};
  }
  const Found found = state_->find_run(gpa, size_bytes, access);
  if (found.status != Status::ok) {
    raise(*state_, found.status, gpa, size_bytes, access);
  }
  return {.bytes = {found.host, size_bytes}, .owner = state_->storage};
}

} // namespace vmperf::guestmem
