// The memory of a heap: one reservation, and the marks beside it.
//   unit   8 bytes, what a Ref counts    line   32 units = 256 B    block   4096 units = 32 KiB
//   marks  one bit for each unit, so that a bit says where its object begins
// Mark bits of blocks that nobody uses are never touched. Used by one thread at a time, but for
// set_shared().
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "vmperf/gc/object.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::gc {

inline constexpr std::size_t kLineBytes = 256;
inline constexpr std::size_t kBlockBytes = 32768;
inline constexpr std::size_t kBlockLines = kBlockBytes / kLineBytes;
inline constexpr unsigned kLineShift = 5;   ///< of units
inline constexpr unsigned kBlockShift = 12; ///< of units

class MarkBits {
public:
  void reset(std::uint64_t *words) noexcept { words_ = words; }

  [[nodiscard]] bool test(Ref ref) const noexcept {
    return (words_[ref / 64] >> (ref % 64) & 1U) != 0;
  }
  /// Sets the bit; whether it was clear. One thread.
  bool set(Ref ref) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (ref % 64);
    std::uint64_t &word = words_[ref / 64];
    const bool first = (word & bit) == 0;
    word |= bit;
    return first;
  }
  /// The same among any number of threads that set: true for one of them.
  bool set_shared(Ref ref) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (ref % 64);
    const std::atomic_ref word(words_[ref / 64]);
    return (word.load(std::memory_order_relaxed) & bit) == 0 &&
           (word.fetch_or(bit, std::memory_order_relaxed) & bit) == 0;
  }
  void clear(Ref ref) noexcept { words_[ref / 64] &= ~(std::uint64_t{1} << (ref % 64)); }
  /// Clears all of [begin, begin + units), both multiples of 64.
  void clear_range(Ref begin, std::size_t units) noexcept {
    std::memset(words_ + begin / 64, 0, units / 8);
  }
  /// 64 bits, for the 512 bytes that `ref` lies in.
  [[nodiscard]] std::uint64_t word(Ref ref) const noexcept { return words_[ref / 64]; }

private:
  std::uint64_t *words_ = nullptr;
};

/// Where things are, in units from the base; each begins a block.
struct Layout {
  Ref young_begin = 0; ///< survivors A, nursery, survivors B
  std::size_t survivor_units = 0, nursery_units = 0;
  Ref blocks_begin = 0;
  std::size_t n_blocks = 0;
  Ref large_begin = 0;
  std::size_t large_units = 0;

  [[nodiscard]] std::size_t young_units() const noexcept {
    return survivor_units * 2 + nursery_units;
  }
  [[nodiscard]] Ref nursery_begin() const noexcept {
    return young_begin + static_cast<Ref>(survivor_units);
  }
  [[nodiscard]] Ref end() const noexcept { return large_begin + static_cast<Ref>(large_units); }
};

class Arena {
public:
  /// Sizes in bytes, rounded up to blocks; `fields` and `cards` are those barriers' tables.
  Arena(std::size_t nursery, std::size_t survivors, std::size_t n_blocks, std::size_t large,
        bool cards, bool fields);

  /// Touches every page of young memory and of the first `blocks` blocks.
  void pretouch(std::size_t blocks) const;

  [[nodiscard]] std::byte *base() const noexcept { return memory_.data(); }
  [[nodiscard]] std::byte *at(Ref ref) const noexcept {
    return memory_.data() + std::size_t{ref} * kUnitBytes;
  }
  [[nodiscard]] std::uint64_t &header(Ref ref) const noexcept {
    return *object_at(memory_.data(), ref);
  }
  [[nodiscard]] unsigned char *cards() const noexcept {
    return reinterpret_cast<unsigned char *>(cards_.data());
  }
  [[nodiscard]] std::uint64_t *fields() const noexcept {
    return reinterpret_cast<std::uint64_t *>(fields_.data());
  }

  Layout layout;
  MarkBits marks;

private:
  os::Mapping memory_, mark_words_, cards_, fields_;
};

} // namespace vmperf::gc
