// Names of formats, flags and faults, and the exception that a fault becomes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/mmu/format.hpp"
#include "vmperf/mmu/page_table.hpp"

namespace vmperf::mmu {
namespace {

std::string hex(std::uint64_t value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return text.data();
}

std::string sentence_of(const tlb::Translation &failed) {
  const std::string at = "the entry of level " + std::to_string(failed.level);
  switch (failed.fault) {
  case tlb::Fault::none:
    break;
  case tlb::Fault::miss:
    return "no TLB entry, and nobody walked";
  case tlb::Fault::not_present:
    return at + " is not valid";
  case tlb::Fault::protection:
    return at + " does not permit it";
  case tlb::Fault::non_canonical:
    return "the address is none of this format";
  case tlb::Fault::reserved_bit:
    return at + " has a reserved bit or a misaligned page";
  case tlb::Fault::bus:
    return "the table of level " + std::to_string(failed.level) + " lies where there is no memory";
  case tlb::Fault::access_flag:
    return at + " has its accessed or dirty bit clear, which software sets";
  }
  return "no fault";
}

} // namespace

Format format_of(std::string_view name) {
  const auto *found = std::ranges::find(kFormatNames, name);
  if (found == kFormatNames.end()) {
    std::string names;
    for (const std::string_view one : kFormatNames) {
      names += (names.empty() ? "" : ", ") + std::string(one);
    }
    throw InvalidArgumentError("fmt", std::string(name), names);
  }
  return static_cast<Format>(found - kFormatNames.begin());
}

std::uint32_t flags_of(std::string_view letters) {
  constexpr std::string_view kLetters = "rwxugad";
  std::uint32_t how = 0;
  for (const char letter : letters) {
    const std::size_t bit = kLetters.find(letter);
    if (bit == std::string_view::npos || (how >> bit & 1U) != 0) {
      throw InvalidArgumentError("flags", std::string(letters),
                                 "letters of rwxugad, each at most once");
    }
    how |= 1U << bit;
  }
  return how;
}

const char *word_of(tlb::Fault fault) noexcept {
  constexpr std::array<const char *, 8> kWords = {"none",       "miss",          "not_present",
                                                  "protection", "non_canonical", "reserved_bit",
                                                  "bus",        "access_flag"};
  return kWords[static_cast<std::size_t>(fault)];
}

void throw_fault(std::uint64_t va, std::uint64_t size_bytes, tlb::Access access,
                 const tlb::Translation &failed) {
  const std::string stage = failed.stage == 2 ? "second stage: " : "";
  throw PageFault("page fault at " + hex(va) + " (" + tlb::letter_of(access) + ", " +
                      std::to_string(size_bytes) + " bytes): " + stage + sentence_of(failed),
                  va, size_bytes, tlb::letter_of(access), failed.level, word_of(failed.fault));
}

} // namespace vmperf::mmu
