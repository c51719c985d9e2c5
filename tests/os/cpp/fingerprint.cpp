// The fingerprint and the self-test as a C++ client has them: prints "path=value" lines.
#include <cstdio>
#include <string>

#include "vmperf/os/kernels.hpp"
#include "vmperf/os/machine.hpp"

using namespace vmperf::os;

namespace {

void print(const std::string &path, const Fact &fact) {
  if (const auto *record = fact.get<Facts>()) {
    for (const Field &field : *record) {
      print(path + '.' + field.name, field.value);
    }
  } else if (const auto *list = fact.get<Fact::List>()) {
    for (const Fact &item : *list) {
      print(path + "[]", item);
    }
  } else if (const auto *unknown = fact.get<Unknown>()) {
    std::printf("%s: unknown, %s\n", path.c_str(), unknown->reason.c_str());
  } else if (const auto *text = fact.get<std::string>()) {
    std::printf("%s=%s\n", path.c_str(), text->c_str());
  } else if (const auto *whole = fact.get<std::int64_t>()) {
    std::printf("%s=%lld\n", path.c_str(), static_cast<long long>(*whole));
  } else if (const auto *real = fact.get<double>()) {
    std::printf("%s=%g\n", path.c_str(), *real);
  } else {
    std::printf("%s=%s\n", path.c_str(), *fact.get<bool>() ? "true" : "false");
  }
}

} // namespace

int main() {
  const Facts all = machine();
  for (const Field &field : all) {
    print(field.name, field.value);
  }
  const Fact *page = find(all, "memory.page_bytes");
  const bool found = page != nullptr && page->get<std::int64_t>() != nullptr;
  const bool none = find(all, "memory.no_such") == nullptr &&
                    find(all, "cpu.vendor.x") == nullptr && find(all, "") == nullptr;
  for (const KernelResult &result : selftest()) {
    std::printf("kernel.%s=%g\n", result.kernel.c_str(), result.cycles);
  }
  return found && none ? 0 : 1;
}
