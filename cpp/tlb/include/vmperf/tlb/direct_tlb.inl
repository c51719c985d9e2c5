// Bodies of direct_tlb.hpp.
#pragma once

namespace vmperf::tlb {

template <class Entry, class Index>
DirectTlb<Entry, Index>::DirectTlb(std::size_t entries, std::uint32_t max_asids)
    : table_(std::size_t{1} << detail::checked_set_bits(entries, 1, Entry::kLeastSetBits)),
      set_bits_(detail::checked_set_bits(entries, 1, Entry::kLeastSetBits)), index_(set_bits_),
      codec_(set_bits_), contexts_(Entry::coding(set_bits_), max_asids),
      locks_(std::size_t{1} << set_bits_), kernels_(&batch_kernels()) {
  detail::require_layout<Entry>();
}

template <class Entry, class Index>
DirectTlb<Entry, Index>::Context
DirectTlb<Entry, Index>::context(std::uint32_t asid) const noexcept {
  return Context(table_.data(), index_, codec_, contexts_.at(asid), contexts_);
}

template <class Entry, class Index>
template <Access kAccess>
inline std::uint64_t DirectTlb<Entry, Index>::Context::lookup(std::uint64_t va) const noexcept {
  const std::uint64_t seen = slot_->epoch.load(std::memory_order_acquire);
  const std::uint64_t key = slot_->key.load(std::memory_order_acquire);
  const typename Entry::Value value = Entry::load(cells_[index_.set_of(va)]);
  if (codec_.template matches<kAccess>(value, va, key) &&
      contexts_->epoch().load(std::memory_order_relaxed) == seen) [[likely]] {
    return codec_.pa(value, va, key);
  }
  return lookup_global<kAccess>(*this, va);
}

// Apart, so that the loop of its user has room; by value, so that his context stays in registers.
template <class Entry, class Index>
template <Access kAccess>
[[gnu::noinline]] std::uint64_t
DirectTlb<Entry, Index>::Context::lookup_global(Context context, std::uint64_t va) noexcept {
  const ContextSlot &slot = context.contexts_->global();
  const std::uint64_t seen = slot.epoch.load(std::memory_order_acquire);
  const std::uint64_t key = slot.key.load(std::memory_order_acquire);
  const typename Entry::Value value = Entry::load(context.cells_[context.index_.set_of(va)]);
  if (context.codec_.template matches<kAccess>(value, va, key) &&
      context.contexts_->epoch().load(std::memory_order_relaxed) == seen) {
    return context.codec_.pa(value, va, key);
  }
  return kMiss;
}

template <class Entry, class Index>
std::uint64_t DirectTlb<Entry, Index>::lookup(std::uint64_t va, Access access,
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

template <class Entry, class Index>
DirectTlb<Entry, Index>::Ticket DirectTlb<Entry, Index>::ticket_of(std::uint64_t va,
                                                                   ContextSlot &slot) noexcept {
  contexts_.issue(slot, [this] { clear(); });
  Ticket ticket = contexts_.ticket_at(slot);
  ticket.page_flushes = locks_.of(index_.set_of(va)).page_flushes.load(std::memory_order_acquire);
  return ticket;
}

template <class Entry, class Index>
DirectTlb<Entry, Index>::Ticket DirectTlb<Entry, Index>::ticket(std::uint64_t va,
                                                                std::uint32_t asid) noexcept {
  return asid < max_asids() ? ticket_of(va, contexts_.at(asid)) : Ticket{};
}

template <class Entry, class Index>
bool DirectTlb<Entry, Index>::fill(std::uint64_t va, const Translation &translation,
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

template <class Entry, class Index>
bool DirectTlb<Entry, Index>::fill(std::uint64_t va, const Translation &translation,
                                   const Ticket &ticket, Evicted *evicted) noexcept {
  return put(va, translation,
             translation.global ? contexts_.of_global(ticket, [this] { clear(); }) : ticket,
             evicted);
}

template <class Entry, class Index>
bool DirectTlb<Entry, Index>::put(std::uint64_t va, const Translation &translation,
                                  const Ticket &ticket, Evicted *evicted) noexcept {
  const std::uint64_t set = index_.set_of(va);
  auto &stripe = locks_.of(set);
  stripe.lock();
  const bool valid = contexts_.now() == ticket.epoch &&
                     stripe.page_flushes.load(std::memory_order_relaxed) == ticket.page_flushes;
  const bool kept = valid && put_locked(set, va, translation, ticket, evicted);
  stripe.unlock();
  return kept;
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::fill_all(const std::uint64_t *va, const Translation *translations,
                                       std::size_t n, std::uint32_t asid) noexcept {
  bool valid = false;
  bool others = asid >= max_asids();
  if (!others) {
    ContextSlot &slot = contexts_.at(asid);
    contexts_.issue(slot, [this] { clear(); });
    locks_.lock_all();
    const Ticket ticket = contexts_.ticket_at(slot);
    valid = contexts_.now() == ticket.epoch;
    for (std::size_t i = 0; valid && i < n; ++i) {
      if (translations[i].fault == Fault::none && !translations[i].global) {
        put_locked(index_.set_of(va[i]), va[i], translations[i], ticket, nullptr);
      } else {
        others = true;
      }
    }
    locks_.unlock_all();
  }
  for (std::size_t i = 0; (others || !valid) && i < n; ++i) {
    if (translations[i].fault == Fault::none && (!valid || translations[i].global)) {
      fill(va[i], translations[i], asid);
    }
  }
}

template <class Entry, class Index>
bool DirectTlb<Entry, Index>::put_locked(std::uint64_t set, std::uint64_t va,
                                         const Translation &translation, const Ticket &ticket,
                                         Evicted *evicted) noexcept {
  typename Entry::Cell &cell = table_[set];
  const bool keep = translation.fault == Fault::none && (translation.perms & kAllPerms) != 0 &&
                    codec_.fits(va, translation.pa);
  const typename Entry::Value old = Entry::load(cell);
  if (keep) [[likely]] {
    Entry::store(cell, codec_.make(va, translation.pa, translation.perms, ticket.key));
    marks_.mark(va, locks_.number(set), ticket.epoch);
    fills_.add();
    if (!Entry::is_empty(old) && !codec_.same_page(old, va, ticket.key)) {
      evictions_.add();
      if (evicted != nullptr) {
        *evicted = evicted_of(old, set);
      }
    }
  } else {
    unfit_.add();
    if (!Entry::is_empty(old) &&
        (codec_.same_page(old, va, ticket.own) || codec_.same_page(old, va, global_key()))) {
      Entry::clear(cell);
    }
  }
  return keep;
}

template <class Entry, class Index>
Evicted DirectTlb<Entry, Index>::evicted_of(Entry::Value value, std::uint64_t set) const noexcept {
  const std::uint64_t va = codec_.va(value, set, index_);
  const std::uint64_t key = codec_.key(value);
  return {.present = true,
          .va = va,
          .pa = codec_.pa(value, va, key),
          .key = key,
          .perms = codec_.perms(value)};
}

template <class Entry, class Index> void DirectTlb<Entry, Index>::clear() noexcept {
  locks_.lock_all();
  if constexpr (detail::kHasKernel<Entry>) {
    kernels_->clear(table_.data(), table_.size() * sizeof(typename Entry::Cell));
  } else {
    for (std::size_t set = 0; set < table_.size(); ++set) {
      Entry::clear(table_[set]);
    }
  }
  clears_.add();
  locks_.unlock_all();
}

template <class Entry, class Index> void DirectTlb<Entry, Index>::flush() noexcept {
  contexts_.flush_all([this] { clear(); });
  flushes_all_.add();
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::flush_asid(std::uint32_t asid) noexcept {
  if (asid < max_asids()) {
    contexts_.flush_one(contexts_.at(asid), [this] { clear(); });
  }
  flushes_asid_.add();
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::flush_page(std::uint64_t va, std::uint64_t size_bytes,
                                         std::uint32_t asid) noexcept {
  flushes_page_.add();
  if (size_bytes > kPageBytes) {
    drop_pages((va & ~(size_bytes - 1)) >> kPageShift, size_bytes >> kPageShift, asid);
    return;
  }
  const std::uint64_t set = index_.set_of(va);
  auto &stripe = locks_.of(set);
  stripe.lock();
  stripe.count_flush();
  drop(set, va, {key_of(asid), global_key()});
  stripe.unlock();
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::flush_range(std::uint64_t lo, std::uint64_t hi,
                                          std::uint32_t asid) noexcept {
  flushes_range_.add();
  if (lo <= hi) {
    drop_pages(lo >> kPageShift, (hi >> kPageShift) - (lo >> kPageShift) + 1, asid);
  }
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::drop(std::uint64_t set, std::uint64_t va, const Keys &keys) noexcept {
  const typename Entry::Value value = Entry::load(table_[set]);
  if (!Entry::is_empty(value) &&
      (codec_.same_page(value, va, keys.own) || codec_.same_page(value, va, keys.global))) {
    Entry::clear(table_[set]);
    swept_.add();
  }
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::drop_pages(std::uint64_t first, std::uint64_t n_pages,
                                         std::uint32_t asid) noexcept {
  locks_.lock_all();
  locks_.count_flush_in_all();
  const Keys keys{key_of(asid), global_key()};
  if (n_pages > table_.size()) {
    drop_where_in(first, n_pages, keys);
  } else {
    const std::uint64_t epoch = contexts_.now();
    for (std::uint64_t page = first, end = first + n_pages; page != end;) {
      const std::uint64_t above = (page | (kRegionPages - 1)) + 1;
      const std::uint64_t next = end < above ? end : above;
      if (marks_.is_marked(page << kPageShift, epoch)) {
        drop_in_region(page, next, keys);
      }
      page = next;
    }
  }
  locks_.unlock_all();
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::drop_in_region(std::uint64_t page, std::uint64_t end,
                                             const Keys &keys) noexcept {
  if constexpr (detail::kHasKernel<Entry> && Index::kConsecutive) {
    if (end - page ==
        kRegionPages) { // its sets are a block, aligned; or the whole of a small table
      const std::uint64_t va = page << kPageShift;
      const std::size_t n = table_.size() < kRegionPages ? table_.size() : kRegionPages;
      typename Entry::Cell *const cells = &table_[index_.set_of(va) & ~(n - 1)];
      for (const std::uint64_t key : {keys.own, keys.global}) {
        swept_.add(detail::sweep<Entry>(*kernels_, codec_, cells, n, va, key));
      }
      return;
    }
  }
  for (; page != end; ++page) {
    drop(index_.set_of(page << kPageShift), page << kPageShift, keys);
  }
}

template <class Entry, class Index>
void DirectTlb<Entry, Index>::drop_where_in(std::uint64_t first, std::uint64_t n_pages,
                                            const Keys &keys) noexcept {
  for (std::uint64_t set = 0; set < table_.size(); ++set) {
    const typename Entry::Value value = Entry::load(table_[set]);
    if (Entry::is_empty(value)) {
      continue;
    }
    const std::uint64_t va = codec_.va(value, set, index_);
    const std::uint64_t key = codec_.key(value);
    if ((va >> kPageShift) - first < n_pages && (key == keys.own || key == keys.global)) {
      Entry::clear(table_[set]);
      swept_.add();
    }
  }
}

template <class Entry, class Index>
template <Access kAccess>
std::size_t DirectTlb<Entry, Index>::translate_as(const std::uint64_t *va, std::uint64_t *pa,
                                                  std::uint8_t *fault, std::size_t n,
                                                  std::uint32_t asid,
                                                  std::uint32_t *misses) const noexcept {
  std::size_t n_missed = 0;
  if constexpr (detail::kHasKernel<Entry> && Index::kKind != IndexKind::other) {
    BatchKernel *const kernel = detail::kernel_of<Entry>(*kernels_);
    BatchView view = detail::view_of<Entry, kAccess>(codec_, index_, table_.data());
    for (std::size_t at = 0; at < n;) {
      const std::size_t some = n - at < kBatchBlock ? n - at : kBatchBlock;
      const std::uint64_t epoch = contexts_.now();
      view.key = contexts_.current(contexts_.at(asid), epoch);
      view.global_key = contexts_.current(contexts_.global(), epoch);
      const std::size_t missed = kernel(view, va + at, pa + at, fault + at, some,
                                        static_cast<std::uint32_t>(at), misses + n_missed);
      detail::fence(std::memory_order_acquire);
      if (contexts_.now() != epoch) [[unlikely]] {
        continue; // a flush of all came between: what was found is looked up again
      }
      n_missed += missed;
      at += some;
    }
  } else {
    const Context whose = context(asid);
    for (std::size_t i = 0; i < n; ++i) {
      pa[i] = whose.template lookup<kAccess>(va[i]);
      fault[i] = pa[i] == kMiss ? static_cast<std::uint8_t>(Fault::miss) : 0;
      misses[n_missed] = static_cast<std::uint32_t>(i);
      n_missed += fault[i];
    }
  }
  return n_missed;
}

template <class Entry, class Index>
std::size_t DirectTlb<Entry, Index>::translate(const std::uint64_t *va, std::uint64_t *pa,
                                               std::uint8_t *fault, std::size_t n, Access access,
                                               std::uint32_t asid,
                                               std::uint32_t *misses) const noexcept {
  switch (access) {
  case Access::read:
    return translate_as<Access::read>(va, pa, fault, n, asid, misses);
  case Access::write:
    return translate_as<Access::write>(va, pa, fault, n, asid, misses);
  case Access::execute:
    return translate_as<Access::execute>(va, pa, fault, n, asid, misses);
  }
  return 0;
}

template <class Entry, class Index> TlbStats DirectTlb<Entry, Index>::stats() const noexcept {
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
