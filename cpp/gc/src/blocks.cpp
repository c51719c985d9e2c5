#include "blocks.hpp"

#include <cstring>

namespace vmperf::gc {

Blocks::Blocks(Arena &arena, std::size_t budget)
    : arena_(arena), begin_(arena.layout.blocks_begin),
      units_(arena.layout.n_blocks * kBlockBytes / kUnitBytes), budget_(budget),
      lines_(arena.layout.n_blocks * kBlockLines), marked_lines_(lines_.data()),
      states_(arena.layout.n_blocks) {
  free_.reserve(states_.size());
  for (std::size_t i = states_.size(); i > 0; --i) { // the lowest on top: touched ones are reused
    free_.push_back(static_cast<std::uint32_t>(i - 1));
  }
}

bool Blocks::next_hole(Hole &hole) const noexcept {
  const unsigned char *const lines = lines_.data() + std::size_t{hole.block} * kBlockLines;
  std::uint32_t from = hole.next_line;
  while (from < kBlockLines && lines[from] != 0) {
    ++from;
  }
  if (from == kBlockLines) {
    return false;
  }
  std::uint32_t to = from + 1;
  while (to < kBlockLines && lines[to] == 0) {
    ++to;
  }
  std::byte *const block = arena_.at(block_ref(hole.block));
  hole.run = {block + from * kLineBytes, block + to * kLineBytes};
  hole.next_line = to;
  return true;
}

bool Blocks::take_hole(Hole &hole, std::size_t limit) {
  while (true) {
    if (hole.block != Hole::kNone && next_hole(hole)) {
      return true;
    }
    if (recyclable_.empty()) {
      return take_free(hole, limit);
    }
    hole.block = recyclable_.back();
    recyclable_.pop_back();
    if (states_[hole.block] != BlockState::recyclable) { // withheld
      hole.block = Hole::kNone;
      continue;
    }
    states_[hole.block] = BlockState::used;
    hole_lines_ -= kBlockLines - live_lines(hole.block);
    hole.next_line = 0;
  }
}

bool Blocks::take_free(Hole &hole, std::size_t limit) {
  if (used_ >= limit || free_.empty()) {
    hole = {};
    return false;
  }
  hole.block = free_.back();
  free_.pop_back();
  ++used_;
  states_[hole.block] = BlockState::used;
  std::byte *const block = arena_.at(block_ref(hole.block));
  hole.run = {block, block + kBlockBytes};
  hole.next_line = kBlockLines;
  return true;
}

void Blocks::clear_block(std::uint32_t block, unsigned char *lines) noexcept {
  if (states_[block] != BlockState::free) { // whose marks are clear and perhaps never touched
    arena_.marks.clear_range(block_ref(block), kBlockBytes / kUnitBytes);
  }
  std::memset(lines + std::size_t{block} * kBlockLines, 0, kBlockLines);
}

void Blocks::clear_marks() noexcept {
  marked_lines_ = lines_.data();
  for (std::uint32_t i = 0; i < states_.size(); ++i) {
    if (states_[i] != BlockState::free) {
      clear_block(i, lines_.data());
    }
  }
}

void Blocks::separate_lines() {
  next_lines_.resize(lines_.size());
  marked_lines_ = next_lines_.data();
}

std::uint32_t Blocks::clear_some(std::uint32_t block, std::uint32_t n) noexcept {
  for (; n > 0 && block < count(); ++block, --n) {
    clear_block(block, next_lines_.data());
  }
  return block;
}

void Blocks::swap_lines() noexcept {
  lines_.swap(next_lines_);
  marked_lines_ = lines_.data();
  recyclable_.clear();
  hole_lines_ = 0;
  for (BlockState &state : states_) { // a byte each
    state = state == BlockState::free ? state : BlockState::unswept;
  }
}

std::uint32_t Blocks::sweep_some(std::uint32_t block, std::uint32_t n) {
  for (; n > 0 && block < count(); ++block, --n) {
    if (states_[block] != BlockState::unswept) { // free, or taken since
      continue;
    }
    const std::size_t marked = live_lines(block);
    if (marked == 0) {
      states_[block] = BlockState::free;
      free_.push_back(block);
      --used_;
    } else if (marked < kBlockLines) {
      states_[block] = BlockState::recyclable;
      recyclable_.push_back(block);
      hole_lines_ += kBlockLines - marked;
    } else {
      states_[block] = BlockState::used;
    }
  }
  return block;
}

std::size_t Blocks::live_lines(std::uint32_t block) const noexcept {
  const unsigned char *const lines = lines_.data() + std::size_t{block} * kBlockLines;
  std::size_t live = 0;
  for (std::size_t i = 0; i < kBlockLines; ++i) {
    live += lines[i];
  }
  return live;
}

std::size_t Blocks::sweep() {
  std::size_t live = 0;
  free_.clear();
  recyclable_.clear();
  used_ = hole_lines_ = 0;
  for (std::size_t k = states_.size(); k > 0; --k) {
    const auto i = static_cast<std::uint32_t>(k - 1);
    const std::size_t marked = states_[i] == BlockState::free ? 0 : live_lines(i);
    live += marked;
    states_[i] = marked == kBlockLines ? BlockState::used : BlockState::recyclable;
    if (marked == 0) {
      states_[i] = BlockState::free;
      free_.push_back(i);
      continue;
    }
    ++used_;
    if (marked < kBlockLines) {
      recyclable_.push_back(i);
      hole_lines_ += kBlockLines - marked;
    }
  }
  return live * kLineBytes;
}

void Blocks::release(std::uint32_t block) noexcept {
  std::memset(lines_.data() + std::size_t{block} * kBlockLines, 0, kBlockLines);
  arena_.marks.clear_range(block_ref(block), kBlockBytes / kUnitBytes);
}

void Blocks::poison_holes() noexcept {
  for (std::uint32_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == BlockState::free) {
      continue;
    }
    for (std::size_t line = 0; line < kBlockLines; ++line) {
      if (lines_[std::size_t{i} * kBlockLines + line] == 0) {
        std::memset(arena_.at(block_ref(i)) + line * kLineBytes, 0xDB, kLineBytes);
      }
    }
  }
}

} // namespace vmperf::gc
