// Pages that are there already: touched, moved, and asked for.
#include <cerrno>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/numa/allocator.hpp"
#include "vmperf/os/numa.hpp"

namespace vmperf::numa {

void NumaAllocator::populate(void *block) const {
  const std::vector<std::uint8_t> pages = placement(block);
  if (mode_ == Mode::real) {
    const std::size_t first = offset_of(block) >> page_shift_ << page_shift_;
    os::populate(base_ + first, pages.size() << page_shift_);
  }
}

std::vector<int> NumaAllocator::move(std::span<const std::uint64_t> addresses,
                                     std::span<const int> nodes) {
  if (addresses.size() != nodes.size()) {
    throw InvalidArgumentError("nodes", std::to_string(nodes.size()) + " items",
                               std::to_string(addresses.size()) + ", one an address");
  }
  std::vector<const void *> pages;
  pages.reserve(addresses.size());
  for (const std::uint64_t address : addresses) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address is
    const auto *at = reinterpret_cast<const void *>(static_cast<std::uintptr_t>(address));
    if (node_of(at) == kNowhere) {
      throw InvalidArgumentError("addresses", std::to_string(address), "pages of this allocator");
    }
    pages.push_back(base_ + (offset_of(at) >> page_shift_ << page_shift_));
  }
  return mode_ == Mode::real ? move_really(pages, nodes) : move_on_paper(pages, nodes);
}

std::vector<int> NumaAllocator::move_really(std::span<const void *const> pages,
                                            std::span<const int> nodes) {
  try {
    std::vector<int> status = os::move_pages(pages, nodes);
    learn(pages, status);
    return status;
  } catch (const OsError &) {
    learn(pages, os::page_nodes(pages)); // some may have moved before
    throw;
  }
}

std::vector<int> NumaAllocator::move_on_paper(std::span<const void *const> pages,
                                              std::span<const int> nodes) {
  for (const int node : nodes) {
    if (!topology_.index_of(node)) {
      throw InvalidArgumentError("nodes", "with node " + std::to_string(node) + ", which is absent",
                                 "nodes of the topology");
    }
  }
  learn(pages, nodes);
  return {nodes.begin(), nodes.end()};
}

void NumaAllocator::learn(std::span<const void *const> pages, std::span<const int> status) {
  for (std::size_t at = 0; at < pages.size(); ++at) {
    const auto node = status[at] < 0 ? std::nullopt : topology_.index_of(status[at]);
    if (node) {
      const auto now = static_cast<std::uint8_t>(*node + 1);
      const std::uint8_t was =
          table_[offset_of(pages[at]) >> page_shift_].exchange(now, std::memory_order_relaxed);
      moved_pages_.fetch_add(was == now ? 0 : 1, std::memory_order_relaxed);
    }
  }
}

Placement NumaAllocator::verify() const {
  Placement out;
  out.pages_of_node.resize(topology_.n_nodes());
  const std::vector<const void *> pages = live_pages();
  out.pages = pages.size();
  for (const void *page : pages) {
    ++out.pages_of_node[node_of(page)];
  }
  if (mode_ == Mode::model) {
    out.unverified = out.pages;
    return out;
  }
  const std::vector<int> status = os::page_nodes(pages);
  for (std::size_t at = 0; at < pages.size(); ++at) {
    const bool is_there = status[at] >= 0;
    const bool matches = is_there && status[at] == topology_.number(node_of(pages[at]));
    out.unverified += is_there ? 0 : 1;
    out.matching += matches ? 1 : 0;
    out.elsewhere += is_there && !matches ? 1 : 0;
  }
  return out;
}

} // namespace vmperf::numa
