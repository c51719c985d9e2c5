// Bodies of ways_tlb.hpp.
#pragma once

namespace vmperf::tlb {

template <std::size_t kWays, class Index>
WaysTlb<kWays, Index>::WaysTlb(std::size_t entries, std::uint32_t max_asids)
    : set_bits_(detail::checked_set_bits(entries, kWays, Entry::kLeastSetBits)), table_(entries),
      index_(set_bits_), codec_(set_bits_), contexts_(Entry::coding(set_bits_), max_asids),
      locks_(std::uint64_t{1} << set_bits_),
      hands_(new std::uint8_t[std::size_t{1} << set_bits_]()), kernels_(&batch_kernels()) {}

// The word that translates, or 0. Four ways: no branch depends on which one it is.
template <std::size_t kWays, class Index>
template <Access kAccess>
inline std::uint64_t WaysTlb<kWays, Index>::Context::find(std::uint64_t va,
                                                          std::uint64_t key) const noexcept {
  const Entry::Cell *const set = words_ + index_.set_of(va) * kWays;
  const std::uint64_t wanted = codec_.wanted(va, key);
  if constexpr (kWays == 8) {
    return find_(set, wanted, Entry::kMask<kAccess>);
  } else {
    std::uint64_t found = 0;
    for (std::size_t way = 0; way < kWays; ++way) {
      const std::uint64_t word = Entry::load(set[way]);
      found = ((word ^ wanted) & Entry::kMask<kAccess>) == 0 ? word : found;
    }
    return found;
  }
}

template <std::size_t kWays, class Index>
template <Access kAccess>
inline std::uint64_t WaysTlb<kWays, Index>::Context::lookup(std::uint64_t va) const noexcept {
  const std::uint64_t seen = slot_->epoch.load(std::memory_order_acquire);
  const std::uint64_t key = slot_->key.load(std::memory_order_acquire);
  const std::uint64_t word = find<kAccess>(va, key);
  if (word != 0 && Entry::is_canonical(va) &&
      contexts_->epoch().load(std::memory_order_relaxed) == seen) [[likely]] {
    return Entry::Codec::pa(word, va, key);
  }
  return lookup_global<kAccess>(*this, va);
}

template <std::size_t kWays, class Index>
template <Access kAccess>
[[gnu::noinline]] std::uint64_t
WaysTlb<kWays, Index>::Context::lookup_global(Context context, std::uint64_t va) noexcept {
  const ContextSlot &slot = context.contexts_->global();
  const std::uint64_t seen = slot.epoch.load(std::memory_order_acquire);
  const std::uint64_t key = slot.key.load(std::memory_order_acquire);
  const std::uint64_t word = context.template find<kAccess>(va, key);
  const bool hit = word != 0 && Entry::is_canonical(va) &&
                   context.contexts_->epoch().load(std::memory_order_relaxed) == seen;
  return hit ? Entry::Codec::pa(word, va, key) : kMiss;
}

template <std::size_t kWays, class Index>
std::uint64_t WaysTlb<kWays, Index>::lookup(std::uint64_t va, Access access,
                                            std::uint32_t asid) const noexcept {
  const Context whose = context(asid);
  switch (access) {
  case Access::read:
    return whose.template lookup<Access::read>(va);
  case Access::write:
    return whose.template lookup<Access::write>(va);
  case Access::execute:
    return whose.template lookup<Access::execute>(va);
  }
  return kMiss;
}

template <std::size_t kWays, class Index>
WaysTlb<kWays, Index>::Ticket WaysTlb<kWays, Index>::ticket_of(std::uint64_t va,
                                                               ContextSlot &slot) noexcept {
  contexts_.issue(slot, [this] { clear(); });
  Ticket ticket = contexts_.ticket_at(slot);
  ticket.page_flushes = locks_.of(index_.set_of(va)).page_flushes.load(std::memory_order_acquire);
  return ticket;
}

template <std::size_t kWays, class Index>
WaysTlb<kWays, Index>::Ticket WaysTlb<kWays, Index>::ticket(std::uint64_t va,
                                                            std::uint32_t asid) noexcept {
  return asid < max_asids() ? ticket_of(va, contexts_.at(asid)) : Ticket{};
}

template <std::size_t kWays, class Index>
bool WaysTlb<kWays, Index>::fill(std::uint64_t va, const Translation &translation,
                                 std::uint32_t asid, Evicted *evicted) noexcept {
  if (asid >= max_asids()) {
    unfit_.add();
    return false;
  }
  if (translation.global) {
    Ticket ticket = ticket_of(va, contexts_.global());
    ticket.own = key_of(asid);
    return put(va, translation, ticket, evicted);
  }
  return put(va, translation, ticket_of(va, contexts_.at(asid)), evicted);
}

template <std::size_t kWays, class Index>
bool WaysTlb<kWays, Index>::fill(std::uint64_t va, const Translation &translation,
                                 const Ticket &ticket, Evicted *evicted) noexcept {
  return put(va, translation,
             translation.global ? contexts_.of_global(ticket, [this] { clear(); }) : ticket,
             evicted);
}

template <std::size_t kWays, class Index>
std::size_t WaysTlb<kWays, Index>::way_for(std::uint64_t set) noexcept {
  const Entry::Cell *const words = &table_[set * kWays];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (Entry::is_empty(Entry::load(words[way]))) {
      return way;
    }
  }
  return hands_[set]++ % kWays;
}

template <std::size_t kWays, class Index>
bool WaysTlb<kWays, Index>::put(std::uint64_t va, const Translation &translation,
                                const Ticket &ticket, Evicted *evicted) noexcept {
  const std::uint64_t set = index_.set_of(va);
  const bool keep = translation.fault == Fault::none && (translation.perms & kAllPerms) != 0 &&
                    decltype(codec_)::fits(va, translation.pa);
  auto &stripe = locks_.of(set);
  stripe.lock();
  if (contexts_.now() != ticket.epoch ||
      stripe.page_flushes.load(std::memory_order_relaxed) != ticket.page_flushes) [[unlikely]] {
    stripe.unlock();
    return false;
  }
  drop(va, ticket.own, global_key()); // its own way is empty then: no page has two
  if (keep) {
    const std::size_t way = set * kWays + way_for(set);
    const std::uint64_t old = Entry::load(table_[way]);
    Entry::store(table_[way], codec_.make(va, translation.pa, translation.perms, ticket.key));
    fills_.add();
    if (!Entry::is_empty(old)) {
      evictions_.add();
      if (evicted != nullptr) {
        const std::uint64_t old_va = codec_.va(old, set, index_);
        *evicted = {.present = true,
                    .va = old_va,
                    .pa = Entry::Codec::pa(old, old_va, 0),
                    .key = codec_.key(old),
                    .perms = Entry::Codec::perms(old)};
      }
    }
  } else {
    unfit_.add();
  }
  stripe.unlock();
  return keep;
}

template <std::size_t kWays, class Index>
std::size_t WaysTlb<kWays, Index>::drop(std::uint64_t va, std::uint64_t key,
                                        std::uint64_t global) noexcept {
  Entry::Cell *const words = &table_[index_.set_of(va) * kWays];
  std::size_t dropped = 0;
  for (std::size_t way = 0; way < kWays; ++way) {
    const std::uint64_t word = Entry::load(words[way]);
    if (!Entry::is_empty(word) &&
        (codec_.same_page(word, va, key) || codec_.same_page(word, va, global))) {
      Entry::clear(words[way]);
      ++dropped;
    }
  }
  return dropped;
}

template <std::size_t kWays, class Index> void WaysTlb<kWays, Index>::clear() noexcept {
  locks_.lock_all();
  kernels_->clear(table_.data(), table_.size() * sizeof(Entry::Cell));
  clears_.add();
  locks_.unlock_all();
}

template <std::size_t kWays, class Index> void WaysTlb<kWays, Index>::flush() noexcept {
  contexts_.flush_all([this] { clear(); });
  flushes_all_.add();
}

template <std::size_t kWays, class Index>
void WaysTlb<kWays, Index>::flush_asid(std::uint32_t asid) noexcept {
  if (asid < max_asids()) {
    contexts_.flush_one(contexts_.at(asid), [this] { clear(); });
  }
  flushes_asid_.add();
}

template <std::size_t kWays, class Index>
void WaysTlb<kWays, Index>::flush_page(std::uint64_t va, std::uint64_t size_bytes,
                                       std::uint32_t asid) noexcept {
  if (size_bytes > kPageBytes) {
    const std::uint64_t lo = va & ~(size_bytes - 1);
    flush_range(lo, lo + (size_bytes - 1), asid);
    return;
  }
  flushes_page_.add();
  auto &stripe = locks_.of(index_.set_of(va));
  stripe.lock();
  stripe.count_flush();
  swept_.add(drop(va, key_of(asid), global_key()));
  stripe.unlock();
}

template <std::size_t kWays, class Index>
void WaysTlb<kWays, Index>::flush_range(std::uint64_t lo, std::uint64_t hi,
                                        std::uint32_t asid) noexcept {
  flushes_range_.add();
  if (lo > hi) {
    return;
  }
  const std::uint64_t first = lo >> kPageShift;
  const std::uint64_t n_pages = (hi >> kPageShift) - first + 1;
  locks_.lock_all();
  locks_.count_flush_in_all();
  const std::uint64_t key = key_of(asid);
  const std::uint64_t global = global_key();
  if (n_pages * kWays <= table_.size()) {
    for (std::uint64_t i = 0; i < n_pages; ++i) {
      swept_.add(drop((first + i) << kPageShift, key, global));
    }
  } else {
    for (std::size_t i = 0; i < table_.size(); ++i) {
      const std::uint64_t word = Entry::load(table_[i]);
      const std::uint64_t va = codec_.va(word, i / kWays, index_);
      const bool ours = codec_.key(word) == key || codec_.key(word) == global;
      if (!Entry::is_empty(word) && ours && (va >> kPageShift) - first < n_pages) {
        Entry::clear(table_[i]);
        swept_.add();
      }
    }
  }
  locks_.unlock_all();
}

template <std::size_t kWays, class Index>
std::size_t WaysTlb<kWays, Index>::translate(const std::uint64_t *va, std::uint64_t *pa,
                                             std::uint8_t *fault, std::size_t n, Access access,
                                             std::uint32_t asid,
                                             std::uint32_t *misses) const noexcept {
  const Context whose = context(asid);
  std::size_t n_missed = 0;
  // NOLINTNEXTLINE(readability-redundant-lambda-parameter-list): C++20 wants it
  const auto all = [&]<Access kAccess>() {
    for (std::size_t i = 0; i < n; ++i) {
      pa[i] = whose.template lookup<kAccess>(va[i]);
      fault[i] = pa[i] == kMiss ? static_cast<std::uint8_t>(Fault::miss) : 0;
      misses[n_missed] = static_cast<std::uint32_t>(i);
      n_missed += fault[i];
    }
  };
  switch (access) {
  case Access::read:
    all.template operator()<Access::read>();
    break;
  case Access::write:
    all.template operator()<Access::write>();
    break;
  case Access::execute:
    all.template operator()<Access::execute>();
    break;
  }
  return n_missed;
}

template <std::size_t kWays, class Index> TlbStats WaysTlb<kWays, Index>::stats() const noexcept {
  return {.fills = fills_.get(),
          .evictions = evictions_.get(),
          .unfit = unfit_.get(),
          .flushes_all = flushes_all_.get(),
          .flushes_asid = flushes_asid_.get(),
          .flushes_page = flushes_page_.get(),
          .flushes_range = flushes_range_.get(),
          .entries_swept = swept_.get(),
          .clears = clears_.get()};
}

} // namespace vmperf::tlb
