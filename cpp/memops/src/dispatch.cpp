// Which tiers there are and which is in use. The one place of memops that asks what it is compiled
// for.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tiers.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/memops/guest.hpp"
#include "vmperf/memops/level.hpp"
#include "vmperf/os/cpu.hpp"

namespace vmperf::memops {

namespace detail {
constinit const Ops *active_ops = nullptr;
} // namespace detail

namespace {

[[maybe_unused]] bool has_all(std::initializer_list<std::string_view> features) {
  return std::ranges::all_of(features, os::has_feature);
}

const Ops *find_kernels(Level level) {
  switch (level) {
  case Level::scalar:
    return scalar::table();
#ifdef __x86_64__
  case Level::sse2:
    return sse2::table();
  case Level::avx2:
    return has_all({"avx2", "bmi1", "bmi2"}) ? avx2::table() : nullptr;
  case Level::avx512:
    return has_all({"avx2", "bmi1", "bmi2", "avx512f", "avx512bw", "avx512vl"}) ? avx512::table()
                                                                                : nullptr;
  case Level::neon:
    return nullptr;
#elif defined(__aarch64__)
  case Level::neon:
    return neon::table();
  case Level::sse2:
  case Level::avx2:
  case Level::avx512:
    return nullptr;
#else
#error "memops: an architecture needs its tiers here and in cpp/cmake/Isa.cmake"
#endif
  }
  return nullptr;
}

// The best that a level of this name may use on this CPU.
Crc32cKernels find_crc32c(Level level) {
#ifdef __x86_64__
  if (level == Level::avx512 && has_all({"sse4_2", "pclmulqdq", "vpclmulqdq", "avx512vbmi"})) {
    return avx512_crc32c::crc32c();
  }
  if (level >= Level::avx2 && has_all({"sse4_2", "pclmulqdq"})) {
    return avx2_crc32c::crc32c();
  }
#elif defined(__aarch64__)
  if (level == Level::neon && has_all({"crc32", "pmull"})) {
    return neon_crc32c::crc32c();
  }
#endif
  return scalar_crc32c::crc32c();
}

// The units' tables, completed.
class Tables {
public:
  Tables() {
    for (const Level level : kLevels) {
      if (const Ops *kernels = find_kernels(level); kernels != nullptr) {
        auto &table = tables_[static_cast<std::size_t>(level)];
        table = *kernels;
        const Crc32cKernels crcs = find_crc32c(level);
        table->crc32c = crcs.crc32c;
        table->copy_crc32c = crcs.copy_crc32c;
      }
    }
  }

  [[nodiscard]] const Ops *at(Level level) const {
    const auto &table = tables_[static_cast<std::size_t>(level)];
    return table ? &*table : nullptr;
  }

private:
  std::array<std::optional<Ops>, kLevels.size()> tables_;
};

const Ops *find_table(Level level) {
  static const Tables tables;
  return tables.at(level);
}

std::string list(std::span<const Level> levels) {
  std::string text;
  for (const Level level : levels) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(level));
  }
  return text;
}

const Ops &require_table(Level level, const std::string &asked_by) {
  const Ops *table = ops(level);
  if (table == nullptr) {
    throw UnsupportedError(
        asked_by + ": SIMD level " + std::string(name_of(level)) +
        " needs a CPU and a build with it; available here: " + list(available_levels()));
  }
  return *table;
}

// The guest copies of 16 and 32 bytes of any tier that this CPU runs and promises.
Ops::Copy *find_guest_copier(std::size_t atom) {
#ifdef __x86_64__
  if (atom == 16 && os::has_feature("avx")) {
    return has_all({"avx2", "bmi1", "bmi2"}) ? avx2::table()->guest_copy_16
                                             : sse2::table()->guest_copy_16;
  }
  if (atom == 32 && ops(Level::avx2) != nullptr) {
    return avx2::table()->guest_copy_32;
  }
#elif defined(__aarch64__)
  if (atom == 16 && os::has_feature("uscat")) { // the kernel's name of LSE2
    return neon::table()->guest_copy_16;
  }
#endif
  return atom == 8 ? scalar::table()->guest_copy_8 : nullptr;
}

} // namespace

std::string_view name_of(Level level) noexcept {
  switch (level) {
  case Level::scalar:
    return "scalar";
  case Level::sse2:
    return "sse2";
  case Level::avx2:
    return "avx2";
  case Level::avx512:
    return "avx512";
  case Level::neon:
    return "neon";
  }
  return "";
}

Level level_named(std::string_view name) {
  for (const Level level : kLevels) {
    if (name == name_of(level)) {
      return level;
    }
  }
  throw InvalidArgumentError("SIMD level", "'" + std::string(name) + "'", list(kLevels));
}

const Ops *ops(Level level) {
  return find_table(level);
}

std::vector<Level> available_levels() {
  std::vector<Level> found;
  for (const Level level : kLevels) {
    if (ops(level) != nullptr) {
      found.push_back(level);
    }
  }
  return found;
}

const Ops &detail::resolve_ops() {
  const Ops *table = nullptr;
  const char *asked = std::getenv("VMPERF_SIMD");
  if (asked != nullptr && *asked != '\0') {
    try {
      table = &require_table(level_named(asked), "VMPERF_SIMD");
    } catch (const InvalidArgumentError &) {
      throw InvalidArgumentError("VMPERF_SIMD", "'" + std::string(asked) + "'", list(kLevels));
    }
  } else {
    table = ops(available_levels().back());
  }
  // Another thread may have set a level meanwhile: its choice stands.
  const Ops *expected = nullptr;
  return __atomic_compare_exchange_n(&active_ops, &expected, table, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)
             ? *table
             : *expected;
}

Level simd_level() {
  return ops().level;
}

Level set_simd_level(Level level) {
  const Level before = ops().level;
  __atomic_store_n(&detail::active_ops, &require_table(level, "set_simd_level"), __ATOMIC_RELEASE);
  return before;
}

Level set_simd_level(std::string_view name) {
  return set_simd_level(level_named(name));
}

Ops::Copy *guest_copier(std::size_t atom) {
  if (atom != 8 && atom != 16 && atom != 32) {
    throw InvalidArgumentError("atom", std::to_string(atom), "8, 16 or 32");
  }
  Ops::Copy *found = find_guest_copier(atom);
  if (found == nullptr) {
    throw UnsupportedError("this CPU has no access of " + std::to_string(atom) +
                           " bytes that cannot tear; atom 8 always works");
  }
  return found;
}

void guest_copy(void *dst, const void *src, std::size_t n, std::size_t atom) {
  static Ops::Copy *const copier_16 = find_guest_copier(16);
  static Ops::Copy *const copier_32 = find_guest_copier(32);
  const bool is_wide = atom == 16 || atom == 32;
  Ops::Copy *const wide = atom == 16 ? copier_16 : copier_32;
  Ops::Copy *const copier = is_wide ? wide : nullptr;
  (copier != nullptr ? copier : guest_copier(atom))(dst, src, n);
}

std::size_t guest_atoms() {
  std::size_t sum = 0;
  for (const std::size_t atom : {8U, 16U, 32U}) {
    sum += find_guest_copier(atom) != nullptr ? atom : 0;
  }
  return sum;
}

} // namespace vmperf::memops
