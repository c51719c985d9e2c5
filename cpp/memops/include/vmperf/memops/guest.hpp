// Copies of memory that somebody else may be writing or reading at the same time: a guest's CPU, a
// device. Every naturally aligned piece of up to `atom` bytes inside the range, on either side, is
// read by one access and written by one access, so it cannot tear; every byte is read exactly once
// (what was checked is what was copied); nothing outside the range is touched. No order between the
// pieces and no barrier: publish with an atomic of your own.
//   atom  8  always: relaxed 8-byte atomics
//   atom 16  where the CPU promises it: x86-64 with AVX (Intel SDM vol. 3A 9.1.1, AMD APM vol. 2
//            7.3.2), AArch64 with LSE2
//   atom 32  observed on every AVX CPU that we tried, promised by no manual; x86-64 with AVX2
// It is what volatile loops are used for: volatile neither bypasses caches nor orders anything, it
// keeps the compiler from merging accesses, which makes it slow. Under ThreadSanitizer all widths
// are relaxed 8-byte atomics, so that it sees them.
// O(n); the ranges must not overlap; thread-safe. Source: rust-vmm vm-memory issues 95, 100, 111.
#pragma once

#include <cstddef>

#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

/// The kernel for a width. InvalidArgumentError for a width other than 8, 16, 32; UnsupportedError
/// where the CPU does not have it (8 always works). Independent of the SIMD level in use, since
/// what a CPU promises is its own.
[[nodiscard]] VMPERF_MEMOPS_API Ops::Copy *guest_copier(std::size_t atom);

/// Copies n bytes without tearing; errors as guest_copier().
VMPERF_MEMOPS_API void guest_copy(void *dst, const void *src, std::size_t n, std::size_t atom = 16);

/// The widths that guest_copy() takes here, in a mask: the sum of 8, 16, 32.
[[nodiscard]] VMPERF_MEMOPS_API std::size_t guest_atoms();

} // namespace vmperf::memops
