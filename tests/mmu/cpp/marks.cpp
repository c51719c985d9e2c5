// Two threads mark entries by walks, a third bit is set by a third thread and permissions are
// changed by a fourth: every round each entry must have kept all of it. argv: rounds, pages.
#include <atomic>
#include <barrier>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "vmperf/guestmem/guest_memory.hpp"
#include "vmperf/mmu/page_table.hpp"

using namespace vmperf;
using namespace vmperf::mmu;

namespace {

constexpr std::uint64_t kBase = 0x40000000, kSoftware = 1U << 9U; // free to software in all formats

struct Case {
  Format format;
  std::uint64_t accessed, dirty, dirty_value;
};
constexpr Case kCases[] = {{Format::x86_64_4, 1U << 5U, 1U << 6U, 1U << 6U},
                           {Format::sv39, 1U << 6U, 1U << 7U, 1U << 7U},
                           {Format::aarch64_4k, 1U << 10U, 1U << 7U, 0}};

std::uint64_t *entry_of(guestmem::GuestMemory &memory, std::uint64_t pa) {
  return reinterpret_cast<std::uint64_t *>(memory.host(pa, 8, guestmem::Access::write));
}

// The places of the leaves: all in the tables of one page table, found by their pages.
std::vector<std::uint64_t *> leaves(guestmem::GuestMemory &memory, const PageTable &table,
                                    std::uint64_t pages) {
  std::vector<std::uint64_t *> found(pages);
  const std::uint64_t first = table.root() / 4096 * 4096;
  for (std::uint64_t at = first; at < first + table.n_tables() * 4096; at += 8) {
    std::uint64_t *entry = entry_of(memory, at);
    const std::uint64_t pa =
        table.format() == Format::sv39 ? (*entry >> 10U) << 12U : *entry & 0xffff'ffff'f000;
    if (*entry != 0 && pa >= 0x100000 && pa < 0x100000 + pages * 4096) {
      found[(pa - 0x100000) / 4096] = entry;
    }
  }
  return found;
}

int check(const Case &one, int rounds, std::uint64_t pages) {
  guestmem::GuestMemory memory({{0, 16 << 20}});
  PageTable table(one.format, memory);
  table.map(kBase, 0x100000, 4096, flags::kRead | flags::kWrite, pages);
  const auto entries = leaves(memory, table, pages);
  std::atomic<int> wrong{0};
  std::barrier meet(4);
  const auto walker = [&](Purpose purpose) {
    WalkCache cache;
    for (int round = 0; round < rounds; ++round) {
      meet.arrive_and_wait();
      for (std::uint64_t page = 0; page < pages; ++page) {
        wrong += table.walk(kBase + page * 4096, purpose, &cache).fault != tlb::Fault::none;
      }
      meet.arrive_and_wait();
    }
  };
  const auto guest = [&] {
    for (int round = 0; round < rounds; ++round) {
      meet.arrive_and_wait();
      for (std::uint64_t page = 0; page < pages; ++page) {
        std::atomic_ref(*entries[page]).fetch_or(kSoftware);
      }
      meet.arrive_and_wait();
    }
  };
  std::thread reader(walker, Purpose::read);
  std::thread writer(walker, Purpose::write);
  std::thread other(guest);
  for (int round = 0; round < rounds; ++round) {
    meet.arrive_and_wait();
    for (std::uint64_t page = 0; page < pages; ++page) {
      table.protect(kBase + page * 4096, 4096,
                    flags::kRead | flags::kWrite | (round % 2 == 0 ? flags::kGlobal : 0));
    }
    meet.arrive_and_wait();
    for (std::uint64_t *entry : entries) {
      const std::uint64_t word = std::atomic_ref(*entry).load();
      wrong += (word & one.accessed) == 0 || (word & one.dirty) != one.dirty_value ||
               (word & kSoftware) == 0;
      const std::uint64_t fresh =
          (word & ~(one.accessed | kSoftware | one.dirty)) | (one.dirty ^ one.dirty_value);
      std::atomic_ref(*entry).store(fresh); // the others wait at the next meeting
    }
  }
  reader.join();
  writer.join();
  other.join();
  if (wrong != 0) {
    std::printf("%s: %d entries lost a mark\n", name_of(one.format).data(), wrong.load());
  }
  return wrong;
}

} // namespace

int main(int argc, char **argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 200;
  const auto pages = static_cast<std::uint64_t>(argc > 2 ? std::atoi(argv[2]) : 64);
  int wrong = 0;
  for (const Case &one : kCases) {
    wrong += check(one, rounds, pages);
  }
  std::puts(wrong == 0 ? "ok" : "wrong");
  return wrong == 0 ? 0 : 1;
}
