// A virtual machine's memory path in forty lines: memory, a page table, a TLB, loads and stores by
// virtual address, and a fault caught.
#include <cinttypes>
#include <cstdint>
#include <cstdio>

#include "vmperf/base/error.hpp"
#include "vmperf/guestmem/guest_memory.hpp"
#include "vmperf/mmu/mmu.hpp"
#include "vmperf/mmu/page_table.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

using namespace vmperf;

int main() {
  constexpr std::uint64_t kData = 0x400000, kReadOnly = 0x480000;
  constexpr std::uint32_t kRead = mmu::flags::kRead, kWrite = mmu::flags::kWrite;

  guestmem::GuestMemory memory({{0, 16 << 20}});
  mmu::PageTable table(mmu::Format::x86_64_4, memory);
  table.map(kData, 0x100000, 4096, kRead | kWrite, 64);
  table.map(kReadOnly, 0x200000, 4096, kRead);

  tlb::SoftTlb tlb(tlb::SoftTlbOptions{});
  mmu::WalkCache cache;
  mmu::Mmu mmu(table, tlb, &cache);

  for (std::uint64_t i = 0; i < 1000; ++i) {
    mmu.write<std::uint64_t>(kData + i * 256, i);
  }
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    sum += mmu.read<std::uint64_t>(kData + i * 256);
  }
  std::printf("sum %" PRIu64 "\n", sum);
  try {
    mmu.write<std::uint8_t>(kReadOnly, 1);
  } catch (const PageFault &fault) {
    std::printf("fault at 0x%" PRIx64 " (%c): %s, level %d\n", fault.address, fault.access,
                fault.reason.c_str(), fault.level);
  }
}
