#include "vmperf/os/allocator_in_use.hpp"

#include <gnu/libc-version.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "vmperf/os/preloaded.hpp"

namespace vmperf::os {
namespace {

using Version = std::array<char, 64>;

void copy_version(const char *text, Version &version) noexcept {
  const std::string_view found = text == nullptr ? "" : text;
  version[found.substr(0, version.size() - 1).copy(version.data(), version.size() - 1)] = '\0';
}

// 20409 is 2.4.9; before 2.2 it was three digits, 209 for 2.0.9.
void say_mimalloc(void *function, Version &version) noexcept {
  const int number = reinterpret_cast<int (*)()>(function)();
  const int base = number < 1000 ? 10 : 100;
  std::snprintf(version.data(), version.size(), "%d.%d.%d", number / base / base,
                number / base % base, number % base);
}

void say_jemalloc(void *function, Version &version) noexcept {
  using Mallctl = int(const char *, void *, std::size_t *, void *, std::size_t);
  const char *text = nullptr;
  std::size_t size = sizeof(text);
  reinterpret_cast<Mallctl *>(function)("version", static_cast<void *>(&text), &size, nullptr, 0);
  copy_version(text, version);
}

void say_tcmalloc(void *function, Version &version) noexcept {
  using Said = const char *(int *, int *, const char **);
  copy_version(reinterpret_cast<Said *>(function)(nullptr, nullptr, nullptr), version);
}

void say_text(void *function, Version &version) noexcept {
  copy_version(reinterpret_cast<const char *(*)()>(function)(), version);
}

struct Known {
  const char *name;
  const char *symbol; // of a function that says the version, in the same library
  void (*say)(void *function, Version &version) noexcept;
};

constexpr std::array<Known, 5> kKnown = {{
    {"vmperf", "vmperf_alloc_version", &say_text},
    {"mimalloc", "mi_version", &say_mimalloc},
    {"jemalloc", "mallctl", &say_jemalloc},
    {"tcmalloc", "tc_version", &say_tcmalloc},
    {"libc", "gnu_get_libc_version", &say_text},
}};

constexpr std::array<std::string_view, 10> kSettings = {
    "LD_PRELOAD", "GLIBC_TUNABLES", "MALLOC_",   "MIMALLOC_",     "JE_MALLOC_",
    "TCMALLOC_",  "RPMALLOC_",      "SNMALLOC_", "VMPERF_ALLOC_", "PYTHONMALLOC",
};

} // namespace

AllocatorInUse allocator_in_use() noexcept {
  AllocatorInUse found{};
  found.name = "unknown";
  path_of_code(find_symbol("malloc"), found.library.data(), found.library.size());
  const std::string_view library = found.library.data();
  for (const Known &known : kKnown) {
    std::array<char, 512> path{};
    void *function = find_symbol(known.symbol);
    if (function != nullptr && path_of_code(function, path.data(), path.size()) != 0 &&
        library == path.data()) {
      found.name = known.name;
      known.say(function, found.version);
      break;
    }
  }
  return found;
}

std::size_t usable_bytes(void *block) noexcept {
  return ::malloc_usable_size(block);
}

void trim_allocator() noexcept {
  ::malloc_trim(0);
}

void each_allocator_setting(void (*visit)(std::string_view entry, void *state),
                            void *state) noexcept {
  for (char **entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view one = *entry;
    const bool is_one = std::ranges::any_of(
        kSettings, [one](std::string_view start) { return one.starts_with(start); });
    if (is_one && one.find('=') != std::string_view::npos) {
      visit(one, state);
    }
  }
}

} // namespace vmperf::os
