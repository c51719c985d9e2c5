#include "misuse.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "vmperf/alloc/allocator.hpp"
#include "vmperf/os/preloaded.hpp"

namespace vmperf::alloc::drop_in {
namespace {

// "a block of 64 bytes (class 3)", where one begins there, live or not.
void describe(const void *block, std::array<char, 96> &text) noexcept {
  const std::size_t size = process().usable_size(block);
  if (size == 0) {
    std::snprintf(text.data(), text.size(), "no live block begins there");
  } else if (size <= kSpanMost) {
    std::snprintf(text.data(), text.size(), "a block of %zu bytes (class %u)", size,
                  class_of(size));
  } else {
    std::snprintf(text.data(), text.size(), "a mapping of %zu bytes", size);
  }
}

} // namespace

void die_of(Misuse misuse, const char *call, const void *block, const void *caller) noexcept {
  std::array<char, 96> what{};
  describe(block, what);
  std::array<char, 256> where{};
  if (os::path_of_code(caller, where.data(), where.size()) == 0) {
    std::snprintf(where.data(), where.size(), "unknown code");
  }
  std::array<char, 640> line{};
  const int n =
      std::snprintf(line.data(), line.size(), "vmperf: %s: %s(%p), %s; called from %p in %s\n",
                    misuse_name(misuse), call, block, what.data(), caller, where.data());
  os::write_error(std::string_view(line.data(), n > 0 ? static_cast<std::size_t>(n) : 0));
  std::abort();
}

} // namespace vmperf::alloc::drop_in
