// What is in a block when a replay frees it, by how it touches blocks; under a sanitizer also that
// nothing is written beyond one, least of all to one of no bytes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "vmperf/alloc/api/replay.hpp"

using namespace vmperf::alloc;
using vmperf::trace::Kind;
using vmperf::trace::Op;

namespace {

constexpr std::uint32_t kBlocks = 65; // of 0 to 64 bytes

struct Seen {
  unsigned frees = 0, written_whole = 0, looked_at = 0;
  friend bool operator==(const Seen &, const Seen &) = default;
};
Seen seen;

void *sized_malloc(std::size_t size) {
  auto *block = static_cast<unsigned char *>(std::calloc(size + 1, 1));
  block[0] = static_cast<unsigned char>(size);
  return block + 1;
}

void sized_free(void *block) {
  auto *bytes = static_cast<unsigned char *>(block);
  const std::size_t size = bytes[-1];
  ++seen.frees;
  if (size != 0) {
    const auto is_written = [](unsigned char byte) { return byte == 0x5a; };
    seen.written_whole += std::all_of(bytes + 1, bytes + size, is_written) ? 1U : 0U;
    seen.looked_at += bytes[0] == 0x5b ? 1U : 0U;
  }
  std::free(bytes - 1);
}

std::vector<Op> each_size_once() {
  std::vector<Op> ops;
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    ops.push_back({i, i, i, 0, Kind::malloc, 0});
  }
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    ops.push_back({kBlocks + i, 0, i, 0, Kind::free, 0});
  }
  return ops;
}

Seen seen_by(const ReplayPlan &plan, ReplayTouch touch) {
  Face face;
  face.malloc = sized_malloc;
  face.free = sized_free;
  seen = {};
  static_cast<void>(replay(plan, face, {.touch = touch}));
  return seen;
}

} // namespace

int main() {
  const ReplayPlan plan = plan_replay(each_size_once(), ReplayThreads::merge, ReplaySpeed::max);
  const bool ok = seen_by(plan, ReplayTouch::use) == Seen{kBlocks, 64, 64} &&
                  seen_by(plan, ReplayTouch::all) == Seen{kBlocks, 64, 0} &&
                  seen_by(plan, ReplayTouch::first) == Seen{kBlocks, 1, 0}; // of 1 byte that is all
  std::puts(ok ? "ok" : "blocks were touched otherwise");
  return ok ? 0 : 1;
}
