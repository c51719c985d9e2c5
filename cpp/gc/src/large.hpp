// Large objects, above 8 KiB: whole pages each, never moved, found dead by their mark bit.
// A free run of pages is taken first-fit, in order of addresses, and its pages are dropped when it
// is freed, so that resident memory follows the live size and a new object reads as zero.
// allocate and sweep: O(objects). One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arena.hpp"

namespace vmperf::gc {

class LargeSpace {
public:
  explicit LargeSpace(Arena &arena) : arena_(arena) {}

  /// Zeroed pages for `bytes`, or 0 where no run of pages is free.
  Ref allocate(std::size_t bytes);
  /// Drops all without a mark; bytes that are left.
  std::size_t sweep();
  /// The same for `n` objects from the `from`th; the next one, or count() at the end. What is
  /// allocated in between is to be marked.
  std::size_t sweep_some(std::size_t from, std::size_t n);
  [[nodiscard]] std::size_t count() const noexcept { return entries_.size(); }
  void clear_marks() noexcept;
  [[nodiscard]] std::size_t used_bytes() const noexcept { return used_; }
  [[nodiscard]] bool holds(Ref ref) const noexcept { return ref >= arena_.layout.large_begin; }
  [[nodiscard]] bool begins(Ref ref) const noexcept;

  template <class Visit> void for_each(Visit visit) const {
    for (const Entry &entry : entries_) {
      visit(entry.object);
    }
  }

private:
  struct Entry {
    Ref object;
    std::size_t bytes;
  };

  [[nodiscard]] bool drop_dead(const Entry &entry) const;

  Arena &arena_;
  std::vector<Entry> entries_; ///< by address
  std::size_t used_ = 0;
};

} // namespace vmperf::gc
