// What the CPU is and what code may use on it. x86-64: own CPUID and XGETBV, so AVX, AVX-512 and
// AMX are listed only where the operating system saves their registers too. AArch64: the kernel's
// hwcaps and MIDR_EL1. Feature names are Linux's (/proc/cpuinfo). Read once, then cached;
// thread-safe. Sources: Intel SDM vol. 2A (CPUID) and vol. 1 ch. 13 (XCR0); AMD APM vol. 3 app. E;
// Linux Documentation/arch/arm64/{elf_hwcaps,cpu-feature-registers}.rst; sysfs cache directories.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vmperf::os {

struct Cpu {
  std::string architecture;           ///< "x86_64" or "aarch64"
  std::string vendor;                 ///< CPUID vendor string, or the implementer of MIDR_EL1
  std::string brand;                  ///< brand string; empty where the CPU has none to tell
  std::optional<int> family;          ///< x86 alone
  std::optional<int> model;           ///< x86 model, or the part number of MIDR_EL1
  std::optional<int> stepping;        ///< x86 stepping, or variant * 16 + revision
  std::vector<std::string> features;  ///< usable ones, in a fixed order
  std::optional<bool> hypervisor;     ///< running under one; nothing where the CPU can't tell
  std::string hypervisor_vendor;      ///< its signature, e.g. "KVMKVMKVM"; empty if none
  std::optional<bool> invariant_tick; ///< the tick counter runs at one rate in all power states
  std::optional<double> tick_hz;      ///< rate of the tick counter as the CPU states it
  std::string tick_source;            ///< what stated it
};

/// The CPU this thread runs on (cores of one machine may differ; see `microarchitecture`).
[[nodiscard]] const Cpu &cpu();

[[nodiscard]] bool has_feature(std::string_view name);

/// The core's design, e.g. "Zen 4"; empty where it isn't in our table.
[[nodiscard]] std::string_view microarchitecture();

struct Cache {
  int level = 0;
  std::string type; ///< Data, Instruction or Unified
  std::int64_t size_bytes = 0;
  std::optional<std::int64_t> line_bytes, n_ways, n_sets;
  std::string shared_by; ///< list of CPUs, e.g. "0-7,64-71"
};

/// The caches of a CPU by sysfs, L1 first; empty where the kernel doesn't tell.
[[nodiscard]] std::vector<Cache> caches(int cpu_number);

} // namespace vmperf::os
