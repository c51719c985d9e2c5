#include "vmperf/mmu/walk_cache.hpp"

#include <algorithm>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::mmu {

WalkCache::WalkCache(const Sizes &sizes) {
  const std::array<std::size_t, 4> wanted = {sizes.level2, sizes.level3, sizes.level4,
                                             sizes.level5};
  for (unsigned level = 2; level <= kMaxLevels; ++level) {
    const std::size_t size = wanted[level - 2];
    if (size == 0 || (size & (size - 1)) != 0 || size > (std::size_t{1} << 20U)) {
      throw InvalidArgumentError("level" + std::to_string(level), std::to_string(size),
                                 "a power of two from 1 to 1048576");
    }
    Level &of = levels_[level];
    of.store.resize(size);
    of.entries = of.store.data();
    of.mask = size - 1;
  }
}

std::uint64_t WalkCache::new_context(std::uint64_t table_id, std::uint16_t asid) {
  if (asid >= known_.size()) {
    known_.resize(std::size_t{asid} + 1);
  }
  if (last_ == kMostContexts) { // none left: no entry survives, so all may be given again
    for (Level &level : levels_) {
      std::ranges::fill(level.store, Entry{});
    }
    std::ranges::fill(known_, Known{});
    last_ = floor_ = 0;
    ++stats_.n_clears;
  }
  known_[asid] = {table_id, ++last_};
  return last_ << kContextShift;
}

} // namespace vmperf::mmu
