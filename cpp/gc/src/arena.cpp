#include "arena.hpp"

#include "vmperf/base/align.hpp"

namespace vmperf::gc {

Arena::Arena(std::size_t nursery, std::size_t survivors, std::size_t n_blocks, std::size_t large,
             bool cards, bool fields) {
  const auto units = [](std::size_t bytes) { return align_up(bytes, kBlockBytes) / kUnitBytes; };
  constexpr std::size_t kBlockUnits = kBlockBytes / kUnitBytes;
  layout.young_begin = kBlockUnits; // the first block is null's
  layout.survivor_units = units(survivors);
  layout.nursery_units = units(nursery);
  layout.blocks_begin = layout.young_begin + static_cast<Ref>(layout.young_units());
  layout.n_blocks = n_blocks;
  layout.large_begin = layout.blocks_begin + static_cast<Ref>(n_blocks * kBlockUnits);
  layout.large_units = units(large);

  const std::size_t bytes = std::size_t{layout.end()} * kUnitBytes;
  constexpr std::size_t kHuge = std::size_t{2} << 20U;
  memory_ = os::Mapping(bytes, kHuge);
  if (bytes >= kHuge * 4) {
    memory_.advise(os::Advice::huge_page);
  }
  mark_words_ = os::Mapping(bytes / 64 + kBlockBytes);
  marks.reset(reinterpret_cast<std::uint64_t *>(mark_words_.data()));
  if (cards) {
    cards_ = os::Mapping(bytes / 512 + kBlockBytes);
  }
  if (fields) {
    fields_ = os::Mapping(bytes / 32 + kBlockBytes);
  }
}

void Arena::pretouch(std::size_t blocks) const {
  const std::size_t end = std::size_t{layout.blocks_begin} * kUnitBytes + blocks * kBlockBytes;
  for (std::size_t at = std::size_t{layout.young_begin} * kUnitBytes; at < end; at += 4096) {
    *reinterpret_cast<volatile char *>(memory_.data() + at) = 0;
  }
  for (std::size_t at = 0; at < end / 64; at += 4096) {
    *reinterpret_cast<volatile char *>(mark_words_.data() + at) = 0;
  }
}

} // namespace vmperf::gc
