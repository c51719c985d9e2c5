#include "vmperf/os/machine.hpp"

#include "machine_sections.hpp"

namespace vmperf::os {
namespace {

// NOLINTBEGIN(misc-no-recursion): as deep as the tree, which is four levels
void collect_unknown(const Fact &fact, const std::string &path, Facts &out);

void collect_unknown(const Facts &record, const std::string &path, Facts &out) {
  for (const Field &field : record) {
    collect_unknown(field.value, path.empty() ? field.name : path + '.' + field.name, out);
  }
}

void collect_unknown(const Fact &fact, const std::string &path, Facts &out) {
  if (const auto *unknown = fact.get<Unknown>()) {
    out.push_back({path, unknown->reason});
  } else if (const auto *record = fact.get<Facts>()) {
    collect_unknown(*record, path, out);
  } else if (const auto *list = fact.get<Fact::List>()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      collect_unknown((*list)[i], path + '.' + std::to_string(i), out);
    }
  }
}
// NOLINTEND(misc-no-recursion)

} // namespace

Facts machine() {
  Facts all{
      {"cpu", cpu_facts()},     {"clocks", clock_facts()},        {"timers", timer_facts()},
      {"power", power_facts()}, {"memory", memory_facts()},       {"os", os_facts()},
      {"build", build_facts()}, {"allocator", allocator_facts()}, {"state", state_facts()},
  };
  Facts unknown;
  collect_unknown(all, "", unknown);
  all.push_back({"unknown", std::move(unknown)});
  return all;
}

// NOLINTNEXTLINE(misc-no-recursion): once per part of the path
const Fact *find(const Facts &facts, std::string_view path) noexcept {
  const auto dot = path.find('.');
  for (const Field &field : facts) {
    if (field.name == path.substr(0, dot)) {
      if (dot == std::string_view::npos) {
        return &field.value;
      }
      const auto *record = field.value.get<Facts>();
      return record == nullptr ? nullptr : find(*record, path.substr(dot + 1));
    }
  }
  return nullptr;
}

} // namespace vmperf::os
