// Allocator: blocks of any size, from any thread, freed by any other, with all metadata out of the
// blocks: a freed block is touched by nobody. The functions of malloc's family, and what they do
// not have: arenas of one's own, exact counts, a walk over the live blocks, a map of the
// fragmentation, tests of every pointer that is freed.
//
// allocate and deallocate: O(1), without a lock up to 2 MiB where the thread's magazine serves; a
// refill takes 64 blocks or a span. Instructions through a pointer on x86-64, the return included:
// allocate 16 up to 1 KiB, deallocate 22; a test holds them. Memory that runs out is nullptr; an
// exception comes from deallocate() and reallocate() alone: CorruptionError.
// All is safe from any thread; close and destruction while no other thread is inside.
// Sources: cpp/alloc/README.md.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "vmperf/alloc/heap.hpp"
#include "vmperf/alloc/options.hpp"
#include "vmperf/alloc/size_classes.hpp"
#include "vmperf/alloc/stats.hpp"

namespace vmperf::alloc {

class Core;

class Allocator {
public:
  /// InvalidArgumentError for an arena below 1 MiB, CapacityError where address space or the places
  /// for allocators are out.
  explicit Allocator(const Options &options);
  Allocator() : Allocator(Options{}) {}
  /// The one of the process (process()), made at its first use: before constructors run, if need
  /// be, with what set_process_options() said.
  struct ProcessWide {};
  constexpr explicit Allocator(ProcessWide) noexcept {}
  Allocator(const Allocator &) = delete;
  Allocator &operator=(const Allocator &) = delete;
  Allocator(Allocator &&) = delete;
  Allocator &operator=(Allocator &&) = delete;
  ~Allocator() { this->close(); }

  /// Gives all memory back, live blocks too; a second call does nothing, and the process's instance
  /// stays as it is. Afterwards every allocation is nullptr.
  void close() noexcept;

  /// At least `size` bytes, aligned to 16; nullptr where memory is out or size above PTRDIFF_MAX. A
  /// size of 0 is a block like another.
  [[nodiscard, gnu::always_inline, gnu::malloc]] void *allocate(std::size_t size) noexcept {
    return allocate_from(front(), size);
  }
  /// The same, of a size that the compiler knows.
  template <std::size_t kSize>
  [[nodiscard, gnu::always_inline, gnu::malloc]] void *allocate() noexcept {
    static_assert(kSize > 0 && kSize <= kSpanMost);
    if (void *block = front().pop(class_of(kSize))) [[likely]] {
      return block;
    }
    return allocate_slowly(kSize);
  }

  /// Live bytes of this block count for `tag`, below kMostTags, until it is freed.
  [[nodiscard]] void *allocate_tagged(std::size_t size, unsigned tag) noexcept;

  /// Zeros; nullptr where the product overflows, too.
  [[nodiscard]] void *calloc(std::size_t count, std::size_t size) noexcept;
  /// A multiple of `alignment`, a power of two: nullptr for another.
  [[nodiscard]] void *aligned_allocate(std::size_t alignment, std::size_t size) noexcept;

  /// Grows or shrinks, in place where it can; a null block is allocate(). nullptr leaves the block
  /// as it was. CorruptionError as deallocate().
  [[nodiscard]] void *reallocate(void *block, std::size_t size);

  /// Takes a block back, from whichever thread; nothing for a null pointer. A pointer that is none
  /// of ours is CorruptionError; see Options::checked for the rest, which is undefined without.
  [[gnu::always_inline]] void deallocate(void *block) {
    if (!front().push(block)) [[unlikely]] {
      deallocate_slowly(block);
    }
  }

  /// The same for a block of allocate<kSize>(): its magazine is known without a look at the table,
  /// which is left to the branch predictor to confirm: less than half the time of deallocate().
  template <std::size_t kSize> [[gnu::always_inline]] void deallocate(void *block) {
    if (!front().push_of(block, class_of(kSize))) [[unlikely]] {
      deallocate_slowly(block);
    }
  }

  /// As deallocate(), for callers without exceptions.
  [[gnu::always_inline]] Misuse try_deallocate(void *block) noexcept {
    return front().push(block) ? Misuse::none : try_deallocate_slowly(block);
  }
  /// As reallocate(), for callers without exceptions: a misuse leaves `block` as it is and returns
  /// nullptr.
  [[nodiscard]] void *try_reallocate(void *block, std::size_t size, Misuse &misuse) noexcept;

  /// What the block may hold; 0 for a null or foreign pointer.
  [[nodiscard]] std::size_t usable_size(const void *block) const noexcept;
  /// Whether a block of ours begins there; free ones count, but in a checked allocator.
  [[nodiscard]] bool owns(const void *block) const noexcept;

  /// Gives all free pages back now that can be: this thread's, those of ended threads, and of
  /// the common part. Other threads give theirs at their next refill. From any thread.
  void purge() noexcept;

  [[nodiscard]] Stats stats() const noexcept;
  /// Shows every live block to `visit(const Block &)`, which must not allocate from here; false
  /// where memory for it is out.
  template <class Visit> bool walk(Visit visit) const {
    return walk_blocks([](void *to, const Block &block) { (*static_cast<Visit *>(to))(block); },
                       &visit);
  }
  /// Shows every slab, span and free span of the arena in address order to `visit(const Extent &)`.
  template <class Visit> void fragmentation(Visit visit) const {
    walk_extents([](void *to, const Extent &extent) { (*static_cast<Visit *>(to))(extent); },
                 &visit);
  }

  /// What it was made with; arena_size_bytes as it came to be.
  [[nodiscard]] Options options() const noexcept;

  /// For fork(): all locks are taken before it, and given back after it in parent and child.
  void lock_all() noexcept;
  void unlock_all(bool in_child) noexcept;

private:
  friend class Process;

  [[nodiscard, gnu::always_inline]] HeapFront &front() const noexcept {
    return *t_record->fast[place_];
  }
  [[nodiscard, gnu::always_inline]] void *allocate_from(HeapFront &heap,
                                                        std::size_t size) noexcept {
    if (size - 1 >= kFineMost) [[unlikely]] {
      return allocate_coarse(size);
    }
    if (void *block = heap.pop(static_cast<unsigned>((size - 1) >> 4U))) [[likely]] {
      return block;
    }
    return allocate_slowly(size);
  }
  [[nodiscard]] Core *core() const noexcept;
  [[nodiscard, gnu::cold, gnu::noinline]] void *allocate_slowly(std::size_t size) noexcept;
  [[nodiscard, gnu::noinline]] void *allocate_coarse(std::size_t size) noexcept;
  [[gnu::cold, gnu::noinline]] void deallocate_slowly(void *block);
  [[gnu::cold, gnu::noinline]] Misuse try_deallocate_slowly(void *block) noexcept;
  bool walk_blocks(void (*visit)(void *, const Block &), void *to) const;
  void walk_extents(void (*visit)(void *, const Extent &), void *to) const;

  mutable std::atomic<Core *> core_{nullptr};
  std::uint32_t place_ = 0; // in each thread's record; 0 is the process's
};

/// The allocator of the whole process, of drop-in and Face: lives from before the first constructor
/// to after the last destructor. Its two hot calls as functions, which find their heap without a
/// look at the object.
class Process {
public:
  [[nodiscard, gnu::always_inline]] static Allocator &instance() noexcept {
    return held_.allocator;
  }
  [[nodiscard, gnu::always_inline, gnu::malloc]] static void *allocate(std::size_t size) noexcept {
    return held_.allocator.allocate_from(*t_record->fast[0], size);
  }
  [[gnu::always_inline]] static Misuse try_deallocate(void *block) noexcept {
    return t_record->fast[0]->push(block) ? Misuse::none
                                          : held_.allocator.try_deallocate_slowly(block);
  }

private:
  union Held { // never destroyed
    Allocator allocator;
    constexpr Held() noexcept : allocator(Allocator::ProcessWide{}) {}
    ~Held() {} // NOLINT(modernize-use-equals-default): would be deleted
  };
  static constinit Held held_;
};

[[nodiscard]] inline Allocator &process() noexcept {
  return Process::instance();
}

/// Defined by a library that is the malloc of its process, and nowhere else: what process() is made
/// with, asked once, before its first block; it must not allocate.
[[gnu::weak]] Options options_at_start() noexcept;

/// What it is made with, from now until its first use; false where that is over.
bool set_process_options(const Options &options) noexcept;

} // namespace vmperf::alloc
