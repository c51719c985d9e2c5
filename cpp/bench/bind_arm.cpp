// One side of a comparison, commanded from Python batch by batch.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <tuple>

#include "bind_details.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/arm.hpp"

namespace py = pybind11;

namespace vmperf::bench {
namespace {

constexpr const char *kArmDoc = R"(One side of a comparison: a workload and its timed batches.

Another process commands batches here and on the other side in turn. Samples and flags are those of
`measure`; what is a status there is an error here.

Parameters
----------
id : str
    A benchmark of the catalog.
params : dict of str to int, float or str
    A value for each axis but ``design``.
design : str
    One of the benchmark's designs.
seed : int
    Where buffers and stack frames lie, >= 0: equal seeds give equal shifts.
data_seed : int
    What data the workload draws, >= 0: the same for both sides of a comparison.

Raises
------
InvalidArgumentError
    Unknown benchmark, design or axis value.
UnsupportedError
    The design cannot run on this machine.
MeasurementError
    Its workload could not be made.

Notes
-----
For one thread. The GIL is released while it runs.

Examples
--------
>>> from vmperf import bench
>>> arm = bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0)
>>> arm.calibrate(0) > 0
True
>>> ns, flags = arm.run(100000)
>>> ns > 0, arm.verify()
(True, '')
)";

std::tuple<std::int64_t, std::uint32_t> run(Arm &arm, std::uint64_t n) {
  const Arm::Timing timing = arm.run(n);
  return {timing.ns, timing.flags};
}

std::tuple<std::optional<double>, std::string> count(Arm &arm) {
  Arm::Instructions counted = arm.count_instructions();
  return {counted.per_op, std::move(counted.status)};
}

py::dict to_dict(const std::map<std::string, double, std::less<>> &values) {
  py::dict found;
  for (const auto &[name, value] : values) {
    found[py::str(name)] = number_or_none(value);
  }
  return found;
}

py::dict report(Arm &arm) {
  const Arm::Reported reported = [&arm] {
    const py::gil_scoped_release release;
    return arm.report();
  }();
  return py::dict(py::arg("metrics") = to_dict(reported.metrics),
                  py::arg("details") = to_list(reported.details));
}

py::dict sample(Arm &arm) {
  const auto found = [&arm] {
    const py::gil_scoped_release release;
    return arm.sample();
  }();
  return to_dict(found);
}

Arm make(const std::string &id, const std::map<std::string, Value> &values,
         const std::string &design, std::uint64_t seed, std::uint64_t data_seed) {
  Params params;
  params.set_seed(data_seed);
  for (const auto &[name, value] : values) {
    params.set(name, value);
  }
  const py::gil_scoped_release release;
  return {registry(), id, params, design, seed};
}

} // namespace

void bind_arm(py::module_ &m) {
  using Released = py::call_guard<py::gil_scoped_release>;
  py::class_<Arm>(m, "Arm", kArmDoc)
      .def(py::init(&make), py::arg("id"), py::arg("params"), py::arg("design"), py::kw_only(),
           py::arg("seed"), py::arg("data_seed") = Params::kDefaultSeed)
      .def_property_readonly(
          "max_n", [](const Arm &) { return Arm::kMostOps; }, "int: the most ops of one batch.")
      .def_property_readonly("version", &Arm::version,
                             "str: of the peer or library measured; empty for own designs.")
      .def("calibrate", &Arm::calibrate, Released(), py::arg("warm_up_ns"),
           R"(Warm up and estimate the cost of one op.

Parameters
----------
warm_up_ns : int
    Least time to run, in nanoseconds, >= 0.

Returns
-------
float
    Nanoseconds per op in the best batch.

Raises
------
MeasurementError
    ``optimised_away`` where time does not grow with the work.
InvalidArgumentError
    ``warm_up_ns`` below 0.

Examples
--------
>>> from vmperf import bench
>>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).calibrate(10**6) < 100
True
)")
      .def("run", &run, Released(), py::arg("n"), R"(Time one batch.

Parameters
----------
n : int
    Ops in it, 1 to `max_n`.

Returns
-------
tuple of int
    Nanoseconds, and flags as in `Samples`.

Raises
------
InvalidArgumentError
    ``n`` out of range.

Examples
--------
>>> from vmperf import bench
>>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).run(1000)[0] >= 0
True
)")
      .def("count_instructions", &count, Released(),
           R"(Count instructions by single-stepping a child.

Returns
-------
tuple of float or None, str
    Instructions per op, and ``counted`` or why there is no count.

Notes
-----
About 0.1 ms per instruction stepped, seconds at most.

Examples
--------
>>> from vmperf import bench
>>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).count_instructions()[1]
'counted'
)")
      .def("report", &report, R"(What the workload says beside time, since it was made.

Returns
-------
dict
    ``metrics``: name -> float, None where it was not delivered, the built-in ones too. ``details``:
    as `CaseResult.details` has them.

Raises
------
MeasurementError
    ``crashed``: the workload reports what its benchmark does not declare.

Examples
--------
>>> from vmperf import bench
>>> arm = bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0)
>>> arm.run(1000)[0] >= 0, arm.report()["metrics"]["rss_peak_bytes"] > 0
(True, True)
)")
      .def("sample", &sample,
           R"(What the last batch reports: the metrics that have a value per sample.

Returns
-------
dict
    Name -> float in the unit of the metric, None where it is NaN; those that were delivered.

Raises
------
MeasurementError
    ``crashed``: the workload reports what its benchmark does not declare.

Examples
--------
>>> from vmperf import bench
>>> arm = bench.Arm("bench/selftest/report", {}, "kernel", seed=0)
>>> arm.run(100)[0] >= 0, [*arm.sample()]
(True, ['batches'])
)")
      .def("verify", &Arm::verify, Released(), R"(Prove the work on the state the batches left.

Returns
-------
str
    Empty, or why the work is not proved.

Examples
--------
>>> from vmperf import bench
>>> bench.Arm("bench/selftest/one_cycle", {}, "kernel", seed=0).verify()
''
)");
}

} // namespace vmperf::bench
