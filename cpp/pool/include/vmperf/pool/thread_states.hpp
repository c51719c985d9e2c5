// What a thread keeps for each pool it uses, found through ONE pointer in thread-local storage: the
// static TLS that is left for a Python extension is small, and initial-exec is the only model whose
// load is one instruction.
//
//   t_table ->   [ owner | state ] x 32     direct-mapped by a number of the owner; at first, and
//                                           after the thread's exit, one table that never matches
//   index_       [ owner | state ] x 2^k    of the same thread: open addressing by a hash of that
//                                           number, at most half full
//
// A hit costs the TLS load and one compare. A miss, where a thread takes turns at more than 32
// pools or at two with the same place, looks into the index: O(1) however many pools there are. A
// record holds its owner alive, so that the address of one that is gone never matches another;
// records of closed owners are dropped before the list of records grows. At the end of the thread
// every owner gets its state back. Each thread uses its own tables; no lock is taken here.
// Sources: Drepper, ELF Handling For Thread-Local Storage, section 4.1; Knuth, The Art of Computer
// Programming 3, section 6.4 (linear probing; Fibonacci hashing, for numbers at any distance).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace vmperf::pool {

/// A pool's side of the arrangement.
class ThreadStateOwner {
public:
  ThreadStateOwner() noexcept : place_(next_place()) {}
  ThreadStateOwner(const ThreadStateOwner &) = delete;
  ThreadStateOwner &operator=(const ThreadStateOwner &) = delete;
  ThreadStateOwner(ThreadStateOwner &&) = delete;
  ThreadStateOwner &operator=(ThreadStateOwner &&) = delete;
  virtual ~ThreadStateOwner() = default;

  /// The calling thread ends and gives its state back; nothing to do where the pool is closed.
  virtual void leave(void *state) noexcept = 0;
  [[nodiscard]] virtual bool is_closed() const noexcept = 0;
  [[nodiscard]] std::size_t place() const noexcept { return place_; }

private:
  static std::size_t next_place() noexcept {
    static std::atomic<std::size_t> next{0};
    return next.fetch_add(1, std::memory_order_relaxed);
  }

  std::size_t place_;
};

namespace thread_states {

inline constexpr std::size_t kEntries = 32;

struct Entry {
  const ThreadStateOwner *owner;
  void *state;
};

class Records;

/// What a thread has at hand.
struct Table {
  std::array<Entry, kEntries> entries{};
  Records *records = nullptr; ///< that it is part of
};

inline constexpr Table kNoTable{};
inline constexpr Table kEndedTable{}; ///< of a thread that ends

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a thread's own
[[gnu::tls_model("initial-exec")]] inline constinit thread_local const Table *t_table = &kNoTable;

/// The entry where the thread has this owner's state, if it has it at hand.
[[nodiscard, gnu::always_inline]] inline const Entry &entry_at(std::size_t byte_offset) noexcept {
  return *reinterpret_cast<const Entry *>(reinterpret_cast<const std::byte *>(t_table) +
                                          byte_offset);
}

[[nodiscard]] inline std::size_t entry_of(const ThreadStateOwner &owner) noexcept {
  return owner.place() % kEntries;
}

/// The records of one thread; its end gives every state back.
class Records {
public:
  Records() noexcept {
    table_.records = this;
    t_table = &table_;
  }
  Records(const Records &) = delete;
  Records &operator=(const Records &) = delete;
  Records(Records &&) = delete;
  Records &operator=(Records &&) = delete;
  ~Records() {
    t_table = &kEndedTable; // destructors that follow find no state here
    for (const Record &record : all_) {
      record.owner->leave(record.state);
    }
  }

  [[nodiscard]] void *look_up(const ThreadStateOwner &owner) noexcept {
    if (index_.empty()) {
      return nullptr;
    }
    const Entry &entry = place_in_index(owner);
    if (entry.owner != nullptr) {
      table_.entries[entry_of(owner)] = entry;
    }
    return entry.state;
  }

  /// Makes room for a record, so that add() can't fail. std::bad_alloc.
  void prepare() {
    const std::size_t room = index_.size() / 2;
    if (all_.size() < room) {
      return;
    }
    drop_closed();
    if (all_.size() >= room / 2) {
      std::vector<Entry> wider(std::max<std::size_t>(16, 2 * index_.size()));
      all_.reserve(wider.size() / 2);
      index_.swap(wider);
      fill_index();
    }
  }
  void add(std::shared_ptr<ThreadStateOwner> owner, void *state) noexcept {
    const Entry entry{.owner = owner.get(), .state = state};
    table_.entries[entry_of(*owner)] = place_in_index(*owner) = entry;
    all_.push_back({.owner = std::move(owner), .state = state});
  }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

private:
  struct Record {
    std::shared_ptr<ThreadStateOwner> owner;
    void *state;
  };

  // The owner's entry, or the empty one where it would be. There is always an empty one.
  [[nodiscard]] Entry &place_in_index(const ThreadStateOwner &owner) noexcept {
    const auto bits = static_cast<unsigned>(std::countr_zero(index_.size()));
    std::size_t at = (owner.place() * 0x9e3779b97f4a7c15U) >> (64U - bits);
    while (index_[at].owner != nullptr && index_[at].owner != &owner) {
      at = (at + 1) % index_.size();
    }
    return index_[at];
  }
  void fill_index() noexcept {
    std::ranges::fill(index_, Entry{});
    for (const Record &record : all_) {
      place_in_index(*record.owner) = {.owner = record.owner.get(), .state = record.state};
    }
  }
  void drop_closed() noexcept {
    for (Entry &entry : table_.entries) {
      if (entry.owner != nullptr && entry.owner->is_closed()) {
        entry = {};
      }
    }
    if (std::erase_if(all_, [](const Record &one) { return one.owner->is_closed(); }) != 0) {
      fill_index();
    }
  }

  Table table_;
  std::vector<Record> all_;
  std::vector<Entry> index_;
};

/// The calling thread's records; nullptr where memory is out, or where the thread is at its end.
[[nodiscard]] inline Records *records() noexcept {
  if (t_table->records != nullptr || t_table == &kEndedTable) {
    return t_table->records;
  }
  thread_local std::unique_ptr<Records> mine;
  if (mine == nullptr) {
    mine.reset(new (std::nothrow) Records);
  }
  return mine.get();
}

} // namespace thread_states
} // namespace vmperf::pool
