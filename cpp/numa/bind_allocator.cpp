// NumaAllocator and what it says of the placement of its pages.
#include <utility>

#include "bind_allocator.docs.hpp"
#include "bind_args.hpp"
#include "vmperf/numa/allocator.hpp"

namespace vmperf::numa {
namespace {

using AllocatorClass = py::class_<NumaAllocator, std::shared_ptr<NumaAllocator>>;

constexpr std::int64_t kMost = INT64_MAX;
constexpr std::int64_t kMostAlign = 1'073'741'824;

Mode to_mode(const std::string &word) {
  if (word != "real" && word != "model") {
    throw InvalidArgumentError("mode", "'" + word + "'", "'real', 'model'");
  }
  return word == "real" ? Mode::real : Mode::model;
}

std::shared_ptr<NumaAllocator> make(const Topology &topology, const std::string &policy,
                                    const py::object &nodes, const py::object &weights,
                                    const std::string &mode, const py::object &node_bytes,
                                    bool checked) {
  NumaOptions options{.policy = to_policy(policy), .mode = to_mode(mode), .checked = checked};
  if (!nodes.is_none()) {
    options.nodes = to_nodes(nodes, "nodes");
  }
  if (!weights.is_none()) {
    for (const int weight : to_nodes(weights, "weights")) {
      options.weights.push_back(static_cast<unsigned>(weight));
    }
    if (options.weights.empty()) {
      throw InvalidArgumentError("weights", "empty", "one a node");
    }
  }
  options.node_bytes = static_cast<std::size_t>(to_integer(node_bytes, "node_bytes", 0, kMost));
  return std::make_shared<NumaAllocator>(topology, options);
}

const void *to_pointer(const py::handle &value) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address is
  return reinterpret_cast<const void *>(
      static_cast<std::uintptr_t>(to_integer(value, "address", 0, kMost)));
}

std::uint64_t allocate(NumaAllocator &self, const py::object &size_bytes, const py::object &align,
                       const py::object &cpu) {
  const std::int64_t size = to_integer(size_bytes, "size_bytes", 0, kMost);
  const void *block =
      self.allocate_on(cpu.is_none() ? -1 : static_cast<int>(to_integer(cpu, "cpu", 0, INT32_MAX)),
                       static_cast<std::size_t>(size),
                       static_cast<std::size_t>(to_integer(align, "align", 1, kMostAlign)));
  if (block == nullptr) {
    throw CapacityError(self.is_closed() ? "the allocator is closed"
                                         : "no node that the policy allows has room",
                        static_cast<std::uint64_t>(size), self.is_closed() ? 0 : self.node_bytes());
  }
  return reinterpret_cast<std::uintptr_t>(block);
}

std::int16_t number_or_throw(const NumaAllocator &self, const void *address) {
  const unsigned node = self.node_of(address);
  if (node == NumaAllocator::kNowhere) {
    throw InvalidArgumentError("address", std::to_string(reinterpret_cast<std::uintptr_t>(address)),
                               "addresses of this allocator's pages");
  }
  return static_cast<std::int16_t>(self.topology().number(node));
}

Array<std::int16_t> placement(const NumaAllocator &self, const py::object &address) {
  const std::vector<std::uint8_t> nodes = self.placement(to_pointer(address));
  Array<std::int16_t> out(static_cast<py::ssize_t>(nodes.size()));
  std::int16_t *to = out.mutable_data();
  for (const std::uint8_t node : nodes) {
    *to++ = static_cast<std::int16_t>(self.topology().number(node));
  }
  return out;
}

Array<std::int16_t> nodes_of(const NumaAllocator &self, const py::object &addresses) {
  const Array<std::int64_t> all = to_integers(addresses, "addresses", 1);
  Array<std::int16_t> out(all.size());
  for (py::ssize_t at = 0; at < all.size(); ++at) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address is
    const auto *address = reinterpret_cast<const void *>(all.data()[at]);
    out.mutable_data()[at] = number_or_throw(self, address);
  }
  return out;
}

void bind_blocks(AllocatorClass &one) {
  one.def("allocate", &allocate, py::arg("size_bytes"), py::kw_only(), py::arg("align") = 64,
          py::arg("cpu") = py::none(), docs::NumaAllocator_allocate)
      .def(
          "deallocate",
          [](NumaAllocator &self, const py::object &address) {
            self.deallocate(const_cast<void *>(to_pointer(address)));
          },
          py::arg("address"), docs::NumaAllocator_deallocate)
      .def(
          "node_of",
          [](const NumaAllocator &self, const py::object &address) {
            return number_or_throw(self, to_pointer(address));
          },
          py::arg("address"), docs::NumaAllocator_node_of)
      .def("nodes_of", &nodes_of, py::arg("addresses"), docs::NumaAllocator_nodes_of)
      .def("placement", &placement, py::arg("address"), docs::NumaAllocator_placement);
}

} // namespace

void bind_allocator(py::module_ &m) {
  AllocatorClass one(m, "NumaAllocator", docs::NumaAllocator);
  one.def(py::init(&make), py::arg("topology"), py::arg("policy") = "local", py::kw_only(),
          py::arg("nodes") = py::none(), py::arg("weights") = py::none(), py::arg("mode") = "real",
          py::arg("node_bytes") = NumaOptions{}.node_bytes, py::arg("checked") = false)
      .def("close", &NumaAllocator::close, docs::NumaAllocator_close)
      .def_property_readonly("is_closed", &NumaAllocator::is_closed, "Whether `close` was called.")
      .def(
          "__enter__", [](NumaAllocator &self) -> NumaAllocator & { return self; },
          py::return_value_policy::reference)
      .def("__exit__", [](NumaAllocator &self, const py::args & /*exception*/) { self.close(); })
      .def("__repr__", [](const NumaAllocator &self) {
        return std::string("NumaAllocator(") + word_of(self.policy()) + ", " +
               word_of(self.provenance()) + (self.is_closed() ? ", closed)" : ")");
      });
  bind_blocks(one);
}

} // namespace vmperf::numa
