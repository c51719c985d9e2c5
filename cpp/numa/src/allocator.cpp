#include "vmperf/numa/allocator.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/os/numa.hpp"

namespace vmperf::numa {
namespace {

constexpr std::size_t kUsualAlignment = 16;

std::string hex(std::uintptr_t value) {
  std::string out;
  do {
    out.insert(out.begin(), "0123456789abcdef"[value % 16]);
    value /= 16;
  } while (value != 0);
  return "0x" + out;
}

} // namespace

void NumaAllocator::refuse(const void *block) {
  if (block != nullptr) {
    throw CorruptionError("foreign: " + hex(reinterpret_cast<std::uintptr_t>(block)) +
                          " is no live block");
  }
}

void *NumaAllocator::allocate_slowly(unsigned place, std::size_t size) {
  void *block = allocate_from(cpu_nodes_[place], size, kUsualAlignment);
  if (!is_closed()) {
    const std::size_t index = interleaves(policy()) ? 0 : decisions_.order(cpu_nodes_[place])[0];
    first_[place].store(&arena(index), std::memory_order_release);
  }
  return block;
}

void *NumaAllocator::allocate_on(int cpu, std::size_t size, std::size_t alignment) {
  if (!std::has_single_bit(alignment)) {
    throw InvalidArgumentError("align", std::to_string(alignment), "a power of two");
  }
  std::size_t node = cpu_nodes_[cpu < 0 ? os::current_cpu() % kPlaces : 0];
  if (cpu >= 0) {
    const auto found = topology_.node_of_cpu(cpu);
    if (!found) {
      throw InvalidArgumentError("cpu", std::to_string(cpu), "a CPU of the topology");
    }
    node = *found;
  }
  return allocate_from(node, size, alignment);
}

void *NumaAllocator::allocate_from(std::size_t cpu_node, std::size_t size, std::size_t alignment) {
  if (is_closed()) {
    return nullptr;
  }
  const auto try_in = [&](std::size_t index) {
    alloc::Allocator &one = arena(index);
    return alignment <= kUsualAlignment ? one.allocate(size)
                                        : one.aligned_allocate(alignment, size);
  };
  if (interleaves(policy())) {
    return try_in(0);
  }
  const std::vector<std::size_t> &order = decisions_.order(cpu_node);
  for (const std::size_t node : order) {
    if (!topology_.has_memory()[node]) {
      continue;
    }
    if (void *block = try_in(node)) {
      fallbacks_.fetch_add(node == order.front() ? 0 : 1, std::memory_order_relaxed);
      return block;
    }
  }
  return nullptr;
}

std::size_t NumaAllocator::usable_size(const void *block) const noexcept {
  const std::size_t offset = offset_of(block);
  return offset < region_bytes_
             ? arenas_[offset >> node_shift_].load(std::memory_order_acquire)->usable_size(block)
             : 0;
}

bool NumaAllocator::owns(const void *block) const noexcept {
  const std::size_t offset = offset_of(block);
  return offset < region_bytes_ &&
         arenas_[offset >> node_shift_].load(std::memory_order_acquire)->owns(block);
}

std::vector<std::uint8_t> NumaAllocator::placement(const void *block) const {
  const std::size_t bytes = usable_size(block);
  if (bytes == 0 || !owns(block)) {
    throw CorruptionError("foreign: " + hex(reinterpret_cast<std::uintptr_t>(block)) +
                          " is no live block");
  }
  const std::size_t first = offset_of(block) >> page_shift_;
  const std::size_t last = (offset_of(block) + bytes - 1) >> page_shift_;
  std::vector<std::uint8_t> out;
  for (std::size_t page = first; page <= last; ++page) {
    out.push_back(static_cast<std::uint8_t>(table_[page].load(std::memory_order_relaxed) - 1));
  }
  return out;
}

std::vector<alloc::Block> NumaAllocator::live_blocks() const {
  std::vector<alloc::Block> blocks;
  const std::scoped_lock lock(mutex_);
  for (const auto &one : owned_) {
    if (!one->walk([&](const alloc::Block &block) { blocks.push_back(block); })) {
      throw CapacityError("no memory for a walk over the blocks", 0, 0);
    }
  }
  return blocks;
}

std::vector<const void *> NumaAllocator::live_pages() const {
  std::vector<const void *> pages;
  for (const alloc::Block &block : live_blocks()) {
    const std::size_t begin = offset_of(block.address) >> page_shift_;
    const std::size_t end = (offset_of(block.address) + block.bytes - 1) >> page_shift_;
    for (std::size_t page = begin; page <= end; ++page) {
      pages.push_back(base_ + (page << page_shift_));
    }
  }
  std::ranges::sort(pages);
  const auto again = std::ranges::unique(pages);
  pages.erase(again.begin(), again.end());
  return pages;
}

NumaStats NumaAllocator::stats() const {
  NumaStats out;
  out.bytes_of_node.resize(topology_.n_nodes());
  for (const alloc::Block &block : live_blocks()) {
    ++out.live_blocks;
    out.live_bytes += block.bytes;
    const std::size_t end = offset_of(block.address) + block.bytes;
    for (std::size_t at = offset_of(block.address); at < end;) {
      const std::size_t next = std::min(end, ((at >> page_shift_) + 1) << page_shift_);
      out.bytes_of_node[node_of(base_ + at)] += next - at;
      at = next;
    }
  }
  out.fallbacks = fallbacks_.load(std::memory_order_relaxed);
  out.moved_pages = moved_pages_.load(std::memory_order_relaxed);
  return out;
}

} // namespace vmperf::numa
