// The CPU that the calling thread is on: two loads from what the kernel keeps up to date for
// restartable sequences, where the C library has registered the thread (glibc 2.35 and later), else
// a call. It may be another one at the next instruction. Safe from any thread; 1 ns or less.
// Source: rseq(2) and glibc's manual, "Restartable Sequences".
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/os/numa.hpp"

extern "C" {
// Of the C library; absent before 2.35. NOLINTNEXTLINE(bugprone-reserved-identifier)
[[gnu::weak]] extern const std::ptrdiff_t __rseq_offset;
// NOLINTNEXTLINE(bugprone-reserved-identifier)
[[gnu::weak]] extern const unsigned int __rseq_size;
}

namespace vmperf::os {

/// Whether current_cpu() reads memory alone in a registered thread.
[[nodiscard]] inline bool has_cpu_in_memory() noexcept {
  return &__rseq_size != nullptr && __rseq_size != 0;
}

[[nodiscard]] inline unsigned current_cpu() noexcept {
  if (has_cpu_in_memory()) [[likely]] {
    // struct rseq begins { u32 cpu_id_start; u32 cpu_id; ... }: cpu_id is negative until the kernel
    // has answered.
    const auto *area = static_cast<const std::byte *>(__builtin_thread_pointer()) + __rseq_offset;
    const auto cpu = static_cast<std::int32_t>(__atomic_load_n(
        reinterpret_cast<const std::uint32_t *>(area + sizeof(std::uint32_t)), __ATOMIC_RELAXED));
    if (cpu >= 0) [[likely]] {
      return static_cast<unsigned>(cpu);
    }
  }
  return slow_current_cpu();
}

} // namespace vmperf::os
