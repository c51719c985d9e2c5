// Magazines: arrays of free pointers that threads fill and empty on their own and exchange whole.
// MagazineStack is a lock-free stack of them (Treiber), MagazineStore owns them all.
//
//   head   [ tag : 32 | index : 32 ]    one 64-bit word; index 0 = empty; the tag counts pops, so
//                                       that a head which was popped and pushed again in between
//                                       is not taken for the same one (ABA)
//   store  [2^0][2^1][2^2]...           segments that double: index i lies in bit_width(i) - 1.
//                                       No magazine moves or goes while its store is alive, so a
//                                       loser of a race may still read its `next`.
//
// push, pop: O(1), lock-free, any thread. The store grows under its owner's lock.
// Sources: Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3; Treiber, IBM RJ 5118.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

namespace vmperf::pool {

/// Followed by capacity + 1 entries, the first of which is null: a pop that reads it is at the end.
class alignas(void *) Magazine {
public:
  explicit Magazine(std::uint32_t index) noexcept : index_(index) { *slots() = nullptr; }

  /// The entry below the first: where `top` stands when the magazine is empty.
  [[nodiscard]] void **slots() noexcept { return reinterpret_cast<void **>(this + 1); }
  [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
  /// How many slots it holds; 0 while it is loaded, as the owner's `top` says it then.
  [[nodiscard]] std::uint32_t count() const noexcept {
    return count_.load(std::memory_order_relaxed);
  }
  void set_count(std::size_t count) noexcept {
    count_.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
  }

private:
  friend class MagazineStack;

  std::atomic<std::uint32_t> next_{0};
  std::uint32_t index_;
  std::atomic<std::uint32_t> count_{0};
};

static_assert(sizeof(Magazine) % alignof(void *) == 0);

class MagazineStore {
public:
  explicit MagazineStore(std::size_t capacity) noexcept
      : stride_bytes_(sizeof(Magazine) + (capacity + 1) * sizeof(void *)) {}
  MagazineStore(const MagazineStore &) = delete;
  MagazineStore &operator=(const MagazineStore &) = delete;
  MagazineStore(MagazineStore &&) = delete;
  MagazineStore &operator=(MagazineStore &&) = delete;
  ~MagazineStore() { clear(); }

  [[nodiscard]] Magazine *at(std::uint32_t index) const noexcept {
    const auto segment = static_cast<std::size_t>(std::bit_width(index)) - 1;
    std::byte *base = segments_[segment].load(std::memory_order_acquire);
    return std::launder(
        reinterpret_cast<Magazine *>(base + (index - (std::size_t{1} << segment)) * stride_bytes_));
  }

  /// A new empty magazine, or nullptr where memory is out. Under the owner's lock.
  [[nodiscard]] Magazine *make() noexcept {
    const std::uint32_t index = n_made_ + 1;
    if (index > kMost) {
      return nullptr;
    }
    const auto segment = static_cast<std::size_t>(std::bit_width(index)) - 1;
    std::byte *base = segments_[segment].load(std::memory_order_relaxed);
    if (base == nullptr) {
      const std::size_t bytes = stride_bytes_ << segment;
      base = static_cast<std::byte *>(::operator new(bytes, std::nothrow));
      if (base == nullptr) {
        return nullptr;
      }
      segments_[segment].store(base, std::memory_order_release);
      bytes_ += bytes;
    }
    ++n_made_;
    return new (base + (index - (std::size_t{1} << segment)) * stride_bytes_) Magazine(index);
  }

  [[nodiscard]] std::uint32_t n_made() const noexcept { return n_made_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  void clear() noexcept {
    for (std::atomic<std::byte *> &segment : segments_) {
      ::operator delete(segment.exchange(nullptr, std::memory_order_relaxed));
    }
    n_made_ = 0;
    bytes_ = 0;
  }

private:
  static constexpr std::size_t kSegments = 31;
  static constexpr std::uint32_t kMost = (std::uint32_t{1} << kSegments) - 1;

  std::size_t stride_bytes_;
  std::size_t bytes_ = 0;
  std::uint32_t n_made_ = 0;
  std::array<std::atomic<std::byte *>, kSegments> segments_{};
};

class alignas(64) MagazineStack {
public:
  void push(Magazine &magazine) noexcept {
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    do {
      magazine.next_.store(static_cast<std::uint32_t>(head), std::memory_order_relaxed);
    } while (!head_.compare_exchange_weak(head, (head & kTagMask) | magazine.index_,
                                          std::memory_order_release, std::memory_order_relaxed));
  }

  /// nullptr where there is none.
  [[nodiscard]] Magazine *pop(const MagazineStore &store) noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    while (static_cast<std::uint32_t>(head) != 0) {
      Magazine *magazine = store.at(static_cast<std::uint32_t>(head));
      const std::uint64_t next = magazine->next_.load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, ((head & kTagMask) + kTagStep) | next,
                                      std::memory_order_acquire, std::memory_order_acquire)) {
        return magazine;
      }
    }
    return nullptr;
  }

  void clear() noexcept { head_.store(0, std::memory_order_relaxed); }

private:
  static constexpr std::uint64_t kTagStep = std::uint64_t{1} << 32U;
  static constexpr std::uint64_t kTagMask = ~(kTagStep - 1);

  std::atomic<std::uint64_t> head_{0};
};

} // namespace vmperf::pool
