// Bindings: heaps of a name and settings, on which programs run.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <string>
#include <utility>
#include <vector>

#include "bind_spaces.docs.hpp"
#include "vmperf/gc/optimized.hpp"
#include "vmperf/gc/run.hpp"

namespace py = pybind11;

namespace vmperf::gc {
namespace {

using Record = py::typing::Dict<py::str, py::str>;

struct PythonHeap {
  std::string space;
  SpaceSettings settings;
};
struct PythonOptimizedGc : PythonHeap {};

// Spaces enter with the designs, which bench fills in at its first use.
void enter_spaces() {
  const py::dict modules = py::module_::import("sys").attr("modules");
  static_cast<void>(py::object(modules["vmperf._core"].attr("bench").attr("catalog")));
}

PythonHeap make_heap(const std::string &collector, std::size_t heap_bytes,
                     std::size_t nursery_bytes, double pause_target_ms, const std::string &barrier,
                     unsigned tenure, unsigned workers, std::string pacer, bool verify,
                     std::uint64_t stress) {
  enter_spaces();
  return {space_with(collector, barrier).name, // names are checked now, ranges with each run
          {.heap_bytes = heap_bytes,
           .nursery_bytes = nursery_bytes,
           .verify = verify,
           .stress = stress,
           .pause_target_ms = pause_target_ms,
           .tenure = tenure,
           .workers = workers,
           .pacer = std::move(pacer)}};
}

PythonOptimizedGc make_optimized(std::size_t heap_bytes, double pause_target_ms) {
  const Options preset = optimized(heap_bytes);
  return {make_heap(preset.collector, heap_bytes, preset.nursery_bytes, pause_target_ms,
                    preset.barrier, preset.tenure, preset.workers, preset.pacer, preset.verify,
                    preset.stress)};
}

RunResult run_on(const PythonHeap &heap, const std::string &workload, std::uint64_t size,
                 std::uint64_t steps, double longevity, std::uint64_t seed) {
  RunSettings settings{.space = heap.space,
                       .program = workload,
                       .heap = heap.settings,
                       .demand = {.size = size, .seed = seed, .longevity = longevity},
                       .steps = steps};
  for (const ProgramSource &one : program_sources()) {
    settings.demand.size += size == 0 && one.name == workload ? one.default_size : 0;
  }
  const py::gil_scoped_release released;
  return run_program(settings);
}

template <class Sources> Record summaries(const Sources &sources) {
  Record found;
  for (const auto &one : sources) {
    found[py::str(std::string(one.name))] = std::string(one.summary);
  }
  return found;
}

Record collectors() {
  enter_spaces();
  std::vector<SpaceSource> all;
  for (const std::string &name : space_names()) {
    all.push_back(space_source(name));
  }
  return summaries(all);
}

} // namespace

void bind_spaces(py::module_ &m) {
  const Options defaults;
  py::class_<PythonHeap>(m, "Heap", docs::Heap)
      .def(py::init(&make_heap), py::kw_only(), py::arg("collector") = defaults.collector,
           py::arg("heap_bytes") = defaults.heap_bytes,
           py::arg("nursery_bytes") = defaults.nursery_bytes,
           py::arg("pause_target_ms") = defaults.pause_target_ms,
           py::arg("barrier") = defaults.barrier, py::arg("tenure") = defaults.tenure,
           py::arg("workers") = defaults.workers, py::arg("pacer") = defaults.pacer,
           py::arg("verify") = defaults.verify, py::arg("stress") = defaults.stress)
      .def("run", &run_on, py::arg("workload"), py::kw_only(), py::arg("size") = 0,
           py::arg("steps") = 100, py::arg("longevity") = 0.1, py::arg("seed") = 0, docs::Heap_run);
  py::class_<PythonOptimizedGc, PythonHeap>(m, "OptimizedGc", docs::OptimizedGc)
      .def(py::init(&make_optimized), py::kw_only(), py::arg("heap_bytes") = defaults.heap_bytes,
           py::arg("pause_target_ms") = optimized(defaults.heap_bytes).pause_target_ms);
  m.def("collectors", &collectors, docs::collectors);
  m.def("workloads", [] { return summaries(program_sources()); }, docs::workloads);
}

} // namespace vmperf::gc
