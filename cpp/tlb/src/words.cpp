#include "vmperf/tlb/words.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <span>

#include "vmperf/base/error.hpp"

namespace vmperf::tlb {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 9> kPolicies = {
    "lru", "plru", "bit_plru", "nru", "fifo", "random", "srrip", "brrip", "drrip"};
constexpr std::array<std::string_view, 3> kIndexes = {"mod", "xor", "crc"};
constexpr std::array<std::string_view, 5> kSyncs = {"auto", "packed", "atomic16", "seqlock",
                                                    "private"};
constexpr std::array<std::string_view, 3> kAccesses = {"r", "w", "x"};
constexpr std::size_t kMaxEntries = std::size_t{1} << 24U;

std::size_t place_of(const char *argument, const std::string &word,
                     std::span<const std::string_view> words) {
  std::string allowed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) {
      return i;
    }
    allowed.append(i == 0 ? "" : ", ").append(words[i]);
  }
  throw InvalidArgumentError(argument, "'" + word + "'", allowed);
}

} // namespace

Policy to_policy(const std::string &word) {
  return static_cast<Policy>(place_of("policy", word, kPolicies));
}

Index to_index(const std::string &word) {
  return static_cast<Index>(place_of("index", word, kIndexes));
}

Sync to_sync(const std::string &word) {
  return static_cast<Sync>(place_of("sync", word, kSyncs));
}

Access to_access(const std::string &word) {
  return static_cast<Access>(place_of("access", word, kAccesses));
}

std::uint8_t to_perms(const std::string &word) {
  unsigned perms = 0;
  for (const char letter : word) {
    const std::size_t at = std::string_view("rwx").find(letter);
    const unsigned bit = at == std::string_view::npos ? 0 : 1U << at;
    if (bit == 0 || (perms & bit) != 0) {
      throw InvalidArgumentError("perms", "'" + word + "'",
                                 "some of the letters r, w and x, each once");
    }
    perms |= bit;
  }
  if (perms == 0) {
    throw InvalidArgumentError("perms", "''", "at least one of r, w and x");
  }
  return static_cast<std::uint8_t>(perms);
}

std::string_view word_of(Policy policy) noexcept {
  return kPolicies.at(static_cast<std::size_t>(policy));
}

std::string_view word_of(Index index) noexcept {
  return kIndexes.at(static_cast<std::size_t>(index));
}

std::string_view word_of(Sync sync) noexcept {
  return kSyncs.at(static_cast<std::size_t>(sync));
}

void check(const Shape &shape, Policy policy) {
  if (shape.ways == 0 || shape.ways > kMaxWays) {
    throw InvalidArgumentError("ways", std::to_string(shape.ways),
                               "1 to " + std::to_string(kMaxWays));
  }
  if (policy == Policy::plru && !std::has_single_bit(shape.ways)) {
    throw InvalidArgumentError("ways", std::to_string(shape.ways), "a power of two for plru");
  }
  if (shape.entries == 0 || shape.entries > kMaxEntries || shape.entries % shape.ways != 0) {
    throw InvalidArgumentError("entries", std::to_string(shape.entries),
                               "a multiple of ways (" + std::to_string(shape.ways) + ") up to " +
                                   std::to_string(kMaxEntries));
  }
  if (!std::has_single_bit(shape.sets())) {
    throw InvalidArgumentError("entries", std::to_string(shape.entries),
                               "a power of two times ways (" + std::to_string(shape.ways) + ")");
  }
}

} // namespace vmperf::tlb
