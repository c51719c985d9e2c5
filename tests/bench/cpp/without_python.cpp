// The seam of Python workloads in a program without an interpreter, and with a planted one.
#include "vmperf/bench/python.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "vmperf/base/error.hpp"

using namespace vmperf;

namespace {

void require(bool good, const char *what) {
  if (!good) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

class Nothing final : public bench::Workload {
public:
  std::uint64_t run(std::uint64_t n) override { return n; }
  [[nodiscard]] bench::Verification verify() override { return bench::Verification::passed(); }
};

class Planted final : public bench::Interpreter {
public:
  [[nodiscard]] bench::WorkloadPtr make(const std::string &text,
                                        const bench::Params & /*params*/) const override {
    require(text == "pass", "the text arrives");
    return std::make_unique<Nothing>();
  }
  [[nodiscard]] bench::Availability find_module(const std::string &name) const override {
    return {bench::Status::not_installed, name, ""};
  }
  [[nodiscard]] std::string version() const override { return "planted 1"; }
};

bool refuses() {
  try {
    static_cast<void>(bench::make_python_workload("pass", bench::Params()));
  } catch (const UnsupportedError &error) {
    return std::string(error.what()).find("VMPERF_PYTHON") != std::string::npos;
  }
  return false;
}

} // namespace

int main() {
  require(bench::find_python().status == bench::Status::unsupported, "no interpreter");
  require(bench::find_python_module("numpy").status == bench::Status::unsupported, "no modules");
  require(refuses(), "a workload is refused");
  static const Planted planted;
  bench::set_interpreter(planted);
  require(bench::find_python().version == "planted 1", "its version");
  require(bench::find_python_module("x").status == bench::Status::not_installed, "its modules");
  require(bench::make_python_workload("pass", bench::Params())->run(7) == 7, "its workload");
  std::puts("seam");
  return 0;
}
