// What an Allocator is made with, and what a wrong free is called.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vmperf::alloc {

enum class HugePages : std::uint8_t { never, madvise };

struct Options {
  /// Address space set aside; less is taken where the system refuses, down to 64 MiB.
  std::size_t arena_size_bytes = std::size_t{64} << 30U;
  /// Free pages go back to the system once unused for so long; 0: at once, negative: by purge()
  /// alone.
  std::int64_t purge_delay_ms = 1000;
  HugePages huge_pages = HugePages::never;
  bool checked = false; ///< every free is tested; see Misuse
  bool tags = false;    ///< live bytes are counted by tag
  /// Where the arena lies, of whoever wants to say what is under it: arena_size_bytes of
  /// zero-filled, readable and writable memory, aligned to 64 KiB, which stays the caller's and
  /// outlives the allocator. Null: it sets its own aside.
  void *arena = nullptr;
  /// Whether what the arena has no room for, or is above 256 MiB, may be a mapping of its own.
  bool own_mappings = true;
};

inline constexpr unsigned kMostTags = 64; ///< tags are 0 to 63

/// What is wrong with a pointer that was to be freed. All but `foreign` needs Options::checked.
enum class Misuse : std::uint8_t {
  none,
  foreign,     ///< nothing of this allocator's
  double_free, ///< a block of ours, but free
  interior,    ///< inside a block
  misaligned,  ///< inside a block, and no multiple of 16
};

/// "double free", ...
[[nodiscard]] const char *misuse_name(Misuse misuse) noexcept;

} // namespace vmperf::alloc
