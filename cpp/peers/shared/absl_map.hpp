// What the shared library of absl::flat_hash_map exports: C, since it is found at run time. The
// timed loops stand in it, so that lookups are inlined there as those of other maps are here.
#pragma once

#include <cstddef>
#include <cstdint>

struct VmperfAbslMap; // a map from page number to PA and permissions

struct VmperfAbslApi {
  VmperfAbslMap *(*make)(std::size_t entries); // reserved; null where there is no memory
  void (*drop)(VmperfAbslMap *map);
  void (*fill)(VmperfAbslMap *map, std::uint64_t va, std::uint64_t pa); // readable and writable
  void (*flush)(VmperfAbslMap *map);
  std::uint64_t (*lookup)(const VmperfAbslMap *map, std::uint64_t va);
  std::uint64_t (*sum)(const VmperfAbslMap *map, const std::uint64_t *vas, std::size_t n);
  std::uint64_t (*chase)(const VmperfAbslMap *map, std::uint64_t va, std::uint64_t n);
  const char *version;
};

inline constexpr const char *kVmperfAbslApi = "vmperf_absl_api_1"; // returns const VmperfAbslApi *
