// Nodes of memory: what sysfs says of them, and the calls by which a process says where its pages
// lie and asks where they are. Pages are placed when they are first touched: bind_memory() governs
// faults to come, move_pages() what is there, and page_nodes() alone tells the truth.
// Each is a system call or a few reads of sysfs, safe from any thread; O(pages) where pages are
// given. current_cpu() is two loads where the C library registers the thread for restartable
// sequences (glibc 2.35), else getcpu. Sources: mbind(2), move_pages(2), get_mempolicy(2),
// madvise(2) MADV_POPULATE_WRITE, getcpu(2); kernel, Documentation/ABI/stable/sysfs-devices-node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vmperf::os {

struct NumaNode {
  int number;                ///< as the kernel counts; there may be gaps
  std::vector<int> cpus;     ///< ascending; none for memory alone
  std::vector<int> distance; ///< to every node in the list, 10 is the node itself
  bool has_memory;
};

/// The nodes that are online, ascending. UnsupportedError where the kernel shows none.
[[nodiscard]] std::vector<NumaNode> numa_nodes();

/// The policies of mbind(2), with its numbers.
enum class MemoryPolicy : std::uint8_t {
  by_default = 0,
  preferred = 1,
  bind = 2,
  interleave = 3,
  local = 4,
  preferred_many = 5,      ///< Linux 5.15
  weighted_interleave = 6, ///< Linux 6.9
};

/// Says where pages of [address, address + bytes), which is whole pages, go when they are first
/// touched. OsError with the kernel's errno (EINVAL for a node that is absent or a policy that it
/// does not know); UnsupportedError where there is no such call.
void bind_memory(void *address, std::size_t bytes, MemoryPolicy policy, std::span<const int> nodes);

struct PolicyInForce {
  MemoryPolicy policy;
  std::vector<int> nodes;
};
/// The policy of the page at an address. Errors as bind_memory().
[[nodiscard]] PolicyInForce policy_at(const void *address);

/// For each page the node it lies on, or a negative errno: -ENOENT where it was never touched.
/// OsError where the call as a whole fails.
[[nodiscard]] std::vector<int> page_nodes(std::span<const void *const> pages);

/// Moves pages of this process alone; for each the node it is on now or a negative errno. OsError
/// where the call as a whole fails (ENODEV for a node that is absent), with what had moved by then.
[[nodiscard]] std::vector<int> move_pages(std::span<const void *const> pages,
                                          std::span<const int> nodes);

/// Has pages in memory, writable, without a change of their contents. OsError where refused.
void populate(void *address, std::size_t bytes);

/// Whatever the system's setting: a huge page lies on one node. False where the kernel refuses.
bool refuse_huge_pages(void *address, std::size_t bytes) noexcept;

/// What MPOL_WEIGHTED_INTERLEAVE gives each node, by its number in numa_nodes()' order; nothing
/// where the kernel has no such policy.
[[nodiscard]] std::optional<std::vector<unsigned>> interleave_weights();

/// The CPU number that getcpu gives; 0 where it is refused.
[[nodiscard]] unsigned slow_current_cpu() noexcept;

} // namespace vmperf::os
