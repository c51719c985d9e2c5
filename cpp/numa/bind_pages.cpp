// What a NumaAllocator was made with, its account, and its pages: touched, moved, verified.
#include <pybind11/typing.h>

#include "bind_args.hpp"
#include "bind_pages.docs.hpp"
#include "vmperf/numa/allocator.hpp"

namespace vmperf::numa {
namespace {

using AllocatorClass = py::class_<NumaAllocator, std::shared_ptr<NumaAllocator>>;
using Counts = py::typing::Dict<py::str, py::object>;

// By number of the node.
py::dict by_node(const NumaAllocator &self, const std::vector<std::uint64_t> &values) {
  py::dict out;
  for (std::size_t node = 0; node < values.size(); ++node) {
    out[py::int_(self.topology().number(node))] = values[node];
  }
  return out;
}

py::dict verify(const NumaAllocator &self) {
  const Placement placement = self.verify();
  py::dict out;
  out["provenance"] = word_of(self.provenance());
  out["pages"] = placement.pages;
  out["matching"] = placement.matching;
  out["elsewhere"] = placement.elsewhere;
  out["unverified"] = placement.unverified;
  out["pages_of_node"] = by_node(self, placement.pages_of_node);
  return out;
}

py::dict stats(const NumaAllocator &self) {
  const NumaStats stats = self.stats();
  py::dict out;
  out["provenance"] = word_of(self.provenance());
  out["live_blocks"] = stats.live_blocks;
  out["live_bytes"] = stats.live_bytes;
  out["bytes_of_node"] = by_node(self, stats.bytes_of_node);
  out["fallbacks"] = stats.fallbacks;
  out["moved_pages"] = stats.moved_pages;
  return out;
}

Array<std::int32_t> move(NumaAllocator &self, const py::object &addresses,
                         const py::object &nodes) {
  const Array<std::int64_t> pages = to_integers(addresses, "addresses", 1);
  const std::vector<std::uint64_t> all(pages.data(), pages.data() + pages.size());
  const std::vector<int> status = self.move(all, to_nodes(nodes, "nodes"));
  return array_of<std::int32_t>(status, {static_cast<py::ssize_t>(status.size())});
}

void bind_made_with(AllocatorClass &one) {
  one.def_property_readonly(
         "topology",
         [](const NumaAllocator &self) { return std::make_shared<Topology>(self.topology()); },
         "The topology that it was made with.")
      .def_property_readonly(
          "policy", [](const NumaAllocator &self) { return word_of(self.policy()); },
          "The policy's word.")
      .def_property_readonly(
          "nodes",
          [](const NumaAllocator &self) {
            py::list out;
            for (const std::size_t node : self.decisions().nodes()) {
              out.append(self.topology().number(node));
            }
            return py::tuple(out);
          },
          "Numbers of the policy's nodes, a tuple of int; of ``'local'`` none.")
      .def_property_readonly(
          "mode",
          [](const NumaAllocator &self) { return self.mode() == Mode::real ? "real" : "model"; },
          "``'real'`` or ``'model'``.")
      .def_property_readonly(
          "provenance", [](const NumaAllocator &self) { return word_of(self.provenance()); },
          "``'measured'`` in real mode, where a kernel answers for the pages, else ``'modelled'``.")
      .def_property_readonly("node_bytes", &NumaAllocator::node_bytes,
                             "Room of each node in bytes, a power of two.")
      .def_property_readonly("page_bytes", &NumaAllocator::page_bytes,
                             "Bytes of a page, as `placement` counts them.");
}

} // namespace

void bind_pages(py::module_ &m) {
  auto one = py::reinterpret_borrow<AllocatorClass>(m.attr("NumaAllocator"));
  bind_made_with(one);
  one.def(
         "populate",
         [](const NumaAllocator &self, const py::object &address) {
           // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address is
           self.populate(reinterpret_cast<void *>(to_integer(address, "address", 0, INT64_MAX)));
         },
         py::arg("address"), docs::NumaAllocator_populate)
      .def("move", &move, py::arg("addresses"), py::arg("nodes"), docs::NumaAllocator_move)
      .def("verify", &verify, docs::NumaAllocator_verify)
      .def("stats", &stats, docs::NumaAllocator_stats);
}

} // namespace vmperf::numa
