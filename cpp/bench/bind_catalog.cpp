// The Python face of the registry: what can be measured, and whether it can be here.
#include "bind_catalog.docs.hpp"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <concepts>

#include "vmperf/base/error.hpp"
#include "vmperf/base/text.hpp"
#include "vmperf/bench/registry.hpp"

namespace py = pybind11;

namespace vmperf::bench {

py::dict describe(const Quantities &quantities, bool latency); // glue_quantities.cpp

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
  template <std::same_as<bool> T> void operator()(const char *name, const T &member) const {
    entry[name] = member;
  }
  void operator()(const char *name, const std::string &text) const { entry[name] = shown(text); }
  void operator()(const char *name, const std::vector<std::string> &texts) const {
    py::list all;
    for (const std::string &text : texts) {
      all.append(shown(text));
    }
    entry[name] = all;
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
        py::dict(py::arg("name") = design->name(), py::arg("summary") = shown(design->summary()),
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
                      py::arg("reason") = shown(found.reason),
                      py::arg("version") = shown(found.version));
    }
    names += (names.empty() ? "" : ", ") + one->name();
  }
  throw InvalidArgumentError("design", "'" + design + "'", names);
}

} // namespace

void bind_catalog(py::module_ &m) {
  m.def("catalog", &catalog, docs::catalog);
  m.def("availability", &availability, py::arg("id"), py::arg("design"), docs::availability);
}

} // namespace vmperf::bench
