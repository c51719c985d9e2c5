// The first process of a machine with two nodes: places pages by each policy, has the kernel say
// where they are, moves some, and prints a line each. Then it turns the machine off.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/numa/allocator.hpp"
#include "vmperf/os/numa.hpp"

using namespace vmperf;
using namespace vmperf::numa;

namespace {

constexpr std::size_t kPages = 64;
constexpr std::size_t kPage = 4096;

NumaOptions options(Policy policy, std::vector<int> nodes, std::vector<unsigned> weights = {}) {
  NumaOptions made{.policy = policy, .nodes = std::move(nodes), .weights = std::move(weights)};
  made.mode = Mode::real;
  made.node_bytes = std::size_t{32} << 20U;
  return made;
}

std::vector<const void *> pages_of(const void *block) {
  std::vector<const void *> pages;
  for (std::size_t at = 0; at < kPages; ++at) {
    pages.push_back(static_cast<const std::byte *>(block) + at * kPage);
  }
  return pages;
}

// What the kernel says, a digit a page; - where a page was never touched.
std::string asked(const void *block) {
  std::string out;
  for (const int node : os::page_nodes(pages_of(block))) {
    out += node == -ENOENT ? "-" : node < 0 ? "!" : std::to_string(node);
  }
  return out;
}

std::string table(const NumaAllocator &allocator, const void *block) {
  std::string out;
  for (const std::uint8_t node : allocator.placement(block)) {
    out += std::to_string(allocator.topology().number(node));
  }
  return out;
}

void place(const Topology &topology, const NumaOptions &how, const char *what) {
  NumaAllocator allocator(topology, how);
  void *block = allocator.allocate_on(-1, kPages * kPage, kPages * kPage);
  const std::string before = asked(block);
  std::memset(block, 1, kPages * kPage);
  const Placement found = allocator.verify();
  std::printf("placed %s before=%s kernel=%s table=%s pages=%llu matching=%llu policy=%d\n", what,
              before.c_str(), asked(block).c_str(), table(allocator, block).c_str(),
              static_cast<unsigned long long>(found.pages),
              static_cast<unsigned long long>(found.matching),
              static_cast<int>(os::policy_at(block).policy));
}

void on_cpu(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  sched_setaffinity(0, sizeof one, &one);
}

void move(const Topology &topology) {
  NumaAllocator allocator(topology, options(Policy::bind, {0}));
  auto *block = static_cast<std::byte *>(allocator.allocate_on(-1, kPages * kPage, kPages * kPage));
  for (std::size_t at = 0; at + 1 < kPages; ++at) { // the last page is never touched
    block[at * kPage] = std::byte(at + 1);
  }
  std::vector<std::uint64_t> addresses;
  for (std::size_t at = 1; at < kPages; at += 2) {
    addresses.push_back(reinterpret_cast<std::uintptr_t>(block + at * kPage));
  }
  const std::vector<int> nodes(addresses.size(), 1);
  std::string status;
  for (const int each : allocator.move(addresses, nodes)) {
    status += each == -ENOENT ? "-" : each < 0 ? "!" : std::to_string(each);
  }
  bool kept = true;
  for (std::size_t at = 0; at + 1 < kPages; ++at) {
    kept = kept && block[at * kPage] == std::byte(at + 1);
  }
  const Placement found = allocator.verify();
  std::printf("moved status=%s kernel=%s table=%s kept=%d matching=%llu unverified=%llu\n",
              status.c_str(), asked(block).c_str(), table(allocator, block).c_str(), kept ? 1 : 0,
              static_cast<unsigned long long>(found.matching),
              static_cast<unsigned long long>(found.unverified));
  try {
    const std::vector<int> absent{7};
    (void)allocator.move({addresses.data(), 1}, absent);
    std::printf("absent move none\n");
  } catch (const OsError &error) {
    std::printf("absent move %d\n", error.code);
  }
}

// Whether the kernel has weights to set: Linux 6.9.
bool weigh(const char *node, const char *weight) {
  const std::string path = std::string("/sys/kernel/mm/mempolicy/weighted_interleave/") + node;
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool is_set = file >= 0 && write(file, weight, std::strlen(weight)) >= 0;
  close(file);
  return is_set;
}

void run() {
  const Topology topology = Topology::real();
  for (std::size_t node = 0; node < topology.n_nodes(); ++node) {
    std::printf("node %d cpus=%zu distance=%g,%g\n", topology.number(node),
                topology.cpus()[node].size(), topology.distance().at(node, 0),
                topology.distance().at(node, topology.n_nodes() - 1));
  }
  for (const int cpu : {0, 1}) {
    on_cpu(cpu);
    place(topology, options(Policy::local, {}), cpu == 0 ? "local0" : "local1");
    place(topology, options(Policy::preferred_many, {0, 1}), cpu == 0 ? "many0" : "many1");
  }
  place(topology, options(Policy::bind, {1}), "bind1");
  place(topology, options(Policy::preferred, {1}), "preferred1");
  place(topology, options(Policy::interleave, {}), "interleave");
  if (weigh("node0", "3") && weigh("node1", "1")) {
    place(topology, options(Policy::weighted_interleave, {}, {3, 1}), "weighted31");
  } else {
    std::printf("no weights\n");
  }
  move(topology);
  try {
    NumaAllocator absent(topology, options(Policy::bind, {7}));
    std::printf("absent bind none\n");
  } catch (const OsError &error) {
    std::printf("absent bind %d\n", error.code);
  }
}

} // namespace

int main() {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  mkdir("/sys", 0755);
  mount("sysfs", "/sys", "sysfs", 0, nullptr);
  std::printf("guest begins\n");
  try {
    run();
    std::printf("guest ends\n");
  } catch (const std::exception &error) {
    std::printf("guest failed: %s\n", error.what());
  }
  sync();
  reboot(RB_POWER_OFF);
  return 0;
}
