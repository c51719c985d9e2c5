// Memory, page sizes, transparent and reserved huge pages, NUMA nodes.
#include "files.hpp"
#include "machine_sections.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::os {
namespace {

const std::string kMemoryRoot = "/sys/kernel/mm";
const std::string kNodeRoot = "/sys/devices/system/node";

Fact huge_page_facts() {
  const std::string root = kMemoryRoot + "/hugepages";
  constexpr std::string_view kPrefix = "hugepages-";
  Fact::List pools;
  for (const std::string &name : list_directory(root, kPrefix)) {
    const auto kib = parse_integer(std::string_view(name).substr(kPrefix.size()));
    pools.emplace_back(Facts{
        {"page_bytes", kib ? Fact(*kib * 1024) : Fact(Unknown{name + ": not a number"})},
        {"n_reserved", integer_fact(root + '/' + name + "/nr_hugepages")},
    });
  }
  if (pools.empty()) {
    return Unknown{root + " can't be read or is empty"};
  }
  return pools;
}

Fact node_memory_fact(const std::string &directory, const std::string &name) {
  // "Node 0 MemTotal:  25165824 kB"
  const std::string key = "Node " + name.substr(4) + " MemTotal";
  return kib_fact(directory + "/meminfo", key);
}

Fact node_facts() {
  Fact::List nodes;
  for (const std::string &name : list_directory(kNodeRoot, "node")) {
    const auto number = parse_integer(std::string_view(name).substr(4));
    if (!number) {
      continue;
    }
    const std::string directory = kNodeRoot + '/' + name;
    nodes.emplace_back(Facts{
        {"node", *number},
        {"cpus", text_fact(directory + "/cpulist")},
        {"memory_bytes", node_memory_fact(directory, name)},
    });
  }
  if (nodes.empty()) {
    return Unknown{kNodeRoot + " can't be read or has no nodes"};
  }
  return nodes;
}

} // namespace

Facts memory_facts() {
  const std::string thp = kMemoryRoot + "/transparent_hugepage";
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
