// What a thread keeps for each pool it uses, found through ONE pointer in thread-local storage: the
// static TLS that is left for a Python extension is small, and initial-exec is the only model whose
// load is one instruction.
//
//   t_entries -> [ owner | state ] x 32     direct-mapped by a number of the owner; at first, and
//                                           after the thread's exit, one table that never matches
//
// A hit costs the TLS load and one compare. A miss goes through the list of the thread's records.
// A record holds its owner alive, so that the address of one that is gone never matches another;
// records of closed owners are dropped whenever the thread meets a new one. At the end of the
// thread every owner gets its state back. Each thread uses its own table; no lock is taken here.
// Source: Drepper, ELF Handling For Thread-Local Storage, section 4.1.
#pragma once

#include <array>
#include <atomic>
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

inline constexpr std::array<Entry, kEntries> kNoEntries{};
inline constexpr std::array<Entry, kEntries> kEndedEntries{}; ///< of a thread that ends

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a thread's own
[[gnu::tls_model("initial-exec")]] inline constinit thread_local const Entry *t_entries =
    kNoEntries.data();

/// The entry where the thread has this owner's state, if it has it at hand.
[[nodiscard, gnu::always_inline]] inline const Entry &entry_at(std::size_t byte_offset) noexcept {
  return *reinterpret_cast<const Entry *>(reinterpret_cast<const std::byte *>(t_entries) +
                                          byte_offset);
}

[[nodiscard]] inline std::size_t entry_of(const ThreadStateOwner &owner) noexcept {
  return owner.place() % kEntries;
}

/// The records of one thread; its end gives every state back.
class Records {
public:
  Records() noexcept { t_entries = entries_.data(); }
  Records(const Records &) = delete;
  Records &operator=(const Records &) = delete;
  Records(Records &&) = delete;
  Records &operator=(Records &&) = delete;
  ~Records() {
    t_entries = kEndedEntries.data(); // destructors that follow find no state here
    for (const Record &record : all_) {
      record.owner->leave(record.state);
    }
  }

  [[nodiscard]] void *look_up(const ThreadStateOwner &owner) noexcept {
    for (const Record &record : all_) {
      if (record.owner.get() == &owner) {
        entries_[entry_of(owner)] = {.owner = &owner, .state = record.state};
        return record.state;
      }
    }
    return nullptr;
  }

  /// Makes room for a record, so that add() can't fail. std::bad_alloc.
  void prepare() {
    std::erase_if(all_, [this](const Record &record) {
      const bool closed = record.owner->is_closed();
      Entry &entry = entries_[entry_of(*record.owner)];
      if (closed && entry.owner == record.owner.get()) {
        entry = {};
      }
      return closed;
    });
    all_.reserve(all_.size() + 1);
  }
  void add(std::shared_ptr<ThreadStateOwner> owner, void *state) noexcept {
    entries_[entry_of(*owner)] = {.owner = owner.get(), .state = state};
    all_.push_back({.owner = std::move(owner), .state = state});
  }

private:
  struct Record {
    std::shared_ptr<ThreadStateOwner> owner;
    void *state;
  };

  std::array<Entry, kEntries> entries_{};
  std::vector<Record> all_;
};

/// The calling thread's records; nullptr where memory is out, or where the thread is at its end.
[[nodiscard]] inline Records *records() noexcept {
  if (t_entries == kEndedEntries.data()) {
    return nullptr;
  }
  thread_local std::unique_ptr<Records> mine;
  if (mine == nullptr) {
    mine.reset(new (std::nothrow) Records);
  }
  return mine.get();
}

} // namespace thread_states
} // namespace vmperf::pool
