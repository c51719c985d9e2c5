// Immix: one mark-region space, allocation into its holes, full collections only.
// Source: Blackburn and McKinley 2008.
#include "mark_region.hpp"

namespace vmperf::gc {

namespace {

class Immix final : public MarkRegion {
public:
  using MarkRegion::MarkRegion;
  void collect(Kind /*kind*/, Pause &pause) override { full<false>(pause); }
};

} // namespace

Made make_immix(HeapCore &heap) {
  // A twentieth is kept back, so that there is room to evacuate into.
  const std::size_t blocks = heap.options().heap_bytes / kBlockBytes;
  auto arena = std::make_unique<Arena>(0, 0, blocks, blocks * kBlockBytes * 2, false, false);
  auto collector = std::make_unique<Immix>(heap, *arena, blocks - blocks / 20);
  return {std::move(arena), std::move(collector)};
}

} // namespace vmperf::gc
