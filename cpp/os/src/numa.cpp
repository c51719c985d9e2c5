// The system calls of numa.hpp, by number: no library of the C library's has them.
#include "vmperf/os/numa.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"

namespace vmperf::os {
namespace {

constexpr std::size_t kMostNodes = 1024; // MAX_NUMNODES of any kernel so far
constexpr std::size_t kWordBits = 8 * sizeof(unsigned long);
constexpr int kMoveMine = 2;       // MPOL_MF_MOVE: pages that other processes share stay
constexpr unsigned kOfAddress = 2; // MPOL_F_ADDR
constexpr int kPopulateWrite = 23; // MADV_POPULATE_WRITE, Linux 5.14

using NodeMask = std::array<unsigned long, kMostNodes / kWordBits>;

[[noreturn]] void fail(const char *call, int code) {
  if (code == ENOSYS) {
    throw UnsupportedError(std::string(call) +
                           ": this kernel has no such call; one with CONFIG_NUMA has");
  }
  throw OsError(call, code, std::strerror(code)); // NOLINT(concurrency-mt-unsafe): glibc's is safe
}

NodeMask mask_of(std::span<const int> nodes) {
  NodeMask mask{};
  for (const int node : nodes) {
    if (node < 0 || std::cmp_greater_equal(node, kMostNodes)) {
      fail("mbind", EINVAL);
    }
    mask[static_cast<std::size_t>(node) / kWordBits] |=
        1UL << static_cast<std::size_t>(node) % kWordBits;
  }
  return mask;
}

std::vector<int> ask_pages(std::span<const void *const> pages, const int *nodes, int flags) {
  std::vector<int> status(pages.size(), -ENOENT);
  // A query of many pages is cut by the kernel into 16 at a time; there is no need to do it here.
  if (!pages.empty() &&
      ::syscall(SYS_move_pages, 0, pages.size(), pages.data(), nodes, status.data(), flags) < 0) {
    fail("move_pages", errno);
  }
  return status;
}

} // namespace

void bind_memory(void *address, std::size_t bytes, MemoryPolicy policy,
                 std::span<const int> nodes) {
  const NodeMask mask = mask_of(nodes);
  // The kernel reads one bit less than it is told of.
  if (::syscall(SYS_mbind, address, bytes, static_cast<int>(policy),
                nodes.empty() ? nullptr : mask.data(), nodes.empty() ? 0 : kMostNodes + 1,
                0) != 0) {
    fail("mbind", errno);
  }
}

PolicyInForce policy_at(const void *address) {
  int policy = 0;
  NodeMask mask{};
  if (::syscall(SYS_get_mempolicy, &policy, mask.data(), kMostNodes, address, kOfAddress) != 0) {
    fail("get_mempolicy", errno);
  }
  PolicyInForce out{static_cast<MemoryPolicy>(policy), {}};
  for (std::size_t node = 0; node < kMostNodes; ++node) {
    if ((mask[node / kWordBits] >> node % kWordBits & 1U) != 0) {
      out.nodes.push_back(static_cast<int>(node));
    }
  }
  return out;
}

std::vector<int> page_nodes(std::span<const void *const> pages) {
  return ask_pages(pages, nullptr, 0);
}

std::vector<int> move_pages(std::span<const void *const> pages, std::span<const int> nodes) {
  if (nodes.size() != pages.size()) {
    throw InvalidArgumentError("nodes", std::to_string(nodes.size()) + " items",
                               std::to_string(pages.size()) + ", one a page");
  }
  return ask_pages(pages, nodes.data(), kMoveMine);
}

void populate(void *address, std::size_t bytes) {
  if (::madvise(address, bytes, kPopulateWrite) == 0) {
    return;
  }
  if (errno != EINVAL) {
    fail("madvise", errno);
  }
  // An older kernel: an atomic addition of 0 is a write that changes nothing.
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  auto *first = static_cast<unsigned char *>(address);
  for (std::size_t at = 0; at < bytes; at += page) {
    __atomic_fetch_add(first + at, 0, __ATOMIC_RELAXED);
  }
}

bool refuse_huge_pages(void *address, std::size_t bytes) noexcept {
  return ::madvise(address, bytes, MADV_NOHUGEPAGE) == 0;
}

unsigned slow_current_cpu() noexcept {
  unsigned cpu = 0;
  return ::syscall(SYS_getcpu, &cpu, nullptr, nullptr) == 0 ? cpu : 0;
}

} // namespace vmperf::os
