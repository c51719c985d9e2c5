#include "vmperf/tlb/page_map.hpp"

#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::tlb {
namespace {

// Page numbers have 52 bits at most, of which addresses use 45: the ASID goes above them.
std::uint64_t key_of(std::uint64_t va, std::uint8_t shift, std::uint16_t asid) {
  constexpr unsigned kPageBits = 45;
  return ((va >> shift) & ((std::uint64_t{1} << kPageBits) - 1)) |
         (std::uint64_t{asid} << (kPageBits + 1));
}

std::size_t place_of(std::uint64_t size_bytes) {
  for (std::size_t i = 0; i < PageMap::kShifts.size(); ++i) {
    if (size_bytes == std::uint64_t{1} << PageMap::kShifts[i]) {
      return i;
    }
  }
  throw InvalidArgumentError("size_bytes", std::to_string(size_bytes), "4096, 2097152, 1073741824");
}

void check_multiple(const char *name, std::uint64_t address, std::uint64_t size_bytes) {
  if (address % size_bytes != 0) {
    throw InvalidArgumentError(name, std::to_string(address),
                               "a multiple of size_bytes (" + std::to_string(size_bytes) + ")");
  }
}

} // namespace

void PageMap::map(std::uint64_t va, std::uint64_t pa, std::uint64_t size_bytes, std::uint8_t perms,
                  std::uint16_t asid, bool global) {
  const std::size_t i = place_of(size_bytes);
  check_multiple("va", va, size_bytes);
  check_multiple("pa", pa, size_bytes);
  auto &pages = global ? global_[i] : own_[i];
  pages.insert_or_assign(key_of(va, kShifts[i], global ? 0 : asid), Page{pa, perms});
}

bool PageMap::unmap(std::uint64_t va, std::uint64_t size_bytes, std::uint16_t asid, bool global) {
  const std::size_t i = place_of(size_bytes);
  check_multiple("va", va, size_bytes);
  return (global ? global_[i] : own_[i]).erase(key_of(va, kShifts[i], global ? 0 : asid)) != 0;
}

std::size_t PageMap::size() const noexcept {
  std::size_t n = 0;
  for (std::size_t i = 0; i < kShifts.size(); ++i) {
    n += own_[i].size() + global_[i].size();
  }
  return n;
}

Translation PageMap::operator()(std::uint64_t va, Access access,
                                std::uint16_t asid) const noexcept {
  Translation found;
  for (std::size_t i = 0; i < kShifts.size(); ++i) {
    for (const bool global : {false, true}) {
      const Pages &pages = global ? global_[i] : own_[i];
      if (pages.empty()) {
        continue;
      }
      ++found.refs;
      const auto page = pages.find(key_of(va, kShifts[i], global ? 0 : asid));
      if (page != pages.end()) {
        found.pa = page->second.pa | (va & ((std::uint64_t{1} << kShifts[i]) - 1));
        found.page_shift = kShifts[i];
        found.perms = page->second.perms;
        found.global = global;
        found.level = static_cast<std::uint8_t>(i + 1);
        found.fault = (found.perms & perm_of(access)) != 0 ? Fault::none : Fault::protection;
        return found;
      }
    }
  }
  found.fault = Fault::not_present;
  return found;
}

} // namespace vmperf::tlb
