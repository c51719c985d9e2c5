// What the drop-in is told by the environment, and what it does once: fork handlers, and at the end
// of the program, if asked for, its statistics.
//   VMPERF_ALLOC_CHECKED=1          every free is tested; a misuse ends the program
//   VMPERF_ALLOC_PURGE_DELAY_MS=n   free pages go back after so long; 0: at once, -1: never
//   VMPERF_ALLOC_HUGE_PAGES=madvise ask for transparent huge pages
//   VMPERF_ALLOC_ARENA_GIB=n        address space set aside
//   VMPERF_ALLOC_STATS=1            a table at the end, on standard error; or the path of a file
#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include "vmperf/alloc/allocator.hpp"
#include "vmperf/os/preloaded.hpp"
#include "vmperf/version.hpp"

namespace vmperf::alloc::drop_in {
namespace {

using Text = std::array<char, 32>;

std::string_view value_of(std::string_view name, Text &text) noexcept {
  const char *found = os::started_with(name, text.data(), text.size());
  return found == nullptr ? std::string_view{} : found;
}

std::optional<std::int64_t> number_of(std::string_view name) noexcept {
  Text text{};
  const std::string_view digits = value_of(name, text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(number)
                                                                      : std::nullopt;
}

bool is_on(std::string_view name) noexcept {
  return number_of(name).value_or(0) != 0;
}

} // namespace
} // namespace vmperf::alloc::drop_in

vmperf::alloc::Options vmperf::alloc::options_at_start() noexcept {
  using drop_in::is_on;
  using drop_in::number_of;
  using drop_in::Text;
  using drop_in::value_of;
  Options options;
  options.checked = is_on("VMPERF_ALLOC_CHECKED");
  options.purge_delay_ms =
      number_of("VMPERF_ALLOC_PURGE_DELAY_MS").value_or(options.purge_delay_ms);
  Text text{};
  if (value_of("VMPERF_ALLOC_HUGE_PAGES", text) == "madvise") {
    options.huge_pages = HugePages::madvise;
  }
  constexpr std::int64_t kMostGib = 1 << 16;
  const std::int64_t gib = number_of("VMPERF_ALLOC_ARENA_GIB").value_or(0);
  if (gib > 0 && gib <= kMostGib) {
    options.arena_size_bytes = static_cast<std::size_t>(gib) << 30U;
  }
  return options;
}

namespace vmperf::alloc::drop_in {
namespace {

using Path = std::array<char, 4096>;

template <class... Values>
void say(const char *file, const char *format, Values... values) noexcept {
  std::array<char, 256> line{};
  const int n = std::snprintf(line.data(), line.size(), format, values...);
  const std::string_view text(line.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  if (*file == '\0') {
    os::write_error(text);
  } else {
    os::append_to_file(file, text);
  }
}

void say_stats(const char *file) noexcept {
  const Stats found = process().stats();
  say(file,
      "vmperf: live %" PRIu64 " blocks, %" PRIu64 " bytes; resident %" PRIu64
      "; given back %" PRIu64 "; heaps %" PRIu64 ", parked %" PRIu64 "\n",
      found.live_blocks, found.live_bytes, found.resident_bytes, found.purged_bytes, found.n_heaps,
      found.n_parked);
  say(file, "vmperf: %10s %12s %12s %12s %12s %12s\n", "bytes", "capacity", "live", "free",
      "magazines", "in flight");
  for (const ClassStats &one : found.classes) {
    if (one.capacity != 0) {
      say(file,
          "vmperf: %10" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %12" PRIu64
          "\n",
          one.block_bytes, one.capacity, one.live, one.free, one.in_magazines, one.in_flight);
    }
  }
}

[[gnu::constructor]] void start() {
  os::at_fork([] { process().lock_all(); }, [] { process().unlock_all(false); },
              [] { process().unlock_all(true); });
}

[[gnu::destructor]] void stop() {
  Path file{};
  if (os::started_with("VMPERF_ALLOC_STATS", file.data(), file.size()) != nullptr) {
    const std::string_view said = file.data();
    if (!said.empty() && said != "0") {
      say_stats(said == "1" ? "" : file.data());
    }
  }
}

} // namespace
} // namespace vmperf::alloc::drop_in

extern "C" {

[[gnu::visibility("default")]] const char *vmperf_alloc_version() noexcept {
  return VMPERF_VERSION;
}

/// Bytes in live blocks, and resident ones of the allocator, for who samples them from a thread.
[[gnu::visibility("default")]] void vmperf_alloc_usage(std::int64_t *live,
                                                       std::int64_t *resident) noexcept {
  const vmperf::alloc::Stats found = vmperf::alloc::process().stats();
  *live = static_cast<std::int64_t>(found.live_bytes);
  *resident = static_cast<std::int64_t>(found.resident_bytes);
}

// struct mallinfo2 of malloc.h.
struct VmperfMallInfo {
  std::size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};

[[gnu::visibility("default")]] VmperfMallInfo mallinfo2() noexcept {
  const vmperf::alloc::Stats found = vmperf::alloc::process().stats();
  VmperfMallInfo info{};
  info.hblks = found.mapped_blocks;
  info.hblkhd = found.mapped_bytes;
  info.arena = found.used_bytes;
  info.uordblks = found.live_bytes - found.mapped_bytes;
  info.fordblks = info.arena > info.uordblks ? info.arena - info.uordblks : 0;
  return info;
}
}
