// Mmu on many addresses and on bytes: see mmu.hpp.
#pragma once

#include <algorithm>

namespace vmperf::mmu {

template <class Tlb>
std::size_t Mmu<Tlb>::translate(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                                std::size_t n, tlb::Access access, std::uint16_t asid) {
  std::array<std::uint32_t, kBlock> misses;
  std::array<std::uint64_t, kBlock> missed;
  std::array<tlb::Translation, kBlock> found;
  const PageTable &table = table_of(asid);
  std::size_t n_faults = 0;
  for (std::size_t first = 0; first < n; first += kBlock) {
    const std::size_t count = std::min(kBlock, n - first);
    const std::size_t n_misses =
        tlb_->translate(va + first, pa + first, fault + first, count, access, asid, misses.data());
    if (n_misses == 0) {
      continue;
    }
    for (std::size_t i = 0; i < n_misses; ++i) {
      missed[i] = va[first + misses[i]];
    }
    table.walk_all({missed.data(), n_misses}, found, purpose_of(access), cache_, asid);
    for (std::size_t i = 0; i < n_misses; ++i) {
      const std::size_t at = first + misses[i];
      const bool failed = found[i].fault != tlb::Fault::none;
      if constexpr (!kFillsAll) {
        keep(missed[i], found[i], asid);
      }
      stats_.n_refs += found[i].refs;
      pa[at] = failed ? tlb::kMiss : found[i].pa;
      fault[at] = static_cast<std::uint8_t>(found[i].fault);
      n_faults += failed ? 1 : 0;
    }
    if constexpr (kFillsAll) {
      tlb_->fill_all(missed.data(), found.data(), n_misses, asid);
    }
    stats_.n_walks += n_misses;
    prefetch(table);
  }
  stats_.n_faults += n_faults;
  return n_faults;
}

template <class Tlb>
void Mmu<Tlb>::read(std::uint64_t va, std::span<std::byte> to, std::uint16_t asid) {
  while (!to.empty()) {
    const std::size_t part = std::min<std::size_t>(to.size(), kPageBytes - va % kPageBytes);
    memory_->read(find(va, tlb::Access::read, asid, to.size()), to.first(part));
    to = to.subspan(part);
    va += part;
  }
}

template <class Tlb>
void Mmu<Tlb>::write(std::uint64_t va, std::span<const std::byte> from, std::uint16_t asid) {
  // All pages first: a fault must come before anything is written.
  std::vector<std::uint64_t> pages;
  for (std::uint64_t done = 0; done < from.size(); done += kPageBytes - (va + done) % kPageBytes) {
    pages.push_back(find(va + done, tlb::Access::write, asid, from.size() - done));
  }
  for (const std::uint64_t pa : pages) {
    const std::size_t part = std::min<std::size_t>(from.size(), kPageBytes - pa % kPageBytes);
    memory_->write(pa, from.first(part));
    from = from.subspan(part);
  }
}

} // namespace vmperf::mmu
