// Scalars at many addresses. The loop keeps slots, mask and shift in registers: what it stores into
// might be them, for all that the compiler knows. Plain loads, not vector gathers, which are
// microcoded on AMD's cores and fetch the slot's three words one by one elsewhere.
#include <string>

#include "state.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/guestmem/guest_memory.hpp"

namespace vmperf::guestmem {
namespace {

struct Table {
  const Slot *slots;
  std::uint64_t mask;
  unsigned shift;

  [[nodiscard, gnu::always_inline]] const Slot &of(std::uint64_t gpa) const noexcept {
    return slots[(gpa >> shift) & mask];
  }
};

// Where the item at gpa is, if its region has a slot and the item does not leave it; else null.
template <class T>
[[nodiscard, gnu::always_inline]] inline std::byte *find_plain(const Slot &slot,
                                                               std::uint64_t gpa) noexcept {
  const std::uint64_t offset = gpa - slot.start;
  return offset <= slot.size_bytes - sizeof(T) ? slot.host + offset : nullptr;
}

template <class T> std::byte *find_item(const State &state, std::uint64_t gpa, Access access) {
  const Found found = state.find_run(gpa, sizeof(T), access);
  if (found.status != Status::ok) {
    raise(state, found.status, gpa, sizeof(T), access);
  }
  return found.host;
}

template <class T>
void gather_of(const State &state, Table table, std::span<const std::uint64_t> gpas, void *to) {
  auto *out = static_cast<std::byte *>(to);
  for (const std::uint64_t &given : gpas) {
    const std::uint64_t gpa = __atomic_load_n(&given, __ATOMIC_RELAXED); // once, for both uses
    const std::byte *from = find_plain<T>(table.of(gpa), gpa);
    if (from == nullptr) [[unlikely]] {
      from = find_item<T>(state, gpa, Access::read);
    }
    detail::store(out, detail::load<T>(from));
    out += sizeof(T);
  }
}

template <class T>
void scatter_of(const State &state, Table table, std::span<const std::uint64_t> gpas,
                const void *from, bool tracking) {
  for (const std::uint64_t &given : gpas) {
    const std::uint64_t gpa = __atomic_load_n(&given, __ATOMIC_RELAXED);
    if (find_plain<T>(table.of(gpa), gpa) == nullptr) [[unlikely]] {
      static_cast<void>(find_item<T>(state, gpa, Access::write));
    }
  }
  // The addresses are checked once more as they are used: another thread may change them.
  const auto *in = static_cast<const std::byte *>(from);
  for (const std::uint64_t &given : gpas) {
    const std::uint64_t gpa = __atomic_load_n(&given, __ATOMIC_RELAXED); // once, for both uses
    const Slot &slot = table.of(gpa);
    std::byte *to = find_plain<T>(slot, gpa);
    const bool plain = to != nullptr;
    if (!plain) [[unlikely]] {
      to = find_item<T>(state, gpa, Access::write);
    }
    detail::store(to, detail::load<T>(in));
    in += sizeof(T);
    if (tracking && plain) {
      detail::mark_scalar<T>(slot.dirty, gpa - slot.start);
    } else if (tracking) {
      state.mark(gpa, sizeof(T));
    }
  }
}

void check_lengths(std::size_t gpas, std::size_t items) {
  if (gpas != items) {
    throw InvalidArgumentError("the number of items", std::to_string(items),
                               "the " + std::to_string(gpas) + " of addresses");
  }
}

// Calls use() with an item of the size, whose type is what it is for.
template <class Use> void with_item(unsigned item_bytes, Use use) {
  switch (item_bytes) {
  case 1:
    use(std::uint8_t{});
    break;
  case 2:
    use(std::uint16_t{});
    break;
  case 4:
    use(std::uint32_t{});
    break;
  case 8:
    use(std::uint64_t{});
    break;
  default:
    throw InvalidArgumentError("item_bytes", std::to_string(item_bytes), "1, 2, 4, 8");
  }
}

} // namespace

void GuestMemory::gather_items(std::span<const std::uint64_t> gpas, void *to, std::size_t count,
                               unsigned item_bytes) const {
  check_lengths(gpas.size(), count);
  const Table table{.slots = reads_, .mask = mask_, .shift = shift_};
  with_item(item_bytes, [&]<class T>(T) { gather_of<T>(*state_, table, gpas, to); });
}

void GuestMemory::scatter_items(std::span<const std::uint64_t> gpas, const void *from,
                                std::size_t count, unsigned item_bytes) {
  check_lengths(gpas.size(), count);
  const Table table{.slots = writes_, .mask = mask_, .shift = shift_};
  const bool tracking = is_tracking_dirty();
  with_item(item_bytes, [&]<class T>(T) { scatter_of<T>(*state_, table, gpas, from, tracking); });
}

} // namespace vmperf::guestmem
