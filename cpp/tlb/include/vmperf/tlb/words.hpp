// The words of policies, index functions and accesses, and the checks of a shape: what a caller may
// get wrong is an InvalidArgumentError that names the argument. O(words). Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vmperf/tlb/policy.hpp"
#include "vmperf/tlb/slot.hpp"
#include "vmperf/tlb/sync.hpp"

namespace vmperf::tlb {

[[nodiscard]] Policy to_policy(const std::string &word);      ///< "lru", "plru", ..., "drrip"
[[nodiscard]] Index to_index(const std::string &word);        ///< "mod", "xor", "crc"
[[nodiscard]] Sync to_sync(const std::string &word);          ///< "auto", "packed", ..., "private"
[[nodiscard]] Access to_access(const std::string &word);      ///< "r", "w", "x"
[[nodiscard]] std::uint8_t to_perms(const std::string &word); ///< letters of "rwx"
[[nodiscard]] std::string_view word_of(Policy policy) noexcept;
[[nodiscard]] std::string_view word_of(Index index) noexcept;
[[nodiscard]] std::string_view word_of(Sync sync) noexcept;

/// 1 to 64 ways (a power of two of them for plru), entries a multiple of them, and a power of two
/// of sets.
void check(const Shape &shape, Policy policy);

} // namespace vmperf::tlb
