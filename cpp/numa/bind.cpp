// The Python face of numa: Topology; allocator, costs and moves in bind_*.
#include <utility>

#include "bind.docs.hpp"
#include "bind_args.hpp"
#include "bind_files.hpp"

namespace vmperf::numa {
namespace {

TopologyPtr model(const py::object &distance, const py::object &latency_ns,
                  const py::object &bandwidth_gbs, const py::object &controller_gbs,
                  const py::object &cpus) {
  Model given{.distance = to_matrix(distance, "distance"),
              .latency_ns = to_matrix(latency_ns, "latency_ns"),
              .bandwidth_gbs = to_matrix(bandwidth_gbs, "bandwidth_gbs"),
              .controller_gbs = {},
              .cpus = {}};
  if (!controller_gbs.is_none()) {
    const Array<double> each = to_numbers(controller_gbs, "controller_gbs", 1);
    given.controller_gbs.assign(each.data(), each.data() + each.size());
  }
  if (!cpus.is_none()) {
    for (const py::handle of_node : cpus) {
      given.cpus.push_back(to_nodes(of_node, "cpus"));
    }
    if (given.cpus.empty()) {
      throw InvalidArgumentError("cpus", "empty", "a list of CPUs for each node");
    }
  }
  return std::make_shared<Topology>(Topology::model(std::move(given)));
}

template <class Get> auto matrix_of(Get get) {
  return [get](const TopologyPtr &self) {
    const Matrix &matrix = ((*self).*get)();
    const auto n = static_cast<py::ssize_t>(matrix.n);
    return view_of(matrix.values, {n, n}, py::cast(self));
  };
}

py::tuple cpus_of(const Topology &self) {
  py::list out;
  for (const std::vector<int> &of_node : self.cpus()) {
    out.append(py::tuple(py::cast(of_node)));
  }
  return {out};
}

void bind_matrices(py::class_<Topology, TopologyPtr> &one) {
  one.def_property_readonly("distance", matrix_of(&Topology::distance), docs::Topology_distance)
      .def_property_readonly("latency_ns", matrix_of(&Topology::latency_ns),
                             docs::Topology_latency_ns)
      .def_property_readonly("bandwidth_gbs", matrix_of(&Topology::bandwidth_gbs),
                             docs::Topology_bandwidth_gbs)
      .def_property_readonly(
          "controller_gbs",
          [](const TopologyPtr &self) {
            const std::vector<double> &each = self->controller_gbs();
            return view_of(each, {static_cast<py::ssize_t>(each.size())}, py::cast(self));
          },
          docs::Topology_controller_gbs);
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = docs::module;
  py::class_<Topology, TopologyPtr> one(m, "Topology", docs::Topology);
  one.def_static("model", &model, py::arg("distance"), py::kw_only(),
                 py::arg("latency_ns") = py::none(), py::arg("bandwidth_gbs") = py::none(),
                 py::arg("controller_gbs") = py::none(), py::arg("cpus") = py::none(),
                 docs::Topology_model)
      .def_static(
          "real", [] { return std::make_shared<Topology>(Topology::real()); }, docs::Topology_real)
      .def_property_readonly("n_nodes", &Topology::n_nodes, "How many nodes, 1 to 255.")
      .def_property_readonly(
          "nodes",
          [](const Topology &self) {
            const auto numbers = self.numbers();
            return py::tuple(py::cast(std::vector<int>(numbers.begin(), numbers.end())));
          },
          docs::Topology_nodes)
      .def_property_readonly("cpus", &cpus_of, docs::Topology_cpus)
      .def_property_readonly(
          "has_memory", [](const Topology &self) { return py::tuple(py::cast(self.has_memory())); },
          "Of each node whether it has memory, a tuple of bool.")
      .def_property_readonly(
          "provenance", [](const Topology &self) { return word_of(self.provenance()); },
          docs::Topology_provenance)
      .def("__repr__", [](const Topology &self) {
        return "Topology(" + std::to_string(self.n_nodes()) + " nodes, " +
               word_of(self.provenance()) + ")";
      });
  bind_matrices(one);
  bind_files(m);
}

} // namespace vmperf::numa
