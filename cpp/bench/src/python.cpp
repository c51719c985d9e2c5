#include "vmperf/bench/python.hpp"

#include "vmperf/base/error.hpp"

namespace vmperf::bench {
namespace {

constexpr const char *kNone = "a build with Python: VMPERF_PYTHON=ON";

const Interpreter *&current() {
  static const Interpreter *interpreter = nullptr;
  return interpreter;
}

} // namespace

void set_interpreter(const Interpreter &interpreter) {
  current() = &interpreter;
}

WorkloadPtr make_python_workload(const std::string &text, const Params &params) {
  if (current() == nullptr) {
    throw UnsupportedError(std::string("a call of Python needs ") + kNone);
  }
  return current()->make(text, params);
}

Availability find_python() {
  if (current() == nullptr) {
    return {Status::unsupported, std::string("needs ") + kNone, ""};
  }
  return {Status::ok, "", current()->version()};
}

Availability find_python_module(const std::string &name) {
  return current() == nullptr ? find_python() : current()->find_module(name);
}

} // namespace vmperf::bench
