// The Python face of the marker and of the graphs that it can be tried on.
#include <pybind11/numpy.h>

#include <memory>
#include <mutex>
#include <string>

#include "bind_marker.docs.hpp"
#include "vmperf/gc/graph_heap.hpp"
#include "vmperf/gc/marker.hpp"

namespace py = pybind11;

namespace vmperf::gc {
namespace {

/// The GIL is released while it marks: a second thread waits for the first.
struct Marker {
  explicit Marker(const MarkerOptions &options) : marker(options) {}
  ParallelMarker<GraphHeap> marker;
  std::mutex mutex;
};

std::unique_ptr<Marker> make(std::size_t workers, const std::string &policy,
                             const std::string &queue, std::size_t chunk, std::size_t stack_limit,
                             bool scaled) {
  MarkerOptions options{.workers = workers,
                        .policy = mark_policy(policy),
                        .queue = mark_queue(queue),
                        .chunk = chunk,
                        .stack_limit = stack_limit};
  if (!scaled) {
    options.bytes_per_worker = 0;
    options.limit_to_cpus = false;
  }
  return std::make_unique<Marker>(options);
}

py::array mark(Marker &marker, GraphHeap &graph) {
  MarkStats stats;
  {
    const py::gil_scoped_release released;
    const std::scoped_lock lock(marker.mutex);
    graph.clear_marks();
    stats = marker.marker.mark(graph, graph.roots(), graph.bytes());
  }
  return py::array_t<MarkWorkerStats>(static_cast<py::ssize_t>(stats.workers.size()),
                                      stats.workers.data());
}

} // namespace

void bind_marker(py::module_ &m) {
  PYBIND11_NUMPY_DTYPE(MarkWorkerStats, marked, scanned, stolen, attempts, shared, idle_ns);
  py::class_<GraphHeap>(m, "Graph", docs::Graph)
      .def(py::init([](const std::string &shape, std::uint64_t objects, std::uint64_t seed) {
             return std::make_unique<GraphHeap>(shape_of(shape), objects, seed);
           }),
           py::arg("shape"), py::arg("objects"), py::kw_only(), py::arg("seed") = 0)
      .def("count_reachable", &GraphHeap::count_reachable, docs::Graph_count_reachable,
           py::call_guard<py::gil_scoped_release>())
      .def("count_marked", &GraphHeap::count_marked, docs::Graph_count_marked,
           py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("bytes", &GraphHeap::bytes, "Bytes of all objects.")
      .def("__len__", &GraphHeap::n_objects);
  py::class_<Marker>(m, "ParallelMarker", docs::ParallelMarker)
      .def(py::init(&make), py::kw_only(), py::arg("workers") = 1, py::arg("policy") = "steal",
           py::arg("queue") = "ring", py::arg("chunk") = MarkerOptions{}.chunk,
           py::arg("stack_limit") = MarkerOptions{}.stack_limit, py::arg("scaled") = true)
      .def("mark", &mark, py::arg("graph"), docs::ParallelMarker_mark);
}

} // namespace vmperf::gc
