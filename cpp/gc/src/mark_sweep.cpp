// Mark-sweep: blocks cut into cells of one size; a cell is free where no mark bit says otherwise.
// Nothing moves and nothing is swept in the pause but the list of blocks: an allocation looks for
// the next run of unmarked cells in its class's blocks, and zeroes it.
//   block of class c   [ cell | cell | cell | ... ]    marks 1 0 0 1 ...  ->  run of two cells
// Source: McCarthy 1960; lazy sweeping as in the Boehm collector and in Go.
#include <algorithm>
#include <array>
#include <utility>

#include "collector.hpp"
#include "mark.hpp"
#include "mark_team.hpp"
#include "phases.hpp"
#include "vmperf/gc/cells.hpp"

namespace vmperf::gc {

namespace {

class MarkSweep final : public Collector {
public:
  MarkSweep(HeapCore &heap, Arena &arena, std::size_t limit)
      : Collector(heap, arena, limit), team_(heap.options(), arena, nullptr),
        classes_(arena.layout.n_blocks) {
    for (std::size_t i = classes_.size(); i > 0; --i) {
      free_.push_back(static_cast<std::uint32_t>(i - 1));
    }
  }

  std::byte *allocate(Mutator &mutator, std::size_t bytes) override {
    const std::size_t index = size_class(bytes);
    const std::size_t cell = cell_bytes(index);
    Sweep &sweep = sweeps_[index];
    while (!next_run(sweep, cell)) {
      if (!next_block(sweep, index)) {
        return nullptr;
      }
    }
    std::byte *const begin = sweep.run.cursor;
    const auto taken = static_cast<std::size_t>(sweep.run.limit - begin);
    std::memset(begin, 0, taken);
    mutator.cells[index] = {begin + cell, sweep.run.limit};
    mutator.allocated_bytes += taken;
    return begin;
  }

  std::byte *take(Mutator &mutator, std::size_t bytes) override {
    Run &run = mutator.cells[size_class(bytes)];
    const std::size_t cell = cell_bytes(size_class(bytes));
    if (std::cmp_greater_equal(run.limit - run.cursor, cell)) {
      run.cursor += cell;
      return run.cursor - cell;
    }
    return allocate(mutator, bytes);
  }

  std::byte *allocate_large(std::size_t bytes) override {
    if (used_bytes() + bytes > limit_bytes_) {
      return nullptr;
    }
    const Ref ref = large_.allocate(bytes);
    return ref == 0 ? nullptr : arena_.at(ref);
  }

  void collect(Kind /*kind*/, Pause &pause) override {
    Phases phases;
    for (std::uint32_t i = 0; i < classes_.size(); ++i) {
      if (classes_[i] != 0) {
        arena_.marks.clear_range(block_ref(i), kBlockBytes / kUnitBytes);
      }
    }
    large_.clear_marks();
    MarkTracer<false> tracer(arena_, nullptr);
    pause.roots_ns = phases.next();
    mark_from_roots(*this, team_, tracer, pause);
    (void)phases.next();
    WeakPass<MarkTracer<false>>(heap_.weak_table(), tracer).run();
    sweep_blocks();
    large_.sweep();
    pause.sweep_ns = phases.next();
    pause.kind = Kind::major;
    pause.marked_objects += tracer.objects;
    team_.lived(used_bytes());
  }

  [[nodiscard]] std::uint64_t used_bytes() const noexcept override {
    return used_ * kBlockBytes + large_.used_bytes();
  }
  [[nodiscard]] bool in_use(Ref ref) const noexcept override {
    if (large_.holds(ref)) {
      return large_.begins(ref);
    }
    const Ref from = ref - arena_.layout.blocks_begin;
    const std::size_t block = from >> kBlockShift;
    if (block >= classes_.size() || classes_[block] == 0) {
      return false;
    }
    return (from - (block << kBlockShift)) * kUnitBytes % cell_bytes(classes_[block]) == 0;
  }
  void check_object(Ref ref, std::size_t /*bytes*/, Kind /*kind*/) const override {
    if (!arena_.marks.test(ref)) {
      throw CorruptionError("a reachable object is not marked");
    }
  }

private:
  /// Where a class allocates: the next cells of a block.
  struct Sweep {
    Run run;
    std::byte *at = nullptr, *end = nullptr;
    std::vector<std::uint32_t> blocks; ///< not yet looked at in this cycle
  };

  [[nodiscard]] Ref block_ref(std::uint32_t block) const noexcept {
    return arena_.layout.blocks_begin + (block << kBlockShift);
  }

  [[nodiscard]] bool marked(const std::byte *cell) const noexcept {
    return arena_.marks.test(ref_of(arena_.base(), cell));
  }

  bool next_run(Sweep &sweep, std::size_t cell) const noexcept {
    while (sweep.at != sweep.end && marked(sweep.at)) {
      sweep.at += cell;
    }
    if (sweep.at == sweep.end) {
      return false;
    }
    sweep.run.cursor = sweep.at;
    while (sweep.at != sweep.end && !marked(sweep.at)) {
      sweep.at += cell;
    }
    sweep.run.limit = sweep.at;
    return true;
  }

  bool next_block(Sweep &sweep, std::size_t index) {
    std::uint32_t block = 0;
    if (!sweep.blocks.empty()) {
      block = sweep.blocks.back();
      sweep.blocks.pop_back();
    } else if (!free_.empty() && used_bytes() + kBlockBytes <= limit_bytes_) {
      block = free_.back();
      free_.pop_back();
      classes_[block] = static_cast<unsigned char>(index);
      ++used_;
    } else {
      return false;
    }
    sweep.at = arena_.at(block_ref(block));
    sweep.end = sweep.at + kBlockBytes / cell_bytes(index) * cell_bytes(index);
    return true;
  }

  void sweep_blocks() {
    for (Sweep &sweep : sweeps_) {
      sweep = {};
    }
    free_.clear();
    used_ = 0;
    for (std::size_t k = classes_.size(); k > 0; --k) {
      const auto i = static_cast<std::uint32_t>(k - 1);
      if (classes_[i] != 0 && empty(i)) {
        classes_[i] = 0;
      }
      if (classes_[i] == 0) {
        free_.push_back(i);
      } else {
        ++used_;
        sweeps_[classes_[i]].blocks.push_back(i);
      }
    }
  }

  [[nodiscard]] bool empty(std::uint32_t block) const noexcept {
    std::uint64_t any = 0;
    for (Ref at = block_ref(block); at != block_ref(block + 1); at += 64) {
      any |= arena_.marks.word(at);
    }
    return any == 0;
  }

  MarkTeam team_;
  std::vector<unsigned char> classes_; ///< of each block; 0 = free
  std::vector<std::uint32_t> free_;
  std::array<Sweep, kSizeClasses> sweeps_;
  std::size_t used_ = 0;
};

} // namespace

Made make_mark_sweep(HeapCore &heap) {
  const std::size_t blocks = heap.options().heap_bytes / kBlockBytes;
  auto arena = std::make_unique<Arena>(0, 0, blocks, blocks * kBlockBytes * 2, false, false);
  auto collector = std::make_unique<MarkSweep>(heap, *arena, blocks * kBlockBytes);
  return {std::move(arena), std::move(collector)};
}

} // namespace vmperf::gc
