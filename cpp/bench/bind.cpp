// The Python face of the harness: the catalog, one measuring call, its results.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <concepts>
#include <optional>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/runner.hpp"

namespace py = pybind11;

namespace vmperf::bench {

void bind_arm(py::module_ &m);                                 // bind_arm.cpp
void bind_call(py::module_ &m);                                // bind_call.cpp
void bind_load(py::module_ &m);                                // bind_load.cpp
void bind_python();                                            // bind_python.cpp
py::dict describe(const Quantities &quantities, bool latency); // bind_quantities.cpp
void bind_results(py::module_ &m);                             // bind_results.cpp

namespace {

py::list to_list(const std::vector<Value> &values) {
  py::list list;
  for (const Value &value : values) {
    list.append(value);
  }
  return list;
}

py::list axes_of(const Benchmark &benchmark, const py::list &designs) {
  py::list axes;
  py::list names;
  for (const auto &design : designs) {
    names.append(design["name"]);
  }
  axes.append(
      py::dict(py::arg("name") = "design", py::arg("values") = names, py::arg("defaults") = names));
  for (const Axis &axis : benchmark.axes()) {
    axes.append(py::dict(py::arg("name") = axis.name, py::arg("values") = to_list(axis.values),
                         py::arg("defaults") = to_list(axis.defaults)));
  }
  return axes;
}

// A field of a kind that has no overload here does not compile.
struct Entry {
  template <class T>
    requires std::same_as<T, std::string> || std::same_as<T, bool> ||
             std::same_as<T, std::vector<std::string>>
  void operator()(const char *name, const T &member) const {
    entry[name] = member;
  }
  void operator()(const char *name, const std::vector<Axis> &) const {
    entry[name] = axes_of(benchmark, designs);
  }
  void operator()(const char *name, const Quantities &quantities) const {
    entry[name] = describe(quantities, benchmark.is_latency());
  }

  py::dict &entry;
  const Benchmark &benchmark;
  const py::list &designs;
};

py::dict describe(const Benchmark &benchmark) {
  py::list designs;
  for (const Design *design : registry().designs_of(benchmark)) {
    designs.append(
        py::dict(py::arg("name") = design->name(), py::arg("summary") = design->summary(),
                 py::arg("peer") = design->is_peer(), py::arg("limit") = design->is_limit(),
                 py::arg("null") = design->is_null()));
  }
  py::dict entry;
  Benchmark::each_field(benchmark, Entry{entry, benchmark, designs});
  entry["component"] = benchmark.component();
  entry["designs"] = designs;
  return entry;
}

py::list catalog() {
  py::list entries;
  for (const auto &benchmark : registry().benchmarks()) {
    entries.append(describe(*benchmark));
  }
  return entries;
}

py::dict availability(const std::string &id, const std::string &design) {
  const Benchmark &benchmark = registry().find(id);
  std::string names;
  for (const Design *one : registry().designs_of(benchmark)) {
    if (one->name() == design) {
      const Availability found = one->availability();
      return py::dict(py::arg("status") = std::string(to_text(found.status)),
                      py::arg("reason") = found.reason, py::arg("version") = found.version);
    }
    names += (names.empty() ? "" : ", ") + one->name();
  }
  throw InvalidArgumentError("design", "'" + design + "'", names);
}

Sampling parse_sampling(const std::string &text) {
  if (text == "flat") {
    return Sampling::flat;
  }
  if (text == "linear") {
    return Sampling::linear;
  }
  throw InvalidArgumentError("sampling", "'" + text + "'", "flat, linear");
}

Params to_params(const std::map<std::string, Value> &values) {
  Params params;
  for (const auto &[name, value] : values) {
    params.set(name, value);
  }
  return params;
}

std::vector<CaseResult> measure_case(const std::string &id,
                                     const std::map<std::string, Value> &params,
                                     const std::vector<std::string> &designs,
                                     const Settings &settings, const std::string &beacon_path) {
  std::optional<Beacon> beacon;
  if (!beacon_path.empty()) {
    beacon.emplace(beacon_path);
  }
  return measure(registry(), registry().find(id), to_params(params), designs, settings,
                 beacon ? &*beacon : nullptr);
}

constexpr const char *kMeasureDoc =
    R"(Measure designs of one benchmark at one point of its axes, here.

Warm-up, calibration and evidence of work come first; then every design and the empty loop get one
batch per round in rotated order. Whatever goes wrong with a design is its case's status.

Parameters
----------
id : str
    A benchmark of the catalog.
params : dict of str to int, float or str
    A value for each axis but ``design``.
designs : list of str
    Names of designs; empty for all.
warm_up_ns : int
    Nanoseconds of warm-up per design, >= 0.
measurement_ns : int
    Nanoseconds of measurement per design, > 0.
n_samples : int
    Samples per design, >= 2; 20 at most where one op a sample would overrun the time.
sampling : str
    ``flat`` (equal batches) or ``linear`` (batch i is i times the first).
n_placements : int
    How often buffers are placed anew, 1..n_samples.
seed : int
    Decides order, placement and data, >= 0.
process : int
    Number of this process: another order and placement, >= 0.
count_instructions : bool
    Count instructions per op by single-stepping a forked child. Without counts, in process 0 an
    op of less than 0.9 cycles is refused; other processes rely on the counts of process 0.
beacon : str, optional
    Path of a file of at least 16 bytes in which the design under way is announced.
evidence_ns : int, optional
    Nanoseconds that the evidence of work of a design may take, >= 0; 0 for two seconds.
deadline_ns : int, optional
    Nanoseconds after which the call should end, >= 0; 0 for never. Samples and placements are fewer
    then; a design of which not two samples fit is ``timed_out``.

Returns
-------
list of CaseResult
    In the order of ``designs``.

Raises
------
InvalidArgumentError
    Unknown benchmark, design or axis value; settings out of range.
OsError
    The beacon cannot be mapped, or the process cannot fork.

Notes
-----
The GIL is released. Takes about (warm_up_ns + measurement_ns) per design plus 0.1 to 2 s for the
count. One call at a time per process gives undisturbed figures.

References
----------
Criterion.rs, user guide, "Analysis process" (warm-up, linear and flat sampling).

Examples
--------
>>> from vmperf import bench
>>> [r] = bench.measure("bench/selftest/empty_policy", {}, [], warm_up_ns=0, measurement_ns=10**6,
...                     n_samples=4, sampling="flat", n_placements=1, seed=0, process=0,
...                     count_instructions=True)
>>> r.status
'optimised_away'
)";

void bind_measure(py::module_ &m) {
  m.def(
      "measure",
      [](const std::string &id, const std::map<std::string, Value> &params,
         const std::vector<std::string> &designs, std::int64_t warm_up_ns,
         std::int64_t measurement_ns, int n_samples, const std::string &sampling, int n_placements,
         std::uint64_t seed, std::uint64_t process, bool count_instructions,
         const std::string &beacon, std::int64_t evidence_ns, std::int64_t deadline_ns) {
        const Settings settings{warm_up_ns,   measurement_ns, n_samples, parse_sampling(sampling),
                                n_placements, seed,           process,   count_instructions,
                                evidence_ns,  deadline_ns};
        const py::gil_scoped_release release;
        return measure_case(id, params, designs, settings, beacon);
      },
      py::arg("id"), py::arg("params"), py::arg("designs"), py::kw_only(), py::arg("warm_up_ns"),
      py::arg("measurement_ns"), py::arg("n_samples"), py::arg("sampling"), py::arg("n_placements"),
      py::arg("seed"), py::arg("process"), py::arg("count_instructions"), py::arg("beacon") = "",
      py::arg("evidence_ns") = 0, py::arg("deadline_ns") = 0, kMeasureDoc);
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = "The native harness: the catalog of benchmarks and the call that measures them.";
  bind_results(m);
  bind_measure(m);
  bind_arm(m);
  bind_load(m);
  bind_call(m);
  bind_python();
  m.def("catalog", &catalog, R"(The registry of benchmarks as plain data.

Returns
-------
list of dict
    Keys ``id, component, summary, op, api, tags, fooled_by, hidden, subcycle, comparable,
    repeatable, varies, latency, isolated, uncounted, axes, designs, quantities``; the first axis is ``design``. Keys of a
    design: ``name, summary, peer, limit, null``. Quantities beside time: lists ``metrics`` (``name,
    unit, better, scope, merge``; those that every case has too), ``distributions``, ``series`` and
    ``tables``.

Examples
--------
>>> from vmperf import bench
>>> [b["axes"][0]["name"] for b in bench.catalog()][0]
'design'
)");
  m.def("availability", &availability, py::arg("id"), py::arg("design"),
        R"(Whether a design can run on this machine.

Parameters
----------
id : str
    A benchmark of the catalog.
design : str
    One of its designs.

Returns
-------
dict
    ``status`` (``ok``, ``not_installed``, ``unsupported``), ``reason`` and, for a peer,
    ``version``.

Raises
------
InvalidArgumentError
    For an unknown benchmark or design.

Examples
--------
>>> from vmperf import bench
>>> bench.availability("bench/selftest/missing", "absent")["status"]
'not_installed'
)");
}

} // namespace vmperf::bench
