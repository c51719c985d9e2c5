#ifdef __aarch64__

#include <sys/auxv.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "cpu_read.hpp"
#include "files.hpp"

namespace vmperf::os {
namespace {

// Names by bit: AT_HWCAP, then AT_HWCAP2 (Linux arch/arm64/include/uapi/asm/hwcap.h). Bits that are
// newer than these lists aren't shown.
constexpr auto kHwcap = std::to_array<const char *>(
    {"fp",      "asimd", "evtstrm", "aes",   "pmull",    "sha1",   "sha2", "crc32",
     "atomics", "fphp",  "asimdhp", "cpuid", "asimdrdm", "jscvt",  "fcma", "lrcpc",
     "dcpop",   "sha3",  "sm3",     "sm4",   "asimddp",  "sha512", "sve",  "asimdfhm",
     "dit",     "uscat", "ilrcpc",  "flagm", "ssbs",     "sb",     "paca", "pacg"});
constexpr auto kHwcap2 = std::to_array<const char *>(
    {"dcpodp",    "sve2",      "sveaes",  "svepmull",  "svebitperm", "svesha3",  "svesm4",
     "flagm2",    "frint",     "svei8mm", "svef32mm",  "svef64mm",   "svebf16",  "i8mm",
     "bf16",      "dgh",       "rng",     "bti",       "mte",        "ecv",      "afp",
     "rpres",     "mte3",      "sme",     "smei16i64", "smef64f64",  "smei8i32", "smef16f32",
     "smeb16f32", "smef32f32", "smefa64", "wfxt",      "ebf16",      "sveebf16"});
constexpr unsigned long kHwcapCpuid = 1UL << 11U;

// MIDR_EL1: | implementer 31:24 | variant 23:20 | architecture 19:16 | part 15:4 | revision 3:0 |
std::optional<std::uint64_t> read_midr() {
  if ((::getauxval(AT_HWCAP) & kHwcapCpuid) != 0) {
    std::uint64_t midr = 0;
    asm volatile("mrs %0, MIDR_EL1" : "=r"(midr)); // the kernel emulates it for user code
    return midr;
  }
  const FileText file = read_text("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1");
  if (!file.text) {
    return std::nullopt;
  }
  return std::strtoull(file.text->c_str(), nullptr, 16);
}

// Implementer codes: Linux arch/arm64/include/asm/cputype.h.
std::string implementer(unsigned code) {
  switch (code) {
  case 0x41:
    return "Arm";
  case 0x42:
    return "Broadcom";
  case 0x43:
    return "Cavium";
  case 0x46:
    return "Fujitsu";
  case 0x48:
    return "HiSilicon";
  case 0x4e:
    return "NVIDIA";
  case 0x51:
    return "Qualcomm";
  case 0x61:
    return "Apple";
  case 0x6d:
    return "Microsoft";
  case 0xc0:
    return "Ampere";
  default:
    return "implementer " + std::to_string(code);
  }
}

void append(std::vector<std::string> &names, unsigned long bits,
            std::span<const char *const> table) {
  for (std::size_t bit = 0; bit < table.size(); ++bit) {
    if ((bits >> bit & 1U) != 0) {
      names.emplace_back(table[bit]);
    }
  }
}

} // namespace

Cpu read_cpu() {
  Cpu out;
  out.architecture = "aarch64";
  if (const auto midr = read_midr()) {
    out.vendor = implementer(*midr >> 24U & 0xffU);
    out.model = static_cast<int>(*midr >> 4U & 0xfffU);
    out.stepping = static_cast<int>((*midr >> 20U & 0xfU) << 4U | (*midr & 0xfU));
  }
  append(out.features, ::getauxval(AT_HWCAP), kHwcap);
  append(out.features, ::getauxval(AT_HWCAP2), kHwcap2);
  // The generic timer has one rate by architecture (Arm ARM, D11.1.2: the system counter).
  out.invariant_tick = true;
  std::uint64_t hz = 0;
  asm volatile("mrs %0, CNTFRQ_EL0" : "=r"(hz));
  if (hz != 0) {
    out.tick_hz = static_cast<double>(hz);
    out.tick_source = "CNTFRQ_EL0";
  }
  return out;
}

} // namespace vmperf::os

#endif
