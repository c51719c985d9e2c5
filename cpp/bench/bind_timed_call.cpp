// The Python face of timed calls: a C function by its address, or a Python callable whose loop
// stands here because it needs the interpreter's API. The GIL is held throughout.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <optional>

#include "bind_python.hpp"
#include "bind_timed_call.docs.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/call.hpp"

namespace vmperf::bench {
namespace {

constexpr std::int64_t kMostNsToCount = 5'000; // more takes seconds to single-step

// The first exception is kept and ends the measurement; it leaves as it came.
class PythonCalls final : public Workload {
public:
  PythonCalls(py::object target, const py::tuple &args,
              std::shared_ptr<std::optional<py::error_already_set>> error)
      : call_(std::move(target), args), error_(std::move(error)) {}

  std::uint64_t run(std::uint64_t n) override {
    try {
      static_cast<void>(call_.run(n));
    } catch (py::error_already_set &error) {
      error_->emplace(std::move(error));
      throw VmperfError("the callable raised an exception");
    }
    return n;
  }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }

private:
  PythonCall call_;
  std::shared_ptr<std::optional<py::error_already_set>> error_;
};

PyObject *nothing(PyObject * /*self*/, PyObject *const * /*args*/, Py_ssize_t /*n_args*/) {
  Py_RETURN_NONE;
}

Settings settings_of(std::int64_t warm_up_ns, std::int64_t measurement_ns, int n_samples,
                     bool linear, int n_placements, std::uint64_t seed, bool count_instructions) {
  return {warm_up_ns,   measurement_ns, n_samples, linear ? Sampling::linear : Sampling::flat,
          n_placements, seed,           0,         count_instructions};
}

std::vector<CaseResult> measure_c(std::uint64_t address, bool returns_real,
                                  const std::vector<std::uint64_t> &integers,
                                  const std::vector<double> &reals, std::int64_t timeout_ns,
                                  const Settings &settings) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address is what ctypes has
  const CCall call{reinterpret_cast<void *>(address), returns_real, integers, reals};
  probe_call(call, timeout_ns);
  return measure_call([&call](const Params &) { return make_call_workload(call); },
                      [&call](const Params &) { return make_call_workload(empty_like(call)); },
                      settings);
}

std::int64_t ns_of_one(Workload &workload) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  workload.run(1);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
}

std::vector<CaseResult> measure_python(const py::object &target, const py::object &empty,
                                       const py::tuple &args, Settings settings) {
  const auto error = std::make_shared<std::optional<py::error_already_set>>();
  const auto maker = [&args, &error](const py::object &object) {
    // NOLINTNEXTLINE(bugprone-exception-escape): of an object's reference count
    return [&args, &error, object](const Params &) -> WorkloadPtr {
      return std::make_unique<PythonCalls>(object, args, error);
    };
  };
  std::vector<CaseResult> results;
  try {
    const WorkloadPtr first = maker(target)(Params{});
    first->run(1); // caches and lazy imports
    settings.count_instructions &= ns_of_one(*first) <= kMostNsToCount;
    results = measure_call(maker(target), maker(empty), settings);
  } catch (const VmperfError &) {
    if (!*error) {
      throw;
    }
  }
  if (*error) {
    throw std::move(**error);
  }
  return results;
}

} // namespace

py::object empty_builtin() {
  static PyMethodDef definition{
      "nothing",
      reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&nothing)), // as the API asks
      METH_FASTCALL, "Take any arguments, do nothing."};
  return py::reinterpret_steal<py::object>(PyCFunction_New(&definition, nullptr));
}

void bind_timed_call(py::module_ &m) {
  m.def(
      "measure_c",
      [](std::uint64_t address, bool returns_real, const std::vector<std::uint64_t> &integers,
         const std::vector<double> &reals, std::int64_t timeout_ns, std::int64_t warm_up_ns,
         std::int64_t measurement_ns, int n_samples, bool linear, int n_placements,
         std::uint64_t seed, bool count_instructions) {
        return measure_c(address, returns_real, integers, reals, timeout_ns,
                         settings_of(warm_up_ns, measurement_ns, n_samples, linear, n_placements,
                                     seed, count_instructions));
      },
      py::arg("address"), py::arg("returns_real"), py::arg("integers"), py::arg("reals"),
      py::kw_only(), py::arg("timeout_ns"), py::arg("warm_up_ns"), py::arg("measurement_ns"),
      py::arg("n_samples"), py::arg("linear"), py::arg("n_placements"), py::arg("seed"),
      py::arg("count_instructions") = true, docs::measure_c);
  m.def(
      "measure_python",
      [](const py::object &target, const py::object &empty, const py::tuple &args,
         std::int64_t warm_up_ns, std::int64_t measurement_ns, int n_samples, bool linear,
         int n_placements, std::uint64_t seed, bool count_instructions) {
        return measure_python(target, empty, args,
                              settings_of(warm_up_ns, measurement_ns, n_samples, linear,
                                          n_placements, seed, count_instructions));
      },
      py::arg("target"), py::arg("empty"), py::arg("args"), py::kw_only(), py::arg("warm_up_ns"),
      py::arg("measurement_ns"), py::arg("n_samples"), py::arg("linear"), py::arg("n_placements"),
      py::arg("seed"), py::arg("count_instructions") = true, docs::measure_python);
  m.def("empty_builtin", &empty_builtin, docs::empty_builtin);
}

} // namespace vmperf::bench
