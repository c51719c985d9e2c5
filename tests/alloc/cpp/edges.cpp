// What lies at the edges: sizes of 0 and of more than there is, alignments to 512 MiB, wrong
// pointers, closed and full arenas, tags, the map, and a use before any constructor has run.
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "shadow.hpp"
#include "vmperf/base/error.hpp"

namespace {

using namespace vmperf::alloc;
using shadow::check;

// In front of every constructor of this program.
void *g_early = nullptr;
[[gnu::constructor(101)]] void allocate_early() {
  g_early = process().allocate(100);
}

template <class Error, class F> bool throws(F f) {
  try {
    f();
  } catch (const Error &) {
    return true;
  }
  return false;
}

void sizes(Allocator &allocator) {
  void *nothing = allocator.allocate(0);
  void *other = allocator.allocate(0);
  check(nothing != nullptr && nothing != other, "a block of 0 bytes is a block");
  allocator.deallocate(nothing);
  allocator.deallocate(other);
  allocator.deallocate(nullptr);
  const auto most = static_cast<std::size_t>(PTRDIFF_MAX);
  for (const std::size_t size : {most, most + 1, most - 4096, SIZE_MAX, SIZE_MAX - 100}) {
    check(allocator.allocate(size) == nullptr, "more than there is");
    check(allocator.calloc(1, size) == nullptr && allocator.calloc(size, 1) == nullptr, "zeroed");
    check(allocator.aligned_allocate(64, size) == nullptr, "aligned");
    void *block = allocator.allocate(40);
    std::memset(block, 7, 40);
    check(allocator.reallocate(block, size) == nullptr, "grown");
    check(static_cast<char *>(block)[39] == 7, "which leaves the block as it was");
    allocator.deallocate(block);
  }
  check(allocator.calloc(SIZE_MAX / 2, 3) == nullptr, "the product overflows");
  check(allocator.calloc(std::size_t{1} << 32U, std::size_t{1} << 32U) == nullptr, "to 0, too");
  for (unsigned i = 0; i < kClasses; ++i) {
    check(class_of(class_bytes(i)) == i, "the size of a class is of it");
    check(i + 1 == kClasses || class_of(class_bytes(i) + 1) == i + 1, "and one more of the next");
    if (class_bytes(i) <= (8U << 20U)) {
      void *block = allocator.allocate(class_bytes(i));
      check(allocator.usable_size(block) == class_bytes(i), "as large as its class");
      check(allocator.reallocate(block, class_bytes(i) - 1) == block, "shrunk in place");
      allocator.deallocate(block);
    }
  }
}

void alignments(Allocator &allocator) {
  for (const std::size_t wrong : {std::size_t{0}, std::size_t{3}, std::size_t{24}, SIZE_MAX}) {
    check(allocator.aligned_allocate(wrong, 8) == nullptr, "no power of two");
  }
  std::vector<void *> blocks;
  for (unsigned log = 0; log <= 29; ++log) {
    for (const std::size_t size : {0, 1, 100, 5000, 70'000, 3'000'000}) {
      void *block = allocator.aligned_allocate(std::size_t{1} << log, size);
      check(block != nullptr && reinterpret_cast<std::uintptr_t>(block) % (1UL << log) == 0,
            "aligned");
      check(allocator.owns(block) && allocator.usable_size(block) >= size, "a block like another");
      std::memset(block, 1, size < 5000 ? size : 5000);
      blocks.push_back(block);
    }
  }
  shadow::check_counts(allocator, blocks.size());
  for (void *block : blocks) {
    allocator.deallocate(block);
  }
  shadow::check_counts(allocator, 0, 0);
}

void mapped(Allocator &allocator) {
  const std::size_t large = kSpanMost + 1;
  auto *block = static_cast<std::byte *>(allocator.calloc(1, large));
  check(block != nullptr && block[0] == std::byte{0} && block[large - 1] == std::byte{0}, "zeros");
  block[5] = std::byte{9};
  check(allocator.owns(block) && !allocator.owns(block + 16), "owned at its start");
  block = static_cast<std::byte *>(allocator.reallocate(block, 2 * large));
  check(block != nullptr && block[5] == std::byte{9}, "grown without a copy");
  block[2 * large - 1] = std::byte{8};
  check(allocator.stats().mapped_blocks == 1 && allocator.stats().mapped_bytes >= 2 * large,
        "told");
  block = static_cast<std::byte *>(allocator.reallocate(block, 100));
  check(block[5] == std::byte{9} && allocator.stats().mapped_blocks == 0, "back in the arena");
  allocator.deallocate(block);
  shadow::check_counts(allocator, 0, 0);
}

void dirty_reuse(Allocator &allocator) {
  for (const std::size_t size : {16, 300, 4096, 20'000, 70'000, 1'000'000, 9'000'000}) {
    for (int round = 0; round < 3; ++round) {
      void *block = allocator.allocate(size);
      std::memset(block, 0xA5, size);
      allocator.deallocate(block);
      auto *zeros = static_cast<std::byte *>(allocator.calloc(1, size));
      for (std::size_t i = 0; i < size; ++i) {
        check(zeros[i] == std::byte{0}, "calloc of what was dirty");
      }
      allocator.deallocate(zeros);
    }
  }
}

void growth_in_place() {
  Allocator allocator({.arena_size_bytes = std::size_t{1} << 30U});
  auto *block = static_cast<std::byte *>(allocator.allocate(100'000));
  const std::byte *before = block;
  block[99'999] = std::byte{3};
  for (std::size_t size = 200'000; size < 20'000'000; size *= 2) {
    block = static_cast<std::byte *>(allocator.reallocate(block, size));
    check(block == before && block[99'999] == std::byte{3}, "the last span grows where it is");
  }
  allocator.deallocate(block);
}

void misuse() {
  Allocator allocator({.arena_size_bytes = std::size_t{1} << 30U, .checked = true});
  auto *block = static_cast<std::byte *>(allocator.allocate(100));
  auto *span = static_cast<std::byte *>(allocator.allocate(300'000));
  check(allocator.try_deallocate(block + 16) == Misuse::interior, "interior");
  check(allocator.try_deallocate(block + 1) == Misuse::misaligned, "misaligned");
  check(allocator.try_deallocate(span + 200'000) == Misuse::interior, "interior of a span");
  check(allocator.try_deallocate(span + 65'536 + 8) == Misuse::misaligned, "misaligned there");
  int local = 0;
  check(allocator.try_deallocate(&local) == Misuse::foreign, "foreign");
  Misuse wrong = Misuse::none;
  check(allocator.try_reallocate(block + 16, 500, wrong) == nullptr && wrong == Misuse::interior,
        "reallocated");
  allocator.deallocate(block);
  allocator.deallocate(span);
  check(allocator.try_deallocate(block) == Misuse::double_free, "double free");
  check(allocator.try_deallocate(span) == Misuse::double_free, "of a span");
  check(!allocator.owns(block) && !allocator.owns(span), "a free block is nobody's");
  std::string said;
  try {
    allocator.deallocate(block);
  } catch (const vmperf::CorruptionError &error) {
    said = error.what();
  }
  check(said.rfind("double free: 0x", 0) == 0, "it says what and where");
  std::thread([&] {
    check(allocator.try_deallocate(block) == Misuse::double_free, "by another thread");
  }).join();
  shadow::check_counts(allocator, 0, 0);
  Allocator unchecked({.arena_size_bytes = std::size_t{1} << 30U});
  check(throws<vmperf::CorruptionError>([&] { unchecked.deallocate(&local); }), "always told");
  check(throws<vmperf::CorruptionError>([&] { (void)unchecked.reallocate(&local, 5); }), "there");
}

void full_arena() {
  Allocator allocator({.arena_size_bytes = std::size_t{1} << 20U});
  std::vector<void *> blocks;
  while (void *block = allocator.allocate(1000)) {
    blocks.push_back(block);
  }
  check(blocks.size() > 900 && blocks.size() <= 1040, "1 MiB of blocks");
  check(allocator.allocate(16) == nullptr && allocator.calloc(3, 5) == nullptr, "full is full");
  void *beside = allocator.allocate(500'000); // large ones find place beside it
  check(beside != nullptr && allocator.stats().mapped_blocks == 1, "a mapping");
  allocator.deallocate(beside);
  shadow::check_counts(allocator, blocks.size());
  for (void *block : blocks) {
    allocator.deallocate(block);
  }
  for (int i = 0; i < 100; ++i) { // all of it serves another class now
    void *block = allocator.allocate(30'000);
    check(block != nullptr, "room again");
    allocator.deallocate(block);
  }
  shadow::check_counts(allocator, 0);
}

void closing() {
  using Refused = vmperf::InvalidArgumentError;
  check(throws<Refused>([] { Allocator({.arena_size_bytes = 1}); }), "too small");
  check(throws<Refused>([] { Allocator({.arena_size_bytes = SIZE_MAX}); }), "too large");
  std::array<void *, 3> blocks{};
  for (int round = 0; round < 200; ++round) { // places are used again
    Allocator allocator({.arena_size_bytes = std::size_t{64} << 20U});
    blocks[0] = allocator.allocate(64);
    check(allocator.stats().live_blocks == 1, "a new one is empty");
    allocator.close();
    allocator.close();
    check(allocator.allocate(64) == nullptr && allocator.allocate<64>() == nullptr, "closed");
    check(allocator.calloc(1, 1) == nullptr && !allocator.owns(blocks[0]), "in every respect");
    check(throws<vmperf::CorruptionError>([&] { allocator.deallocate(blocks[0]); }), "and told");
    Allocator next({.arena_size_bytes = std::size_t{64} << 20U});
    check(allocator.allocate(64) == nullptr, "also where another has its place");
  }
  check(!set_process_options({}), "the process's allocator is in use");
}

void tags() {
  Allocator allocator({.arena_size_bytes = std::size_t{1} << 30U, .tags = true});
  void *first = allocator.allocate_tagged(100, 5);
  void *second = allocator.allocate_tagged(300'000, 63);
  void *third = allocator.allocate_tagged(kSpanMost + 1, 5);
  check(allocator.allocate_tagged(1, 64) == nullptr, "tags end at 63");
  Stats stats = allocator.stats();
  check(stats.tags[5].blocks == 2 && stats.tags[5].bytes > kSpanMost + 112, "of tag 5");
  check(stats.tags[63].blocks == 1 && stats.tags[63].bytes == 327'680, "of tag 63");
  first = allocator.reallocate(first, 5000);
  check(allocator.stats().tags[5].blocks == 2, "a block that moves keeps its tag");
  unsigned seen = 0;
  check(allocator.walk([&](const Block &block) {
    seen += block.address == first && block.tag == 5 && block.bytes == 5120 ? 1 : 0;
    seen += block.address == second && block.tag == 63 ? 1 : 0;
    seen += block.address == third && block.tag == 5 ? 1 : 0;
  }) && seen == 3,
        "the walk knows them");
  for (void *block : {first, second, third}) {
    allocator.deallocate(block);
  }
  stats = allocator.stats();
  check(stats.tags[5].bytes == 0 && stats.tags[63].blocks == 0, "all gone");
}

void map_and_purge() {
  Allocator allocator({.arena_size_bytes = std::size_t{1} << 30U, .purge_delay_ms = -1});
  const std::uint64_t before = allocator.stats().resident_bytes;
  std::vector<void *> blocks;
  for (std::size_t i = 0; i < 200'000; ++i) {
    blocks.push_back(allocator.allocate(16 + i * 37 % 496));
    *static_cast<char *>(blocks.back()) = 1;
  }
  check(allocator.stats().resident_bytes > before + 50'000'000, "resident");
  std::vector<void *> kept;
  for (std::size_t i = 0; i < blocks.size(); ++i) { // every 64th stays: most pages have none
    i % 64 == 0 ? kept.push_back(blocks[i]) : allocator.deallocate(blocks[i]);
  }
  allocator.purge();
  std::uint64_t live = 0, pages = 0;
  allocator.fragmentation([&](const Extent &extent) {
    check(extent.live_blocks <= extent.n_blocks, "of so many");
    live += extent.live_blocks;
    pages += extent.purged_pages;
  });
  check(live == kept.size(), "the map shows what is live");
  check(pages > 1000, "holes in slabs are given back");
  check(allocator.stats().resident_bytes < before + 30'000'000, "and are gone");
  for (void *block : kept) {
    check(*static_cast<char *>(block) == 1, "what lives beside a hole stays");
    allocator.deallocate(block);
  }
  allocator.purge();
  check(allocator.stats().resident_bytes < before + 5'000'000, "all of it");
  shadow::check_counts(allocator, 0, 0);
}

} // namespace

int main() {
  check(g_early != nullptr && process().usable_size(g_early) == 112, "before constructors");
  process().deallocate(g_early);
  for (const bool checked : {false, true}) {
    Allocator allocator({.arena_size_bytes = std::size_t{8} << 30U, .checked = checked});
    sizes(allocator);
    alignments(allocator);
    mapped(allocator);
    dirty_reuse(allocator);
  }
  growth_in_place();
  misuse();
  full_arena();
  closing();
  tags();
  map_and_purge();
  std::puts("ok");
}
