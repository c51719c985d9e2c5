// A thread's part of a heap: where it allocates, the stack of its references, what it has written.
//   shadow stack  [ Ref | Ref | ... | top -> free ]   each Handle is a slot, a HandleScope a mark
//   log           [ entry | entry | ... ]   what the barrier remembered since the last collection
// A Ref in a C++ variable is good until the next allocation or safepoint; a Handle is good until
// its scope ends, whatever moves. Handles are O(1), a store each. One thread a Mutator.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/gc/cells.hpp"
#include "vmperf/gc/object.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::gc {

class HeapCore;

/// Memory to take objects from by adding.
struct Run {
  std::byte *cursor = nullptr;
  std::byte *limit = nullptr;
};

class Mutator {
public:
  explicit Mutator(HeapCore &heap);
  Mutator(const Mutator &) = delete;
  Mutator &operator=(const Mutator &) = delete;
  Mutator(Mutator &&) = delete;
  Mutator &operator=(Mutator &&) = delete;
  ~Mutator();

  [[nodiscard]] HeapCore &heap() const noexcept { return *heap_; }

  /// A new slot on the shadow stack; CapacityError where 2 Mi are in use.
  Ref *push(Ref value) {
    if (top_ == end_) [[unlikely]] {
      overflow();
    }
    *top_ = value;
    return top_++;
  }
  [[nodiscard]] Ref *top() const noexcept { return top_; }
  void pop_to(Ref *top) noexcept { top_ = top; }
  [[nodiscard]] Ref *stack_begin() const noexcept { return begin_; }

  void log(std::uint32_t entry) {
    if (log_count == log_.size()) [[unlikely]] {
      log_.resize(log_.size() * 2);
    }
    log_[log_count++] = entry;
  }
  [[nodiscard]] const std::uint32_t *log_entries() const noexcept { return log_.data(); }

  Run run;                                   ///< of bump allocation
  Run medium;                                ///< of objects above a line, in free blocks
  std::array<Run, kSizeClasses> cells{};     ///< of mark-sweep
  std::uint32_t block = 0, medium_block = 0; ///< of `run` and `medium`; 0 = none
  std::uint32_t next_line = 0;
  std::uint64_t allocated_bytes = 0; ///< by runs handed out and by large objects
  std::uint64_t slow_allocations = 0;
  std::uint64_t no_gc_depth = 0;
  std::size_t log_count = 0;
  Run held_run; ///< with stress, which makes every allocation a slow one: the runs there would be
  std::array<Run, kSizeClasses> held_cells{};

private:
  [[noreturn]] static void overflow();

  HeapCore *heap_;
  os::Mapping stack_;
  Ref *begin_, *top_, *end_;
  std::vector<std::uint32_t> log_;
};

/// A reference that collections keep up to date. Must be made within a HandleScope.
class Handle {
public:
  Handle(Mutator &mutator, Ref value) : slot_(mutator.push(value)) {}
  [[nodiscard]] Ref get() const noexcept { return *slot_; }
  void set(Ref value) noexcept { *slot_ = value; }

private:
  Ref *slot_;
};

/// Gives the slots back of all Handles made since.
class HandleScope {
public:
  explicit HandleScope(Mutator &mutator) noexcept : mutator_(mutator), top_(mutator.top()) {}
  HandleScope(const HandleScope &) = delete;
  HandleScope &operator=(const HandleScope &) = delete;
  HandleScope(HandleScope &&) = delete;
  HandleScope &operator=(HandleScope &&) = delete;
  ~HandleScope() { mutator_.pop_to(top_); }

private:
  Mutator &mutator_;
  Ref *top_;
};

/// While one is alive, a collection on this thread is an InvalidArgumentError.
class NoGcScope {
public:
  explicit NoGcScope(Mutator &mutator) noexcept : mutator_(mutator) { ++mutator_.no_gc_depth; }
  NoGcScope(const NoGcScope &) = delete;
  NoGcScope &operator=(const NoGcScope &) = delete;
  NoGcScope(NoGcScope &&) = delete;
  NoGcScope &operator=(NoGcScope &&) = delete;
  ~NoGcScope() { --mutator_.no_gc_depth; }

private:
  Mutator &mutator_;
};

} // namespace vmperf::gc
