// Google's Highway: Copy, Fill and Find of hwy/contrib/algo over bytes, with the widest vectors of
// this CPU. Header code, compiled in where its headers are found, once per target by
// foreach_target.h, which includes this file again. The target is chosen as HWY_DYNAMIC_DISPATCH
// does, and called through a pointer as it does, but by our own look at the CPU: Highway's lies in
// libhwy, and no peer is linked. Source: hwy/foreach_target.h, hwy/contrib/algo/{copy,find}-inl.h.
#if __has_include(<hwy/contrib/algo/copy-inl.h>) && __has_include(<hwy/contrib/algo/find-inl.h>)

#ifndef VMPERF_HAS_HIGHWAY
#define VMPERF_HAS_HIGHWAY 1
#define HWY_IS_DEBUG_BUILD 0 // its assertions end in libhwy
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "highway.cpp" // found beside it: cmake/VmperfComponent.cmake
#include <hwy/foreach_target.h>          // before all other headers of Highway
//
#include <hwy/contrib/algo/copy-inl.h>
#include <hwy/contrib/algo/find-inl.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/ops.hpp"

namespace vmperf::peers::isa_highway {

// What one target brings. `needs` are the names that compilers have for its instructions.
#ifndef VMPERF_HIGHWAY_TARGET
#define VMPERF_HIGHWAY_TARGET 1
struct Target {
  std::int64_t id;
  const char *needs;
  memops::Ops::Copy *copy;
  memops::Ops::Fill *fill;
  memops::Ops::Find *find;
};
#endif

} // namespace vmperf::peers::isa_highway

HWY_BEFORE_NAMESPACE();
namespace vmperf::peers::isa_highway::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Bytes = hn::ScalableTag<std::uint8_t>;

// Flat: what is not inlined would be a weak symbol made of the target's instructions.
[[gnu::flatten]] void *copy(void *dst, const void *src, std::size_t n) {
  hn::Copy(Bytes(), static_cast<const std::uint8_t *>(src), n, static_cast<std::uint8_t *>(dst));
  return dst;
}

[[gnu::flatten]] void *fill(void *dst, unsigned char byte, std::size_t n) {
  hn::Fill(Bytes(), byte, n, static_cast<std::uint8_t *>(dst));
  return dst;
}

[[gnu::flatten]] std::size_t find(const void *p, unsigned char byte, std::size_t n) {
  return hn::Find(Bytes(), byte, static_cast<const std::uint8_t *>(p), n);
}

#ifdef HWY_TARGET_STR
constexpr Target kTarget{HWY_TARGET, HWY_TARGET_STR, copy, fill, find};
#else
constexpr Target kTarget{HWY_TARGET, "", copy, fill, find};
#endif

} // namespace vmperf::peers::isa_highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#define VMPERF_HIGHWAY_ONCE HWY_ONCE
#else
#define VMPERF_HIGHWAY_ONCE 1
#endif

#if VMPERF_HIGHWAY_ONCE
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/memops/api/scan_designs.hpp"
#include "vmperf/os/cpu.hpp"

namespace vmperf::peers {
namespace {

#ifdef VMPERF_HAS_HIGHWAY

using isa_highway::Target;

// The kernel's names where compilers have others.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kFeatureNames{{
    {"sse3", "pni"},
    {"sse4.1", "sse4_1"},
    {"sse4.2", "sse4_2"},
    {"pclmul", "pclmulqdq"},
    {"lzcnt", "abm"},
    {"bmi", "bmi1"},
    {"avx512vnni", "avx512_vnni"},
    {"avx512vbmi2", "avx512_vbmi2"},
    {"avx512bitalg", "avx512_bitalg"},
    {"avx512vpopcntdq", "avx512_vpopcntdq"},
    {"avx512bf16", "avx512_bf16"},
    {"avx512fp16", "avx512_fp16"},
    {"evex512", "avx512f"},
}};

bool has_all(std::string_view needs) {
  while (!needs.empty()) {
    const std::size_t comma = std::min(needs.find(','), needs.size());
    std::string_view name = needs.substr(0, comma);
    needs.remove_prefix(std::min(comma + 1, needs.size()));
    const auto *const known =
        std::ranges::find(kFeatureNames, name, [](auto p) { return p.first; });
    name = known == kFeatureNames.end() ? name : known->second;
    if (!os::has_feature(name)) {
      return false;
    }
  }
  return true;
}

// The best that this CPU runs; the last is compiled for any CPU that runs this program.
const Target &best_target() {
  static constexpr auto kTargets = std::to_array<const Target *>({
#if HWY_TARGETS & HWY_AVX3_ZEN4
      &isa_highway::N_AVX3_ZEN4::kTarget,
#endif
#if HWY_TARGETS & HWY_AVX3
      &isa_highway::N_AVX3::kTarget,
#endif
#if HWY_TARGETS & HWY_AVX2
      &isa_highway::N_AVX2::kTarget,
#endif
#if HWY_TARGETS & HWY_SSE4
      &isa_highway::N_SSE4::kTarget,
#endif
#if HWY_TARGETS & HWY_SSSE3
      &isa_highway::N_SSSE3::kTarget,
#endif
      &isa_highway::HWY_NAMESPACE::kTarget,
  });
  const auto *const found = std::find_if(kTargets.begin(), kTargets.end() - 1,
                                         [](const Target *t) { return has_all(t->needs); });
  return **found;
}

class Find {
public:
  explicit Find(memops::Ops::Find *function) : find_(function) {}
  [[nodiscard]] std::size_t find(const std::byte *p, std::size_t n) const {
    return find_(p, memops::kNeedle, n);
  }

private:
  memops::Indirect<memops::Ops::Find> find_;
};

bench::Availability probe() {
  return {
      .status = bench::Status::ok,
      .reason = "",
      .version = std::to_string(HWY_MAJOR) + "." + std::to_string(HWY_MINOR) + "." +
                 std::to_string(HWY_PATCH) + " " + hwy::TargetName(best_target().id),
  };
}

void run_all(bench::Design &design) {
  using memops::Indirect;
  using memops::Ops;
  const Target &target = best_target();
  const Indirect<Ops::Copy> copier(target.copy);
  design.runs("memops/copy", memops::copy_maker(copier, memops::make_pairs))
      .runs("memops/copy_mix", memops::copy_maker(copier, memops::make_mix))
      .runs("memops/batch", memops::loop_maker(copier))
      .runs("memops/fill", memops::fill_maker(Indirect<Ops::Fill>(target.fill)));
  memops::run_find(design, [find = target.find] { return Find(find); });
}

#else

constexpr const char *kHowToGet =
    "built without the headers of Highway: install Debian's libhwy-dev (or Highway) and rebuild";

bench::Availability probe() {
  return {.status = bench::Status::not_installed, .reason = kHowToGet, .version = ""};
}

void run_all(bench::Design &design) {
  const auto refuse = [](const bench::Params &) -> bench::WorkloadPtr {
    throw UnsupportedError(kHowToGet);
  };
  for (const char *id :
       {"memops/copy", "memops/copy_mix", "memops/batch", "memops/fill", "memops/find_byte"}) {
    design.runs(id, refuse);
  }
}

#endif

} // namespace

void declare_highway(bench::Registry &registry) {
  bench::Design &design =
      registry.design("memops", "highway",
                      "Copy, Fill and Find of Highway's contrib/algo, the widest target that this "
                      "CPU runs, through a pointer as its dynamic dispatch calls them");
  design.peer().available(probe);
  run_all(design);
}

} // namespace vmperf::peers
#endif
