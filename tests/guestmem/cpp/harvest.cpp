// Dirty pages under writers: a copy of the memory that is kept up by harvests alone, as a migration
// keeps it. A writer that has written waits for two whole harvests, of which the second began after
// its last write: then the copy has what it wrote, or a mark was lost. All pages share one word of
// marks, and each is written several times at once, since only that lets a harvest come between a
// write and its mark, or between the marks of two writers.
//   harvest [rounds]
#include <array>
#include <atomic>
#include <thread>

#include "support.hpp"
#include "vmperf/guestmem/flat_window.hpp"

using namespace vmperf;
using namespace vmperf::guestmem;

namespace {

constexpr std::uint64_t kPages = 8; // the marks that one exchange takes
constexpr unsigned kWriters = 2;
constexpr std::uint64_t kWritesARound = 5;

struct Shared {
  GuestMemory memory{{.start = 0x4000'0000, .size_bytes = kPages * kPageBytes},
                     {.start = 0x8000'0000, .size_bytes = kPages * kPageBytes}};
  std::array<std::atomic<std::uint64_t>, kPages> copy{};
  std::atomic<std::uint64_t> harvests = 0;
  std::atomic<unsigned> running = kWriters;
  std::atomic<std::uint64_t> lost = 0;
};

std::uint64_t address_of(std::uint64_t page) {
  return 0x4000'0000 + page * kPageBytes + 8 * page;
}

void write_one(Shared &shared, FlatWindow &window, std::uint64_t page, std::uint64_t value) {
  const std::uint64_t gpa = address_of(page);
  switch (value % 3) {
  case 0:
    return shared.memory.write(gpa, value);
  case 1:
    return window.write(gpa, value);
  default:
    return shared.memory.scatter<std::uint64_t>({&gpa, 1}, {&value, 1});
  }
}

// Every other page is this writer's.
void write_all(Shared &shared, unsigned writer, std::uint64_t rounds) {
  FlatWindow window(shared.memory, 0x4000'0000);
  for (std::uint64_t value = 1; value <= rounds * kWritesARound; value += kWritesARound) {
    for (std::uint64_t page = writer; page < kPages; page += kWriters) {
      for (std::uint64_t i = 0; i < kWritesARound; ++i) {
        write_one(shared, window, page, value + i);
      }
    }
    // An exchange and no load: that could be done while the writes still wait to be seen.
    const std::uint64_t enough = shared.harvests.fetch_add(0) + 2;
    while (shared.harvests.load() < enough) {
      std::this_thread::yield();
    }
    for (std::uint64_t page = writer; page < kPages; page += kWriters) {
      shared.lost += shared.copy[page].load() == value + kWritesARound - 1 ? 0U : 1U;
    }
  }
  --shared.running;
}

void harvest(Shared &shared) {
  for (const std::uint64_t gpa : shared.memory.dirty_pages()) {
    const std::uint64_t page = (gpa - 0x4000'0000) / kPageBytes;
    CHECK(page < kPages, "a page that nobody wrote: %llx", static_cast<unsigned long long>(gpa));
    shared.copy[page] = shared.memory.read<std::uint64_t>(address_of(page));
  }
  ++shared.harvests;
}

} // namespace

int main(int argc, char **argv) {
  const auto rounds = static_cast<std::uint64_t>(argc > 1 ? std::atoi(argv[1]) : 8'000);
  Shared shared;
  std::vector<std::thread> threads;
  for (unsigned writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&shared, writer, rounds] { write_all(shared, writer, rounds); });
  }
  while (shared.running != 0) {
    harvest(shared);
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  harvest(shared);
  CHECK(shared.lost == 0, "%llu writes were not in the copy",
        static_cast<unsigned long long>(shared.lost.load()));
  CHECK(shared.memory.dirty_pages().empty(), "each mark is taken once");
  std::puts("ok");
}
