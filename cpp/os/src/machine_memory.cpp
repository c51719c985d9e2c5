// Memory, page sizes, transparent and reserved huge pages, NUMA nodes.
#include "files.hpp"
#include "machine_sections.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::os {
namespace {

constexpr const char *kMemoryRoot = "/sys/kernel/mm";
constexpr const char *kNodeRoot = "/sys/devices/system/node";

Fact huge_page_facts() {
  const std::string root = join_path(kMemoryRoot, "hugepages");
  constexpr std::string_view kPrefix = "hugepages-";
  Fact::List pools;
  for (const std::string &name : list_directory(root, kPrefix)) {
    const auto kib = parse_integer(std::string_view(name).substr(kPrefix.size()));
    pools.emplace_back(Facts{
        {"page_bytes", kib ? Fact(*kib * 1024) : Fact(Unknown{name + ": not a number"})},
        {"n_reserved", integer_fact(join_path(root, name + "/nr_hugepages"))},
    });
  }
  if (pools.empty()) {
    return Unknown{root + " can't be read or is empty"};
  }
  return pools;
}

Fact node_facts() {
  Fact::List nodes;
  for (const std::string &name : list_directory(kNodeRoot, "node")) {
    const auto number = parse_integer(std::string_view(name).substr(4));
    if (!number) {
      continue;
    }
    nodes.emplace_back(Facts{
        {"node", *number},
        {"cpus", text_fact(join_path(kNodeRoot, name + "/cpulist"))},
    });
  }
  if (nodes.empty()) {
    return Unknown{std::string(kNodeRoot) + " can't be read or has no nodes"};
  }
  return nodes;
}

} // namespace

Fact node_memory_facts() {
  Fact::List bytes;
  for (const std::string &name : list_directory(kNodeRoot, "node")) {
    // "Node 0 MemTotal:  25165824 kB"
    const std::string path = join_path(kNodeRoot, name + "/meminfo");
    bytes.push_back(kib_fact(path, "Node " + name.substr(4) + " MemTotal"));
  }
  return bytes.empty() ? Fact(Unknown{std::string(kNodeRoot) + " can't be read or has no nodes"})
                       : Fact(std::move(bytes));
}

Facts memory_facts() {
  const std::string thp = join_path(kMemoryRoot, "transparent_hugepage");
  return {
      {"total_bytes", kib_fact("/proc/meminfo", "MemTotal")},
      {"swap_bytes", kib_fact("/proc/meminfo", "SwapTotal")},
      {"page_bytes", page_bytes()},
      {"huge_page_bytes", value_or(huge_page_bytes(), "/proc/meminfo has no Hugepagesize")},
      {"huge_pages", huge_page_facts()},
      {"thp", selected_fact(thp + "/enabled")},
      {"thp_defrag", selected_fact(thp + "/defrag")},
      {"overcommit", integer_fact("/proc/sys/vm/overcommit_memory")},
      {"numa_nodes", node_facts()},
  };
}

} // namespace vmperf::os
