// The array that a stack of free slots lies in, and the copy of a row of its entries.
// The first entry that may hold a slot starts a cache line, so that a row taken off a full stack
// and put back is copied line by line. A row is copied 64 bytes a turn in 16-byte pieces, which
// every compiler has as instructions: for the 10 to 100 entries of a usual row that is faster than
// a call of memcpy wherever the row doesn't start a cache line, and no slower than 0.7 of it where
// it does. Making is O(1), copying O(n); a value is one owner's.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

#include "vmperf/base/align.hpp"

namespace vmperf::pool {

/// Uninitialised room for pointers. Shared, as a view of a row may outlive the pool's use of it.
class EntryTable {
public:
  EntryTable() = default;

  /// Null where memory is out. Entries -1 to n_entries - 1, as counted from bottom(), may be used.
  static EntryTable make(std::size_t n_entries) noexcept {
    constexpr auto align = std::align_val_t{kCacheLineBytes};
    void *memory = ::operator new(bytes(n_entries), align, std::nothrow);
    EntryTable table;
    table.bytes_ = bytes(n_entries);
    if (memory != nullptr) {
      try {
        table.memory_.reset(
            memory, [](void *p) { ::operator delete(p, std::align_val_t{kCacheLineBytes}); });
      } catch (const std::bad_alloc &) {
        return {}; // reset() has freed the memory
      }
    }
    return table;
  }

  [[nodiscard]] explicit operator bool() const noexcept { return memory_ != nullptr; }
  [[nodiscard]] void *bottom() const noexcept {
    return static_cast<std::byte *>(memory_.get()) + kLead * sizeof(void *);
  }
  [[nodiscard]] const std::shared_ptr<void> &owner() const noexcept { return memory_; }

  [[nodiscard]] std::size_t bytes() const noexcept { return memory_ == nullptr ? 0 : bytes_; }
  static constexpr std::size_t bytes(std::size_t n_entries) noexcept {
    return (n_entries + kLead) * sizeof(void *);
  }

private:
  static constexpr std::size_t kLead = kCacheLineBytes / sizeof(void *) - 1;

  std::shared_ptr<void> memory_;
  std::size_t bytes_ = 0;
};

/// A row of pointers as the memory that it is.
template <class T> [[nodiscard]] constexpr void *as_memory(T **row) noexcept {
  return static_cast<void *>(row);
}
template <class T> [[nodiscard]] constexpr const void *as_memory(T *const *row) noexcept {
  return static_cast<const void *>(row);
}

/// Moves one piece of a row.
template <std::size_t Bytes>
[[gnu::always_inline]] inline void copy_piece(std::byte *to, const std::byte *from) noexcept {
  struct Piece {
    std::byte bytes[Bytes]; // NOLINT(modernize-avoid-c-arrays)
  } piece;
  std::memcpy(&piece, from, Bytes);
  std::memcpy(to, &piece, Bytes);
}

/// Copies n pointers; the rows don't overlap.
[[gnu::always_inline]] inline void copy_entries(void *out, const void *in, std::size_t n) noexcept {
  auto *to = static_cast<std::byte *>(out);
  const auto *from = static_cast<const std::byte *>(in);
  constexpr std::size_t piece = 16;
  constexpr std::size_t turn = 64;
  for (std::size_t left = n * sizeof(void *) / turn; left != 0; --left, to += turn, from += turn) {
    copy_piece<piece>(to, from);
    copy_piece<piece>(to + piece, from + piece);
    copy_piece<piece>(to + 2 * piece, from + 2 * piece);
    copy_piece<piece>(to + 3 * piece, from + 3 * piece);
  }
  const std::size_t rest = n * sizeof(void *) % turn;
  if ((rest & 32U) != 0) {
    copy_piece<piece>(to, from);
    copy_piece<piece>(to + piece, from + piece);
    to += 32;
    from += 32;
  }
  if ((rest & 16U) != 0) {
    copy_piece<piece>(to, from);
    to += piece;
    from += piece;
  }
  if ((rest & 8U) != 0) {
    copy_piece<sizeof(void *)>(to, from);
  }
}

} // namespace vmperf::pool
