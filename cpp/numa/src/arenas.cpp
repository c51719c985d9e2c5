// How a NumaAllocator gets its memory: the region, its table, and an arena when it is first needed.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "real.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/numa/allocator.hpp"
#include "vmperf/os/numa.hpp"
#include "vmperf/os/pages.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::numa {
namespace {

constexpr std::size_t kLeastRoom = std::size_t{2} << 20U;
constexpr std::size_t kMostRoom = std::size_t{1} << 40U;
constexpr std::size_t kRegionAlignment = std::size_t{2} << 20U; // of huge pages
constexpr unsigned kNoShift = 8 * sizeof(std::size_t) - 1;

unsigned log_of(std::size_t value) {
  unsigned log = 0;
  while (std::size_t{1} << log < value) {
    ++log;
  }
  return log;
}

// Has no memory and owns no block, at any time.
alloc::Allocator &closed_arena() {
  static alloc::Allocator closed(alloc::Options{.arena_size_bytes = kLeastRoom});
  closed.close();
  return closed;
}

std::size_t checked_room(std::size_t node_bytes) {
  if (node_bytes < kLeastRoom || node_bytes > kMostRoom) {
    throw InvalidArgumentError("node_bytes", std::to_string(node_bytes), "2 MiB to 1 TiB");
  }
  return std::size_t{1} << log_of(node_bytes);
}

} // namespace

NumaAllocator::NumaAllocator(Topology topology, const NumaOptions &options)
    : topology_(std::move(topology)),
      decisions_(decide(topology_, options)), // asks the kernel first in real mode
      mode_(options.mode), checked_(options.checked), page_shift_(log_of(os::page_bytes())),
      node_bytes_(checked_room(options.node_bytes)) {
  const bool one_node = decisions_.nodes().size() == 1;
  follows_cpu_ =
      numa::follows_cpu(options.policy) && (!one_node || options.policy == Policy::preferred_many);
  map_cpus();
  map_region();
}

void NumaAllocator::map_cpus() {
  std::vector<std::uint8_t> round; // a CPU that the topology lacks stands for one that it has
  for (std::size_t node = 0; node < topology_.n_nodes(); ++node) {
    round.insert(round.end(), topology_.cpus()[node].size(), static_cast<std::uint8_t>(node));
  }
  cpu_nodes_.resize(kPlaces);
  for (std::size_t place = 0; place < kPlaces; ++place) {
    cpu_nodes_[place] = round[place % round.size()];
  }
  for (std::size_t node = 0; node < topology_.n_nodes(); ++node) {
    for (const int cpu : topology_.cpus()[node]) {
      if (std::cmp_less(cpu, kPlaces)) {
        cpu_nodes_[static_cast<std::size_t>(cpu)] = static_cast<std::uint8_t>(node);
      }
    }
  }
}

void NumaAllocator::map_region() {
  const bool is_one = interleaves(policy());
  const std::size_t n_nodes = is_one ? decisions_.nodes().size() : topology_.n_nodes();
  const std::size_t bytes = n_nodes * node_bytes_;
  const std::size_t table_bytes = bytes >> page_shift_;
  void *table = os::map_lazily(table_bytes);
  void *region = table == nullptr ? nullptr : os::map_lazily(bytes, kRegionAlignment);
  if (region == nullptr) {
    if (table != nullptr) {
      os::unmap(table, table_bytes);
    }
    throw CapacityError("no address space for the nodes", bytes, bytes);
  }
  node_shift_ = is_one ? kNoShift : log_of(node_bytes_);
  table_bytes_ = table_bytes;
  table_ = static_cast<std::atomic<std::uint8_t> *>(table); // zeros: nothing is placed yet
  base_ = static_cast<std::byte *>(region);
  region_bytes_ = bytes;
  arenas_ = std::vector<Arena>(is_one ? 1 : n_nodes);
  first_ = std::vector<Arena>(follows_cpu_ ? kPlaces : 1);
  for (std::vector<Arena> *all : {&arenas_, &first_}) {
    for (Arena &one : *all) {
      one.store(&closed_arena(), std::memory_order_relaxed);
    }
  }
}

void NumaAllocator::close() noexcept {
  if (is_closed()) {
    return;
  }
  for (std::vector<Arena> *all : {&arenas_, &first_}) {
    for (Arena &one : *all) {
      one.store(&closed_arena(), std::memory_order_release);
    }
  }
  owned_.clear();
  os::unmap(base_, region_bytes_);
  os::unmap(table_, table_bytes_);
  base_ = nullptr;
  table_ = nullptr;
  region_bytes_ = 0;
}

alloc::Allocator &NumaAllocator::arena(std::size_t index) {
  alloc::Allocator *there = arenas_[index].load(std::memory_order_acquire);
  if (there != &closed_arena()) {
    return *there;
  }
  const std::scoped_lock lock(mutex_);
  there = arenas_[index].load(std::memory_order_relaxed);
  if (there != &closed_arena() || is_closed()) {
    return *there;
  }
  if (mode_ == Mode::real) {
    tell_kernel(index);
  }
  place_pages(index);
  const bool is_one = interleaves(policy());
  owned_.push_back(std::make_unique<alloc::Allocator>(
      alloc::Options{.arena_size_bytes = is_one ? region_bytes_ : node_bytes_,
                     .purge_delay_ms = -1,
                     .checked = checked_,
                     .arena = base_ + index * node_bytes_,
                     .own_mappings = false}));
  arenas_[index].store(owned_.back().get(), std::memory_order_release);
  return *owned_.back();
}

void NumaAllocator::tell_kernel(std::size_t index) const {
  if (interleaves(policy())) {
    // A huge page would take one turn for its 512 pages.
    os::refuse_huge_pages(base_, region_bytes_);
    os::bind_memory(base_, region_bytes_, kernel_policy(policy()),
                    numbers_of(topology_, decisions_.nodes()));
    return;
  }
  const std::array<int, 1> node{topology_.number(index)};
  os::bind_memory(base_ + index * node_bytes_, node_bytes_,
                  policy() == Policy::bind ? os::MemoryPolicy::bind : os::MemoryPolicy::preferred,
                  node);
}

void NumaAllocator::place_pages(std::size_t index) {
  const bool is_one = interleaves(policy());
  const std::size_t n_pages = (is_one ? region_bytes_ : node_bytes_) >> page_shift_;
  const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(base_) >> page_shift_;
  std::atomic<std::uint8_t> *to = table_ + index * n_pages;
  for (std::size_t page = 0; page < n_pages; ++page) {
    const std::size_t node = is_one ? decisions_.of_page(first + page) : index;
    to[page].store(static_cast<std::uint8_t>(node + 1), std::memory_order_relaxed);
  }
}

} // namespace vmperf::numa
