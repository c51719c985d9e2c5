// The Python face of the harness: the catalog, one measuring call, its results.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/runner.hpp"

namespace py = pybind11;

namespace vmperf::bench {
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
  axes.append(py::dict(py::arg("name") = "design", py::arg("values") = names,
                       py::arg("defaults") = names));
  for (const Axis &axis : benchmark.axes()) {
    axes.append(py::dict(py::arg("name") = axis.name, py::arg("values") = to_list(axis.values),
                         py::arg("defaults") = to_list(axis.defaults)));
  }
  return axes;
}

py::dict describe(const Benchmark &benchmark) {
  py::list designs;
  for (const Design *design : registry().designs_of(benchmark)) {
    designs.append(
        py::dict(py::arg("name") = design->name(), py::arg("summary") = design->summary()));
  }
  py::dict entry;
  entry["id"] = benchmark.id();
  entry["component"] = benchmark.component();
  entry["summary"] = benchmark.summary();
  entry["op"] = benchmark.op();
  entry["tags"] = benchmark.tags();
  entry["fooled_by"] = benchmark.traps();
  entry["hidden"] = benchmark.is_hidden();
  entry["subcycle"] = benchmark.subcycle();
  entry["axes"] = axes_of(benchmark, designs);
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

// A read-only view whose base keeps the C++ buffer alive: no copy.
template <class T> py::array view(const py::object &owner, const std::vector<T> &values) {
  py::array_t<T> array({static_cast<py::ssize_t>(values.size())}, values.data(), owner);
  py::detail::array_proxy(array.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return array;
}

template <auto Field> py::array view_of(const py::object &self) {
  return view(self, self.cast<const Samples &>().*Field);
}

py::bytes to_bytes(const Samples &samples, const std::string &field) {
  const auto raw = [](const auto &v) {
    return py::bytes(reinterpret_cast<const char *>(v.data()), v.size() * sizeof(v[0]));
  };
  if (field == "ns_total") {
    return raw(samples.ns_total);
  }
  if (field == "iterations") {
    return raw(samples.iterations);
  }
  if (field == "flags") {
    return raw(samples.flags);
  }
  if (field == "placement") {
    return raw(samples.placement);
  }
  throw InvalidArgumentError("field", "'" + field + "'", "ns_total, iterations, flags, placement");
}

py::dict to_dict(const Evidence &evidence) {
  py::dict dict;
  dict["instr_per_op"] = evidence.instr_per_op;
  dict["instr_status"] = evidence.instr_status;
  dict["empty_instr_per_op"] = evidence.empty_instr_per_op;
  dict["empty_ns_per_op"] = evidence.empty_ns_per_op;
  dict["core_hz"] = evidence.core_hz;
  dict["copies_ns"] = evidence.copies_ns;
  dict["copies_instr"] = evidence.copies_instr;
  return dict;
}

void bind_samples(py::module_ &m) {
  py::class_<Samples>(m, "Samples", R"(Raw samples of one case, as the C++ runner left them.

Sample ``i`` did ``iterations[i]`` ops in ``ns_total[i]`` nanoseconds. The arrays are read-only
views of the C++ buffers, which live as long as any view does.

Examples
--------
>>> from vmperf import bench
>>> r = bench.measure("bench/selftest/one_cycle", {}, [], warm_up_ns=0, measurement_ns=10**6,
...                   n_samples=4, sampling="flat", n_placements=1, seed=0, process=0,
...                   count_instructions=False)
>>> len(r[0].samples)
4
)")
      .def("__len__", &Samples::size)
      .def_property_readonly("ns_total", &view_of<&Samples::ns_total>,
                             "int64 array ``(n_samples,)``: nanoseconds of each batch.")
      .def_property_readonly("iterations", &view_of<&Samples::iterations>,
                             "int64 array ``(n_samples,)``: ops in each batch.")
      .def_property_readonly("flags", &view_of<&Samples::flags>,
                             "uint32 array ``(n_samples,)``: 1 context switch, 2 page fault, "
                             "4 steal during the batch.")
      .def_property_readonly("placement", &view_of<&Samples::placement>,
                             "uint32 array ``(n_samples,)``: which placement of buffers it ran in.")
      .def("to_bytes", &to_bytes, py::arg("field"),
           R"(The raw bytes of one field, in the machine's byte order.

Parameters
----------
field : str
    ``ns_total``, ``iterations``, ``flags`` or ``placement``.

Returns
-------
bytes
    A copy, 8 or 4 bytes per sample.

Raises
------
InvalidArgumentError
    For another field.

Examples
--------
>>> from vmperf import bench
>>> r = bench.measure("bench/selftest/one_cycle", {}, [], warm_up_ns=0, measurement_ns=10**6,
...                   n_samples=4, sampling="flat", n_placements=1, seed=0, process=0,
...                   count_instructions=False)
>>> len(r[0].samples.to_bytes("ns_total"))
32
)");
}

void bind_result(py::module_ &m) {
  py::class_<CaseResult>(m, "CaseResult", R"(What one design measured at one point of the axes.

Examples
--------
>>> from vmperf import bench
>>> r = bench.measure("bench/selftest/missing", {}, ["absent"], warm_up_ns=0, measurement_ns=1,
...                   n_samples=2, sampling="flat", n_placements=1, seed=0, process=0,
...                   count_instructions=False)
>>> r[0].design, r[0].status
('absent', 'not_installed')
)")
      .def_readonly("design", &CaseResult::design, "Name of the design.")
      .def_property_readonly(
          "status", [](const CaseResult &self) { return std::string(to_text(self.status)); },
          "``ok`` or why the case was refused or failed.")
      .def_readonly("reason", &CaseResult::reason, "The refusal in words; empty when ok.")
      .def_readonly("version", &CaseResult::version, "Version of a peer; empty for own designs.")
      .def_readonly("checksum", &CaseResult::checksum, "Checksum of the first ops of the run.")
      .def_property_readonly(
          "samples",
          [](const py::object &self) {
            return py::cast(&self.cast<CaseResult &>().samples,
                            py::return_value_policy::reference_internal, self);
          },
          "The raw samples (:class:`Samples`).")
      .def_property_readonly(
          "evidence", [](const CaseResult &self) { return to_dict(self.evidence); },
          "How we know that the work was done: instructions per op, empty loop, core clock, "
          "copies.");
}

constexpr const char *kMeasureDoc = R"(Measure designs of one benchmark at one point of its axes, here.

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
    Decides order and placement, >= 0.
process : int
    Number of this process: another order and placement, >= 0.
count_instructions : bool
    Count instructions per op by single-stepping a forked child.
beacon : str, optional
    Path of a file of at least 16 bytes in which the design under way is announced.

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
         const std::string &beacon) {
        const Settings settings{warm_up_ns,   measurement_ns, n_samples,
                                parse_sampling(sampling), n_placements,   seed,
                                process,      count_instructions};
        const py::gil_scoped_release release;
        return measure_case(id, params, designs, settings, beacon);
      },
      py::arg("id"), py::arg("params"), py::arg("designs"), py::kw_only(), py::arg("warm_up_ns"),
      py::arg("measurement_ns"), py::arg("n_samples"), py::arg("sampling"), py::arg("n_placements"),
      py::arg("seed"), py::arg("process"), py::arg("count_instructions"), py::arg("beacon") = "",
      kMeasureDoc);
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = "The native harness: the catalog of benchmarks and the call that measures them.";
  bind_samples(m);
  bind_result(m);
  bind_measure(m);
  m.def("catalog", &catalog, R"(The registry of benchmarks as plain data.

Returns
-------
list of dict
    Keys ``id, component, summary, op, tags, fooled_by, hidden, subcycle, axes, designs``; the first
    axis is ``design``.

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
    ``status`` (``ok``, ``not_installed``, ``unsupported``), ``reason`` and, for a peer, ``version``.

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
