// The cold parts and the rows of BasicCheckedPool: live maps, leases, what is wrong with a pointer.
#pragma once

namespace vmperf::pool {

template <class Slots, class Base> void BasicCheckedPool<Slots, Base>::require_open() const {
  if (is_closed()) {
    throw InvalidArgumentError("pool", "closed", "a pool that was neither closed nor moved from");
  }
}

// The map of the slab that a slot of this pool lies in; made when its first slot is handed out.
template <class Slots, class Base>
auto BasicCheckedPool<Slots, Base>::map_of(const void *slot) -> LiveMap & {
  for (LiveMap &map : maps_) {
    if (index_in(map, slot) < map.n_slots) {
      return map;
    }
  }
  const auto slab = std::find_if(slabs().begin(), slabs().end(),
                                 [slot](const Slab &s) { return s.contains(slot); });
  const std::size_t n = slab->n_slots();
  try {
    maps_.push_back(
        {.base = address(slab->base()), .n_slots = n, .live = std::vector<unsigned char>(n)});
  } catch (const std::bad_alloc &) {
    throw CapacityError("no memory for the live map of the pool", n, kMaxBytes);
  }
  return maps_.back();
}

template <class Slots, class Base>
std::size_t BasicCheckedPool<Slots, Base>::move_to_slab_of(void *slot) {
  try {
    move_to(map_of(slot));
  } catch (const CapacityError &) {
    pool_.deallocate(slot);
    throw;
  }
  return slots_.index(address(slot) - here_.base);
}

template <class Slots, class Base>
std::size_t BasicCheckedPool<Slots, Base>::require_live(const void *slot,
                                                        const std::string &where) {
  for (LiveMap &map : maps_) {
    const std::size_t index = index_in(map, slot);
    if (index < map.n_slots && map.live[index] != 0) {
      move_to(map);
      return index;
    }
  }
  throw CorruptionError(where + fault_of(slot));
}

// The row is marked before the caller has it: what another thread writes there is not looked at.
template <class Slots, class Base>
template <class T>
void BasicCheckedPool<Slots, Base>::allocate_n(T **out, std::size_t n) {
  if constexpr (requires { pool_.take_row(n); }) {
    const std::span<void *const> row = pool_.take_row(n);
    try {
      mark_allocated(row);
    } catch (const CapacityError &) {
      pool_.take_staged(n);
      throw;
    }
    copy_entries(as_memory(out), static_cast<const void *>(row.data()), n);
  } else {
    const auto row = own_row(n);
    pool_.allocate_n(row.get(), n);
    try {
      mark_allocated({row.get(), n});
    } catch (const CapacityError &) {
      pool_.deallocate_n(row.get(), n);
      throw;
    }
    std::transform(row.get(), row.get() + n, out,
                   [](void *slot) { return static_cast<T *>(slot); });
  }
}

// CapacityError, where a slab's first slot is among them and there is no memory for its map; then
// no slot of the row is marked.
template <class Slots, class Base>
void BasicCheckedPool<Slots, Base>::mark_allocated(std::span<void *const> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::size_t index = index_in(here_, row[i]);
    if (index >= here_.n_slots) [[unlikely]] {
      try {
        move_to(map_of(row[i]));
      } catch (const CapacityError &) {
        for (std::size_t k = i; k-- != 0;) {
          here_.live[require_live(row[k], "")] = 0;
        }
        throw;
      }
      index = slots_.index(address(row[i]) - here_.base);
    }
    here_.live[index] = 1;
  }
}

template <class Slots, class Base>
// NOLINTBEGIN(modernize-avoid-c-arrays)
std::unique_ptr<void *[]> BasicCheckedPool<Slots, Base>::own_row(std::size_t n) {
  std::unique_ptr<void *[]> row(new (std::nothrow) void *[n]);
  // NOLINTEND(modernize-avoid-c-arrays)
  if (row == nullptr) {
    throw CapacityError("no memory for a copy of the row", n * sizeof(void *), kMaxBytes);
  }
  return row;
}

// What was tested is what is taken back, also where another thread writes to the row meanwhile: it
// is read once. Of a row that is longer than all that can be live, one too many is the fault.
template <class Slots, class Base>
template <class T>
void BasicCheckedPool<Slots, Base>::deallocate_n(T *const *in, std::size_t n) {
  require_open();
  require_row_untouched(n);
  if constexpr (requires { pool_.stage(in, n); }) {
    const std::span<void *const> row = pool_.stage(in, n);
    mark_freed(row);
    if (row.size() < n) {
      mark_live(row);
      throw CorruptionError(in_row(row.size()) + fault_of(in[row.size()]));
    }
    pool_.take_staged(n);
  } else {
    const auto row = own_row(n);
    std::copy_n(in, n, row.get());
    mark_freed({row.get(), n});
    pool_.deallocate_n(row.get(), n);
  }
}

// Each slot is marked as freed while the row is tested, so that one that stands in it twice is
// found; where one is wrong the marks of those before it come back.
template <class Slots, class Base>
void BasicCheckedPool<Slots, Base>::mark_freed(std::span<void *const> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::size_t index = index_in(here_, row[i]);
    if (index >= here_.n_slots || here_.live[index] == 0) [[unlikely]] {
      try {
        index = require_live(row[i], in_row(i));
      } catch (const CorruptionError &) {
        mark_live(row.first(i));
        throw;
      }
    }
    here_.live[index] = 0;
  }
}

template <class Slots, class Base>
void BasicCheckedPool<Slots, Base>::mark_live(std::span<void *const> row) {
  for (const void *slot : row) {
    LiveMap &map = map_of(slot);
    map.live[index_in(map, slot)] = 1;
  }
}

template <class Slots, class Base>
LeaseBlock BasicCheckedPool<Slots, Base>::open_lease(std::size_t n)
  requires requires(Base pool) { pool.open_lease(n); }
{
  require_open();
  try {
    leases_.reserve(leases_.size() + 1);
  } catch (const std::bad_alloc &) {
    throw CapacityError("no memory for the list of leases",
                        (leases_.size() + 1) * sizeof(LeaseBlock), kMaxBytes);
  }
  leases_.push_back(pool_.open_lease(n));
  here_ = {};
  return leases_.back();
}

template <class Slots, class Base>
void BasicCheckedPool<Slots, Base>::close_lease(LeaseBlock block) {
  if (leases_.empty()) {
    return; // the pool was closed meanwhile
  }
  if (!is_innermost(block)) {
    throw CorruptionError("a lease ends while a later one is open: end the later one of " +
                          std::to_string(leases_.back().n) + " slots first");
  }
  end_innermost();
}

template <class Slots, class Base> void BasicCheckedPool<Slots, Base>::end_innermost() noexcept {
  pool_.close_lease(leases_.back());
  leases_.pop_back();
  here_ = {};
}

// A row of n more entries must not reach the row of the last lease.
template <class Slots, class Base>
void BasicCheckedPool<Slots, Base>::require_row_untouched(std::size_t n) const {
  if constexpr (requires { pool_.stacked(); }) {
    if (!leases_.empty() && pool_.would_overwrite(leases_.back(), n)) {
      throw CorruptionError("a deallocation of " + std::to_string(n) +
                            " slot(s) would overwrite a lease of " +
                            std::to_string(leases_.back().n) + " slots; end the lease first");
    }
  }
}

template <class Slots, class Base> void BasicCheckedPool<Slots, Base>::drop_maps_of_others() {
  here_ = {};
  std::erase_if(maps_, [&](const LiveMap &map) {
    return std::none_of(slabs().begin(), slabs().end(),
                        [&](const Slab &slab) { return address(slab.base()) == map.base; });
  });
}

template <class Slots, class Base> std::size_t BasicCheckedPool<Slots, Base>::purge() {
  const std::size_t before = stats().bytes;
  pool_.purge();
  drop_maps_of_others();
  return before - stats().bytes;
}

template <class Slots, class Base> Slab BasicCheckedPool<Slots, Base>::detach(std::size_t n) {
  Slab slab = pool_.detach(n);
  drop_maps_of_others();
  return slab;
}

template <class Slots, class Base>
std::string BasicCheckedPool<Slots, Base>::fault_of(const void *slot) const {
  const std::string what = std::to_string(address(slot));
  for (const Slab &slab : slabs()) {
    if (!slab.contains(slot)) {
      continue;
    }
    const std::size_t past = (address(slot) - address(slab.base())) % shape().slot_bytes;
    if (past == 0) {
      return "double free: slot " + what + " of this pool is not live";
    }
    const bool aligned = address(slot) % shape().align == 0;
    return std::string(aligned ? "interior" : "misaligned") + " pointer: " + what + " lies " +
           std::to_string(past) + " bytes past the start of a slot; pass " +
           "what allocate() returned";
  }
  return "foreign pointer: " + what + " is in none of this pool's slabs";
}

} // namespace vmperf::pool
