// CPU, caches, microcode, hypervisor, which CPUs this process may use.
#include <unistd.h>

#include "files.hpp"
#include "machine_sections.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/cpu.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::os {
namespace {

constexpr const char *kCpuRoot = "/sys/devices/system/cpu";

Fact microcode_fact() {
  FileText version = read_text(join_path(kCpuRoot, "cpu0/microcode/version"));
  if (!version.text) {
    version = read_key("/proc/cpuinfo", "microcode");
  }
  return version.text ? Fact(std::move(*version.text)) : Fact(Unknown{std::move(version.reason)});
}

Fact hypervisor_fact(const Cpu &id) {
  if (id.hypervisor) {
    const std::string vendor = id.hypervisor_vendor.empty() ? "unnamed" : id.hypervisor_vendor;
    return *id.hypervisor ? vendor : "none";
  }
  FileText type = read_text("/sys/hypervisor/type");
  if (type.text) {
    return std::move(*type.text);
  }
  return Unknown{"the architecture doesn't tell user code, and " + type.reason};
}

Fact allowed_fact() {
  try {
    return list_of(allowed_cpus());
  } catch (const OsError &e) {
    return Unknown{e.what()};
  }
}

Fact cache_facts(int cpu_number) {
  Fact::List list;
  for (const Cache &cache : caches(cpu_number)) {
    const std::string reason = std::string("not stated in ") + kCpuRoot;
    list.emplace_back(Facts{
        {"level", cache.level},
        {"type", cache.type},
        {"size_bytes", cache.size_bytes},
        {"line_bytes", value_or(cache.line_bytes, reason)},
        {"n_ways", value_or(cache.n_ways, reason)},
        {"n_sets", value_or(cache.n_sets, reason)},
        {"shared_by", text_or(cache.shared_by, reason)},
    });
  }
  if (list.empty()) {
    return Unknown{join_path(kCpuRoot, "cpu" + std::to_string(cpu_number)) +
                   "/cache can't be read"};
  }
  return list;
}

int first_allowed(const Fact &allowed) {
  const auto *list = allowed.get<Fact::List>();
  const auto *first =
      list == nullptr || list->empty() ? nullptr : list->front().get<std::int64_t>();
  return first == nullptr ? 0 : static_cast<int>(*first);
}

Fact online_fact() {
  const long n = ::sysconf(_SC_NPROCESSORS_ONLN);
  return n > 0 ? Fact(n) : Fact(Unknown{"sysconf(_SC_NPROCESSORS_ONLN)"});
}

} // namespace

Facts cpu_facts() {
  const Cpu &id = cpu();
  Fact allowed = allowed_fact();
  Fact cache = cache_facts(first_allowed(allowed));
  return {
      {"architecture", id.architecture},
      {"vendor", text_or(id.vendor, "MIDR_EL1 can't be read")},
      {"brand", text_or(id.brand, "the CPU has no brand string")},
      {"microarchitecture",
       text_or(std::string(microarchitecture()), "not in the table of micro-architectures")},
      {"family", value_or(id.family, "the architecture has no families")},
      {"model", value_or(id.model, "MIDR_EL1 can't be read")},
      {"stepping", value_or(id.stepping, "MIDR_EL1 can't be read")},
      {"microcode", microcode_fact()},
      {"hypervisor", hypervisor_fact(id)},
      {"n_online", online_fact()},
      {"allowed", std::move(allowed)},
      {"smt", text_fact(join_path(kCpuRoot, "smt/control"))},
      {"caches", std::move(cache)},
      {"features", list_of(id.features)},
  };
}

} // namespace vmperf::os
