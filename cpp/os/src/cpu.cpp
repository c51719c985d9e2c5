#include "vmperf/os/cpu.hpp"

#include <algorithm>

#include "cpu_read.hpp"
#include "files.hpp"
#include "microarchitecture.hpp"

namespace vmperf::os {
namespace {

std::optional<std::int64_t> read_integer(const std::string &path) {
  const FileText file = read_text(path);
  return file.text ? parse_integer(*file.text) : std::nullopt;
}

// "32K", "1024K", "32M" (the kernel writes K alone today).
std::optional<std::int64_t> parse_size(const std::string &text) {
  const auto number = parse_integer(text);
  if (!number || text.empty()) {
    return std::nullopt;
  }
  switch (text.back()) {
  case 'K':
    return *number * 1024;
  case 'M':
    return *number * 1024 * 1024;
  case 'G':
    return *number * 1024 * 1024 * 1024;
  default:
    return number;
  }
}

std::optional<Cache> read_cache(const std::string &directory) {
  const auto level = read_integer(directory + "/level");
  const FileText type = read_text(directory + "/type");
  const FileText size = read_text(directory + "/size");
  const auto bytes = size.text ? parse_size(*size.text) : std::nullopt;
  if (!level || !type.text || !bytes) {
    return std::nullopt;
  }
  Cache cache;
  cache.level = static_cast<int>(*level);
  cache.type = *type.text;
  cache.size_bytes = *bytes;
  cache.line_bytes = read_integer(directory + "/coherency_line_size");
  cache.n_ways = read_integer(directory + "/ways_of_associativity");
  cache.n_sets = read_integer(directory + "/number_of_sets");
  cache.shared_by = read_text(directory + "/shared_cpu_list").text.value_or("");
  return cache;
}

} // namespace

const Cpu &cpu() {
  static const Cpu instance = read_cpu();
  return instance;
}

bool has_feature(std::string_view name) {
  const auto &all = cpu().features;
  return std::ranges::find(all, name) != all.end();
}

std::string_view microarchitecture() {
  const Microarchitecture *known = find_microarchitecture(cpu());
  return known == nullptr ? std::string_view() : known->name;
}

std::vector<Cache> caches(int cpu_number) {
  const std::string root = "/sys/devices/system/cpu/cpu" + std::to_string(cpu_number) + "/cache";
  std::vector<Cache> found;
  for (const std::string &index : list_directory(root, "index")) {
    if (auto cache = read_cache(join_path(root, index))) {
      found.push_back(std::move(*cache));
    }
  }
  return found;
}

} // namespace vmperf::os
