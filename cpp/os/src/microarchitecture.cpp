#include "microarchitecture.hpp"

#include <algorithm>
#include <array>

namespace vmperf::os {
namespace {

constexpr std::string_view kAmd17 =
    "AMD Software Optimization Guide for Family 17h (55723, 56305); Agner Fog, Instruction tables";
constexpr std::string_view kAmd19 =
    "AMD Software Optimization Guides for Family 19h (56665, 57647), instruction latencies, 2.12";
constexpr std::string_view kAmd1a =
    "AMD Software Optimization Guide for Zen 5 (58455), instruction latencies";
constexpr std::string_view kIntel =
    "Intel Optimization Reference Manual (248966), L1 data cache; uops.info";
constexpr std::string_view kArm57 = "Arm Cortex-A57 and Cortex-A72 Software Optimization Guides";
constexpr std::string_view kArmN1 = "Arm Neoverse N1 Software Optimization Guide";
constexpr std::string_view kArmN2 = "Arm Neoverse N2 Software Optimization Guide";
constexpr std::string_view kArmV = "Arm Neoverse V1 and V2 Software Optimization Guides";

// One row is one run of models, first to last, of a family (AArch64: of an implementer, family 0).
struct Row {
  std::string_view vendor;
  int family, first, last;
  Microarchitecture core;
};

// Model ranges: Linux arch/x86/kernel/cpu/amd.c and arch/x86/include/asm/intel-family.h; part
// numbers: arch/arm64/include/asm/cputype.h. Hybrid CPUs have a name but no figures: their cores
// differ, and a thread may move between them.
constexpr std::string_view kAmd = "AuthenticAMD", kIntelVendor = "GenuineIntel", kArm = "Arm";
constexpr auto kRows = std::to_array<Row>({
    {kAmd, 0x17, 0x00, 0x2f, {"Zen", 1, 3, 4, kAmd17}},
    {kAmd, 0x17, 0x50, 0x5f, {"Zen", 1, 3, 4, kAmd17}},
    {kAmd, 0x17, 0x30, 0x4f, {"Zen 2", 1, 3, 4, kAmd17}},
    {kAmd, 0x17, 0x60, 0x7f, {"Zen 2", 1, 3, 4, kAmd17}},
    {kAmd, 0x17, 0x90, 0x91, {"Zen 2", 1, 3, 4, kAmd17}},
    {kAmd, 0x17, 0xa0, 0xaf, {"Zen 2", 1, 3, 4, kAmd17}},
    {kAmd, 0x19, 0x00, 0x0f, {"Zen 3", 1, 3, 4, kAmd19}},
    {kAmd, 0x19, 0x20, 0x5f, {"Zen 3", 1, 3, 4, kAmd19}},
    {kAmd, 0x19, 0x10, 0x1f, {"Zen 4", 1, 3, 4, kAmd19}},
    {kAmd, 0x19, 0x60, 0xaf, {"Zen 4", 1, 3, 4, kAmd19}},
    {kAmd, 0x1a, 0x00, 0x2f, {"Zen 5", 1, 3, 4, kAmd1a}},
    {kAmd, 0x1a, 0x40, 0x4f, {"Zen 5", 1, 3, 4, kAmd1a}},
    {kAmd, 0x1a, 0x60, 0x7f, {"Zen 5", 1, 3, 4, kAmd1a}},
    {kIntelVendor, 6, 0x2a, 0x2a, {"Sandy Bridge", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x2d, 0x2d, {"Sandy Bridge", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x3a, 0x3a, {"Ivy Bridge", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x3e, 0x3e, {"Ivy Bridge", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x3c, 0x3c, {"Haswell", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x3f, 0x3f, {"Haswell", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x45, 0x46, {"Haswell", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x3d, 0x3d, {"Broadwell", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x47, 0x47, {"Broadwell", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x4f, 0x4f, {"Broadwell", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x56, 0x56, {"Broadwell", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x4e, 0x4e, {"Skylake", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x5e, 0x5e, {"Skylake", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x55, 0x55, {"Skylake server", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x8e, 0x8e, {"Kaby Lake", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x9e, 0x9e, {"Kaby Lake", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0xa5, 0xa6, {"Comet Lake", 1, 3, 4, kIntel}},
    {kIntelVendor, 6, 0x6a, 0x6a, {"Ice Lake server", 1, 3, 5, kIntel}},
    {kIntelVendor, 6, 0x6c, 0x6c, {"Ice Lake server", 1, 3, 5, kIntel}},
    {kIntelVendor, 6, 0x7d, 0x7e, {"Ice Lake", 1, 3, 5, kIntel}},
    {kIntelVendor, 6, 0x8c, 0x8d, {"Tiger Lake", 1, 3, 5, kIntel}},
    {kIntelVendor, 6, 0xa7, 0xa7, {"Rocket Lake", 1, 3, 5, kIntel}},
    {kIntelVendor, 6, 0x8f, 0x8f, {"Sapphire Rapids", 1, 3, 5, kIntel}},
    {kIntelVendor, 6, 0xcf, 0xcf, {"Emerald Rapids", 1, 3, 5, kIntel}},
    {kIntelVendor, 6, 0xad, 0xae, {"Granite Rapids", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0x97, 0x97, {"Alder Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0x9a, 0x9a, {"Alder Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xb7, 0xb7, {"Raptor Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xba, 0xba, {"Raptor Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xbf, 0xbf, {"Raptor Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xaa, 0xaa, {"Meteor Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xac, 0xac, {"Meteor Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xbd, 0xbd, {"Lunar Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xb5, 0xb5, {"Arrow Lake", {}, {}, {}, ""}},
    {kIntelVendor, 6, 0xc5, 0xc6, {"Arrow Lake", {}, {}, {}, ""}},
    {kArm, 0, 0xd03, 0xd03, {"Cortex-A53", {}, {}, {}, ""}},
    {kArm, 0, 0xd05, 0xd05, {"Cortex-A55", {}, {}, {}, ""}},
    {kArm, 0, 0xd07, 0xd07, {"Cortex-A57", 1, 3, 4, kArm57}},
    {kArm, 0, 0xd08, 0xd08, {"Cortex-A72", 1, 3, 4, kArm57}},
    {kArm, 0, 0xd0b, 0xd0b, {"Cortex-A76", {}, {}, {}, ""}},
    {kArm, 0, 0xd0c, 0xd0c, {"Neoverse N1", 1, 2, 4, kArmN1}},
    {kArm, 0, 0xd49, 0xd49, {"Neoverse N2", 1, 2, 4, kArmN2}},
    {kArm, 0, 0xd40, 0xd40, {"Neoverse V1", 1, 2, 4, kArmV}},
    {kArm, 0, 0xd4f, 0xd4f, {"Neoverse V2", 1, 2, 4, kArmV}},
    {kArm, 0, 0xd84, 0xd84, {"Neoverse V3", {}, {}, {}, ""}},
    {kArm, 0, 0xd8e, 0xd8e, {"Neoverse N3", {}, {}, {}, ""}},
});

// A hypervisor may state a model of its choice. Tiles came with Sapphire Rapids, and are its
// line's.
bool is_disguised(const Cpu &cpu) {
  constexpr std::array kWithTiles{0x8f, 0xcf, 0xad, 0xae};
  return std::ranges::count(cpu.features, "amx_tile") != 0 &&
         std::ranges::count(kWithTiles, cpu.model.value_or(0)) == 0;
}

} // namespace

const Microarchitecture *find_microarchitecture(const Cpu &cpu) {
  if (!cpu.model || is_disguised(cpu)) {
    return nullptr;
  }
  for (const Row &row : kRows) {
    if (cpu.vendor == row.vendor && cpu.family.value_or(0) == row.family &&
        *cpu.model >= row.first && *cpu.model <= row.last) {
      return &row.core;
    }
  }
  return nullptr;
}

} // namespace vmperf::os
