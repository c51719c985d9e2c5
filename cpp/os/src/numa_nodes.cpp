// What sysfs says of nodes.
#include <algorithm>
#include <string>

#include "files.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/numa.hpp"

namespace vmperf::os {
namespace {

constexpr const char *kNodes = "/sys/devices/system/node";
constexpr const char *kWeights = "/sys/kernel/mm/mempolicy/weighted_interleave";

// "0-3,8,10-11"; a text that is not of this form is no list.
std::vector<int> parse_list(const std::string &text) {
  std::vector<int> out;
  for (const std::string &part : split_words(text, ", \t\n")) {
    const std::vector<std::string> ends = split_words(part, "-");
    if (ends.empty() || ends.size() > 2) {
      continue;
    }
    const auto first = parse_integer(ends.front());
    const auto last = parse_integer(ends.back());
    for (std::int64_t at = first.value_or(0); first && last && at <= *last; ++at) {
      out.push_back(static_cast<int>(at));
    }
  }
  return out;
}

std::vector<int> read_list(const std::string &path) {
  const FileText file = read_text(path);
  return file.text ? parse_list(*file.text) : std::vector<int>{};
}

} // namespace

std::vector<NumaNode> numa_nodes() {
  const std::vector<int> online = read_list(join_path(kNodes, "online"));
  const std::vector<int> with_memory = read_list(join_path(kNodes, "has_memory"));
  std::vector<NumaNode> nodes;
  for (const int number : online) {
    const std::string folder = join_path(kNodes, "node" + std::to_string(number));
    NumaNode node{number,
                  read_list(join_path(folder, "cpulist")),
                  {},
                  std::ranges::find(with_memory, number) != with_memory.end()};
    const FileText distance = read_text(join_path(folder, "distance"));
    for (const std::string &word : split_words(distance.text.value_or(""))) {
      node.distance.push_back(static_cast<int>(parse_integer(word).value_or(0)));
    }
    nodes.push_back(std::move(node));
  }
  for (const NumaNode &node : nodes) {
    if (node.distance.size() != nodes.size()) {
      throw UnsupportedError(std::string(kNodes) + "/node" + std::to_string(node.number) +
                             "/distance has no entry for each node that is online");
    }
  }
  if (nodes.empty()) {
    throw UnsupportedError(std::string(kNodes) +
                           " shows no node: a kernel with CONFIG_NUMA and sysfs does");
  }
  return nodes;
}

std::optional<std::vector<unsigned>> interleave_weights() {
  std::vector<unsigned> weights;
  for (const NumaNode &node : numa_nodes()) {
    const FileText file = read_text(join_path(kWeights, "node" + std::to_string(node.number)));
    const auto weight = file.text ? parse_integer(*file.text) : std::nullopt;
    if (!weight || *weight <= 0) {
      return std::nullopt;
    }
    weights.push_back(static_cast<unsigned>(*weight));
  }
  return weights;
}

} // namespace vmperf::os
