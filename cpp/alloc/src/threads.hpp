// The registry of the process: which allocators there are, and which threads have records. What a
// thread has of an allocator is changed by the thread itself and by nobody else, but when the
// allocator closes.
#pragma once

#include <cstdint>

#include "vmperf/alloc/heap.hpp"

namespace vmperf::alloc {

class Core;

namespace threads {

inline constexpr std::uint32_t kNowhere = kMostAllocators - 1; ///< the place of a closed allocator

/// A place for an allocator, entered by enter(); kNowhere where all are taken.
[[nodiscard]] std::uint32_t reserve_place() noexcept;
void enter(std::uint32_t place, Core *core) noexcept;
/// Takes an allocator out of every record; no thread is inside.
void forget(std::uint32_t place) noexcept;

/// The calling thread's record, made where it has none; nullptr at its end, or without memory.
[[nodiscard]] ThreadRecord *own_record() noexcept;

void lock() noexcept;
void unlock() noexcept;

} // namespace threads
} // namespace vmperf::alloc
