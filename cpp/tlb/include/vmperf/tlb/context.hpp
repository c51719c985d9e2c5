// Context ids: what stands in a tag in place of the ASID, so that a flush is a new id.
//
//   slot of an ASID  [ epoch | key ]     valid while its epoch is the table's
//   the table        [ epoch, next id ]
//
//   flush_all   epoch + 1: no slot is valid         flush_asid  its slot gets the next id
//   fill        a slot that is not valid gets the next id, and the epoch
//   out of ids  epoch + 1, the table is emptied, and ids begin at 1 again: none is issued a second
//               time before that (Linux does so with ASIDs, arch/arm64/mm/context.c)
//
// A reader takes epoch and key of its slot, then the entry, then looks at the table's epoch: where
// that is the slot's still, no id was issued twice in between, so what matched is of this ASID. An
// entry and a key are stored with release and loaded with acquire order, so who sees an entry of a
// reissued id, or that id itself, sees the epoch, too. A flush holds for every lookup that begins
// after it returned.
// Id 0 is never issued: its key matches no entry. O(1) but for the clear; 16 bytes an ASID, which
// become resident when it is used. Readers are wait-free; kShared = false is for one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "vmperf/tlb/stripe_locks.hpp"

namespace vmperf::tlb {

struct ContextSlot {
  std::atomic<std::uint64_t> epoch{0};
  std::atomic<std::uint64_t> key{0};
};

/// Taken before a walk, so that a fill with what was found is void if a flush came between.
struct Ticket {
  std::uint64_t key = 0, epoch = 0, page_flushes = 0;
  std::uint64_t own = 0; ///< key of the ASID, where `key` is that of global pages
};

/// How a layout writes an id into its key: key = id << shift | ones.
struct ContextCoding {
  unsigned bits = 0; ///< width of the id
  unsigned shift = 0;
  std::uint64_t ones = 0;
};

template <bool kShared> class Contexts {
public:
  Contexts(ContextCoding coding, std::uint32_t max_asids)
      : coding_(coding), max_asids_(max_asids), last_id_((std::uint64_t{1} << coding.bits) - 1),
        slots_(static_cast<ContextSlot *>(std::calloc(max_asids + 1U, sizeof(ContextSlot)))) {
    if (slots_ == nullptr) {
      throw std::bad_alloc();
    }
    global_.key.store(key_of(0), std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint32_t max_asids() const noexcept { return max_asids_; }
  /// The slot of an ASID; of one that is too large a slot that never becomes valid.
  [[nodiscard]] ContextSlot &at(std::uint32_t asid) const noexcept {
    return slots_.get()[asid < max_asids_ ? asid : max_asids_];
  }
  [[nodiscard]] ContextSlot &global() noexcept { return global_; }
  [[nodiscard]] const ContextSlot &global() const noexcept { return global_; }
  [[nodiscard]] const std::atomic<std::uint64_t> &epoch() const noexcept { return epoch_; }
  [[nodiscard]] std::uint64_t now() const noexcept {
    return epoch_.load(std::memory_order_acquire);
  }

  /// The key of a slot, or that of id 0 where the slot is not valid: a reader's view, to be
  /// confirmed by the epoch after what it read with it.
  [[nodiscard]] std::uint64_t current(const ContextSlot &slot, std::uint64_t epoch) const noexcept {
    const bool valid = slot.epoch.load(std::memory_order_acquire) == epoch;
    return valid ? slot.key.load(std::memory_order_acquire) : key_of(0);
  }

  /// Gives a slot that is not valid an id. `clear` empties the table where none is left.
  template <class Clear>
  [[gnu::always_inline]] void issue(ContextSlot &slot, Clear clear) noexcept {
    if (slot.epoch.load(std::memory_order_acquire) != now()) [[unlikely]] {
      issue_new(slot, clear);
    }
  }

  /// Epoch and key of a slot. In this order they belong together: a key that is newer than the
  /// epoch was issued in it, or else the table has another one by now and the ticket is void.
  [[nodiscard]] Ticket ticket_at(const ContextSlot &slot) const noexcept {
    const std::uint64_t epoch = slot.epoch.load(std::memory_order_acquire);
    const std::uint64_t key = slot.key.load(std::memory_order_acquire);
    return {.key = key, .epoch = epoch, .page_flushes = 0, .own = key};
  }
  /// The same ticket for a global page.
  template <class Clear> [[nodiscard]] Ticket of_global(Ticket ticket, Clear clear) noexcept {
    bool cleared = false;
    issue(global_, [&] {
      clear();
      cleared = true;
    });
    ticket.key = global_.key.load(std::memory_order_relaxed); // beside ticket.own
    // Its id began a new round, and nobody flushed: the epoch's one step is our own.
    if (cleared && global_.epoch.load(std::memory_order_relaxed) == ticket.epoch + 1) {
      ++ticket.epoch;
    }
    return ticket;
  }

  /// No slot is valid any more, but that of the ASID which was last given an id: it has its next
  /// one at once, so that a fill after the flush need not ask for it.
  template <class Clear> void flush_all(Clear clear) noexcept {
    lock_.lock();
    advance();
    if (last_ != nullptr) {
      give_id(*last_, clear);
    }
    lock_.unlock();
  }
  template <class Clear> void flush_one(ContextSlot &slot, Clear clear) noexcept {
    lock_.lock();
    if (slot.epoch.load(std::memory_order_relaxed) == epoch_.load(std::memory_order_relaxed)) {
      give_id(slot, clear);
    }
    lock_.unlock();
  }

private:
  [[nodiscard]] std::uint64_t key_of(std::uint64_t id) const noexcept {
    return id << coding_.shift | coding_.ones;
  }

  // The rest with the lock held.
  void advance() noexcept {
    epoch_.store(epoch_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  template <class Clear> [[gnu::always_inline]] void give_id(ContextSlot &slot, Clear clear) {
    if (next_id_ > last_id_) [[unlikely]] {
      advance(); // before the clear: readers under way find their epoch gone
      clear();
      next_id_ = 1;
    }
    slot.key.store(key_of(next_id_++), std::memory_order_release);
    slot.epoch.store(epoch_.load(std::memory_order_relaxed), std::memory_order_release);
  }
  template <class Clear> [[gnu::noinline]] void issue_new(ContextSlot &slot, Clear clear) noexcept {
    lock_.lock();
    if (slot.epoch.load(std::memory_order_relaxed) != epoch_.load(std::memory_order_relaxed)) {
      give_id(slot, clear);
      last_ = &slot != &global_ ? &slot : last_;
    }
    lock_.unlock();
  }

  struct Free {
    void operator()(ContextSlot *slots) const noexcept { std::free(slots); }
  };

  std::atomic<std::uint64_t> epoch_{1};
  ContextCoding coding_;
  std::uint32_t max_asids_;
  std::uint64_t last_id_, next_id_ = 1;
  std::unique_ptr<ContextSlot, Free> slots_; // calloc: zero pages until they are used
  ContextSlot global_;
  ContextSlot *last_ = nullptr;
  SpinLock<kShared> lock_;
};

} // namespace vmperf::tlb
