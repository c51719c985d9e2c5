#ifdef __x86_64__

#include <cpuid.h>

#include <array>
#include <cstring>

#include "cpu_read.hpp"

namespace vmperf::os {
namespace {

struct Registers {
  std::array<unsigned, 4> r{}; // eax, ebx, ecx, edx
};
enum Register : unsigned char { eax, ebx, ecx, edx };

// All zero where the CPU doesn't have the leaf.
Registers cpuid(unsigned leaf, unsigned subleaf = 0) {
  Registers out;
  const unsigned range = leaf & 0xc0000000U; // 0x0..., 0x4... (hypervisor), 0x8... (extended)
  if (range != 0x40000000U && __get_cpuid_max(range, nullptr) < leaf) {
    return out;
  }
  __cpuid_count(leaf, subleaf, out.r[eax], out.r[ebx], out.r[ecx], out.r[edx]);
  return out;
}

std::string text_of(std::initializer_list<unsigned> words) {
  std::string text;
  for (const unsigned word : words) {
    std::array<char, 4> bytes{};
    std::memcpy(bytes.data(), &word, bytes.size());
    text.append(bytes.data(), bytes.size());
  }
  const auto zero = text.find('\0');
  text.resize(zero == std::string::npos ? text.size() : zero);
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

// Register state that the operating system must save (XCR0 bits) before a feature may be used.
constexpr std::uint64_t kNone = 0, kAvx = 0x6, kAvx512 = 0xe6, kAmx = 0x60000, kApx = 0x80000;

struct Feature {
  unsigned leaf, subleaf;
  Register in;
  unsigned bit;
  const char *name; // as in Linux's /proc/cpuinfo
  std::uint64_t state = kNone;
};

constexpr unsigned kExt1 = 0x80000001U, kExt7 = 0x80000007U, kExt8 = 0x80000008U;

constexpr auto kFeatures = std::to_array<Feature>({
    {1, 0, edx, 4, "tsc"},
    {1, 0, edx, 8, "cx8"},
    {1, 0, edx, 15, "cmov"},
    {1, 0, edx, 19, "clflush"},
    {1, 0, edx, 23, "mmx"},
    {1, 0, edx, 24, "fxsr"},
    {1, 0, edx, 25, "sse"},
    {1, 0, edx, 26, "sse2"},
    {1, 0, ecx, 0, "pni"},
    {1, 0, ecx, 1, "pclmulqdq"},
    {1, 0, ecx, 9, "ssse3"},
    {1, 0, ecx, 12, "fma", kAvx},
    {1, 0, ecx, 13, "cx16"},
    {1, 0, ecx, 19, "sse4_1"},
    {1, 0, ecx, 20, "sse4_2"},
    {1, 0, ecx, 22, "movbe"},
    {1, 0, ecx, 23, "popcnt"},
    {1, 0, ecx, 25, "aes"},
    {1, 0, ecx, 26, "xsave"},
    {1, 0, ecx, 28, "avx", kAvx},
    {1, 0, ecx, 29, "f16c", kAvx},
    {1, 0, ecx, 30, "rdrand"},
    {1, 0, ecx, 31, "hypervisor"},
    {7, 0, ebx, 0, "fsgsbase"},
    {7, 0, ebx, 3, "bmi1"},
    {7, 0, ebx, 5, "avx2", kAvx},
    {7, 0, ebx, 8, "bmi2"},
    {7, 0, ebx, 9, "erms"},
    {7, 0, ebx, 11, "rtm"},
    {7, 0, ebx, 16, "avx512f", kAvx512},
    {7, 0, ebx, 17, "avx512dq", kAvx512},
    {7, 0, ebx, 18, "rdseed"},
    {7, 0, ebx, 19, "adx"},
    {7, 0, ebx, 21, "avx512ifma", kAvx512},
    {7, 0, ebx, 23, "clflushopt"},
    {7, 0, ebx, 24, "clwb"},
    {7, 0, ebx, 28, "avx512cd", kAvx512},
    {7, 0, ebx, 29, "sha_ni"},
    {7, 0, ebx, 30, "avx512bw", kAvx512},
    {7, 0, ebx, 31, "avx512vl", kAvx512},
    {7, 0, ecx, 1, "avx512vbmi", kAvx512},
    {7, 0, ecx, 5, "waitpkg"},
    {7, 0, ecx, 6, "avx512_vbmi2", kAvx512},
    {7, 0, ecx, 8, "gfni"},
    {7, 0, ecx, 9, "vaes", kAvx},
    {7, 0, ecx, 10, "vpclmulqdq", kAvx},
    {7, 0, ecx, 11, "avx512_vnni", kAvx512},
    {7, 0, ecx, 12, "avx512_bitalg", kAvx512},
    {7, 0, ecx, 14, "avx512_vpopcntdq", kAvx512},
    {7, 0, ecx, 22, "rdpid"},
    {7, 0, ecx, 25, "cldemote"},
    {7, 0, ecx, 27, "movdiri"},
    {7, 0, ecx, 28, "movdir64b"},
    {7, 0, edx, 4, "fsrm"},
    {7, 0, edx, 8, "avx512_vp2intersect", kAvx512},
    {7, 0, edx, 14, "serialize"},
    {7, 0, edx, 15, "hybrid_cpu"},
    {7, 0, edx, 22, "amx_bf16", kAmx},
    {7, 0, edx, 23, "avx512_fp16", kAvx512},
    {7, 0, edx, 24, "amx_tile", kAmx},
    {7, 0, edx, 25, "amx_int8", kAmx},
    {7, 1, eax, 4, "avx_vnni", kAvx},
    {7, 1, eax, 5, "avx512_bf16", kAvx512},
    {7, 1, eax, 21, "amx_fp16", kAmx},
    {7, 1, eax, 23, "avx_ifma", kAvx},
    {7, 1, edx, 21, "apx", kApx},
    {0xd, 1, eax, 0, "xsaveopt"},
    {0xd, 1, eax, 1, "xsavec"},
    {0xd, 1, eax, 3, "xsaves"},
    {kExt1, 0, ecx, 0, "lahf_lm"},
    {kExt1, 0, ecx, 5, "abm"},
    {kExt1, 0, ecx, 6, "sse4a"},
    {kExt1, 0, ecx, 8, "3dnowprefetch"},
    {kExt1, 0, ecx, 16, "fma4", kAvx},
    {kExt1, 0, edx, 20, "nx"},
    {kExt1, 0, edx, 26, "pdpe1gb"},
    {kExt1, 0, edx, 27, "rdtscp"},
    {kExt1, 0, edx, 29, "lm"},
    {kExt7, 0, edx, 8, "nonstop_tsc"},
    {kExt8, 0, ebx, 0, "clzero"},
});

std::uint64_t enabled_state() {
  constexpr unsigned kOsxsave = 1U << 27U;
  if ((cpuid(1).r[ecx] & kOsxsave) == 0) {
    return 0;
  }
  unsigned low = 0;
  unsigned high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32U | low;
}

std::vector<std::string> read_features() {
  const std::uint64_t state = enabled_state();
  std::vector<std::string> names;
  for (const Feature &f : kFeatures) {
    const bool present = (cpuid(f.leaf, f.subleaf).r[f.in] >> f.bit & 1U) != 0;
    if (present && (state & f.state) == f.state) {
      names.emplace_back(f.name);
    }
  }
  return names;
}

std::string read_brand() {
  std::array<Registers, 3> part{cpuid(0x80000002U), cpuid(0x80000003U), cpuid(0x80000004U)};
  std::string text;
  for (const Registers &p : part) {
    std::array<char, 16> bytes{};
    std::memcpy(bytes.data(), p.r.data(), bytes.size());
    text.append(bytes.data(), bytes.size());
  }
  text.resize(std::strlen(text.c_str()));
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

void read_signature(Cpu &out) {
  const unsigned signature = cpuid(1).r[eax];
  const unsigned base_family = signature >> 8U & 0xfU;
  const unsigned extended_family = signature >> 20U & 0xffU;
  const unsigned base_model = signature >> 4U & 0xfU;
  const unsigned extended_model = signature >> 16U & 0xfU;
  const bool extends_model = base_family == 0xf || base_family == 6;
  out.family = static_cast<int>(base_family == 0xf ? base_family + extended_family : base_family);
  out.model = static_cast<int>(extends_model ? extended_model << 4U | base_model : base_model);
  out.stepping = static_cast<int>(signature & 0xfU);
}

// The rate of the time-stamp counter: leaf 15h gives it as a ratio to a crystal; under a hypervisor
// leaf 40000010h gives kHz (VMware's convention, which KVM and others follow).
void read_tick_rate(Cpu &out) {
  const Registers tsc = cpuid(0x15);
  if (tsc.r[eax] != 0 && tsc.r[ebx] != 0 && tsc.r[ecx] != 0) {
    out.tick_hz = static_cast<double>(tsc.r[ecx]) * tsc.r[ebx] / tsc.r[eax];
    out.tick_source = "cpuid 0x15";
  } else if (out.hypervisor == true && cpuid(0x40000000U).r[eax] >= 0x40000010U) {
    if (const unsigned khz = cpuid(0x40000010U).r[eax]; khz != 0) {
      out.tick_hz = khz * 1e3;
      out.tick_source = "cpuid 0x40000010";
    }
  }
}

} // namespace

Cpu read_cpu() {
  Cpu out;
  out.architecture = "x86_64";
  const Registers zero = cpuid(0);
  out.vendor = text_of({zero.r[ebx], zero.r[edx], zero.r[ecx]});
  out.brand = read_brand();
  read_signature(out);
  out.features = read_features();
  out.hypervisor = (cpuid(1).r[ecx] >> 31U & 1U) != 0;
  if (*out.hypervisor) {
    const Registers host = cpuid(0x40000000U);
    out.hypervisor_vendor = text_of({host.r[ebx], host.r[ecx], host.r[edx]});
  }
  out.invariant_tick = (cpuid(kExt7).r[edx] >> 8U & 1U) != 0;
  read_tick_rate(out);
  return out;
}

} // namespace vmperf::os

#endif
