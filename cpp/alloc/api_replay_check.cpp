// A replay that looks at every block, for whoever wants to know whether an allocator is sound on
// this trace: a block's ends hold a stamp of its own from the call that made it to the next one
// that has it, and no two live blocks overlap.
#include <algorithm>
#include <cstring>
#include <map>

#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

using trace::Kind;

constexpr std::size_t kStamped = 16; // the least block with a stamp at both ends

struct Block {
  unsigned char *start = nullptr;
  std::size_t bytes = 0;
  std::uint64_t stamp = 0;
};

// How an address is aligned at least: as asked for, else for what fits into the block.
unsigned least_log2(const ReplayStep &step) {
  if (step.kind == Kind::aligned) {
    return step.alignment_log2;
  }
  if (step.size_bytes >= 16) {
    return 4;
  }
  return step.size_bytes >= 8 ? 3 : 0;
}

class Checker {
public:
  Checker(const ReplayPlan &plan, const Face &face)
      : plan_(plan), face_(face), blocks_(plan.counts().n_slots) {}

  CheckedReplay run() {
    for (const ReplayStep &step : plan_.threads().front().steps) {
      ++stamp_;
      Block &block = blocks_[step.slot];
      step.kind == Kind::free ? give_back(block) : make(step, block);
    }
    for (Block &block : blocks_) {
      give_back(block);
    }
    return found_;
  }

private:
  void give_back(Block &block) {
    if (block.start != nullptr) {
      leave(block);
      face_.free(block.start);
      block = {};
    }
  }

  void make(const ReplayStep &step, Block &block) {
    const std::size_t kept = std::min<std::size_t>(block.bytes, step.size_bytes);
    const Block before = block;
    if (before.start != nullptr) {
      leave(block);
    }
    auto *start = static_cast<unsigned char *>(call(step, before));
    if (start == nullptr) {
      found_.failed += step.size_bytes != 0 ? 1 : 0;
      block = {};
      return;
    }
    if (before.start != nullptr && before.bytes >= kStamped && kept >= sizeof before.stamp &&
        std::memcmp(start, &before.stamp, sizeof before.stamp) != 0) {
      ++found_.corrupted; // realloc() lost what was in the block
    }
    if (step.kind == Kind::calloc) {
      found_.unzeroed +=
          std::any_of(start, start + step.size_bytes, [](unsigned char byte) { return byte != 0; })
              ? 1
              : 0;
    }
    enter(step, block, start);
  }

  [[nodiscard]] void *call(const ReplayStep &step, const Block &before) const {
    switch (step.kind) {
    case Kind::calloc:
      return face_.calloc(1, step.size_bytes);
    case Kind::realloc:
      return face_.realloc(before.start, step.size_bytes);
    case Kind::aligned: {
      const std::size_t alignment = std::size_t{1} << step.alignment_log2;
      return face_.aligned_alloc == nullptr
                 ? nullptr
                 : face_.aligned_alloc(alignment,
                                       (step.size_bytes + alignment - 1) & ~(alignment - 1));
    }
    case Kind::malloc:
    case Kind::free:
      break;
    }
    return face_.malloc(step.size_bytes);
  }

  void enter(const ReplayStep &step, Block &block, unsigned char *start) {
    block = {start, step.size_bytes, stamp_ * 0x9e37'79b9'7f4a'7c15U};
    const unsigned log2 = least_log2(step);
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    found_.misaligned += (address & ((std::uintptr_t{1} << log2) - 1)) != 0 ? 1 : 0;
    if (block.bytes != 0) {
      const auto next = live_.lower_bound(address);
      const bool above = next != live_.end() && next->first < address + block.bytes;
      const bool below = next != live_.begin() && std::prev(next)->second > address;
      found_.overlapping += above || below ? 1 : 0;
      live_[address] = address + block.bytes;
    }
    if (block.bytes >= kStamped) {
      std::memcpy(start, &block.stamp, sizeof block.stamp);
      std::memcpy(start + block.bytes - sizeof block.stamp, &block.stamp, sizeof block.stamp);
    }
  }

  // What is in the block before it is given away.
  void leave(const Block &block) {
    live_.erase(reinterpret_cast<std::uintptr_t>(block.start));
    if (block.bytes >= kStamped) {
      const unsigned char *end = block.start + block.bytes - sizeof block.stamp;
      found_.corrupted += std::memcmp(block.start, &block.stamp, sizeof block.stamp) != 0 ||
                                  std::memcmp(end, &block.stamp, sizeof block.stamp) != 0
                              ? 1
                              : 0;
    }
  }

  const ReplayPlan &plan_;
  const Face &face_;
  std::vector<Block> blocks_;
  std::map<std::uintptr_t, std::uintptr_t> live_; ///< start -> end
  std::uint64_t stamp_ = 0;
  CheckedReplay found_;
};

} // namespace

CheckedReplay check_replay(const ReplayPlan &plan, const Face &face) {
  if (plan.threads().size() != 1) {
    throw InvalidArgumentError("plan", "of several threads", "one of one thread (merge)");
  }
  return Checker(plan, face).run();
}

} // namespace vmperf::alloc
