// What a model says of accesses, streams and moves: functions of a topology, modelled all of them.
#include <limits>

#include "bind_args.hpp"
#include "bind_cost.docs.hpp"
#include "vmperf/numa/cost.hpp"
#include "vmperf/numa/rebalance.hpp"
#include "vmperf/numa/share.hpp"

namespace vmperf::numa {
namespace {

py::ssize_t size_of(std::size_t n) {
  return static_cast<py::ssize_t>(n);
}

std::size_t index_or_throw(const Topology &topology, std::int64_t number, const char *name) {
  const bool fits = number >= 0 && number <= std::numeric_limits<int>::max();
  const auto index = fits ? topology.index_of(static_cast<int>(number)) : std::nullopt;
  if (!index) {
    throw InvalidArgumentError(name, "with node " + std::to_string(number),
                               "nodes of the topology");
  }
  return *index;
}

py::dict modelled_cost_of(const Topology &topology, const py::object &cpu_nodes,
                          const py::object &page_nodes) {
  const Array<std::int64_t> from = to_integers(cpu_nodes, "cpu_nodes", 1);
  const Array<std::int64_t> to = to_integers(page_nodes, "page_nodes", 1);
  const Cost cost = modelled_cost(
      topology, count_pairs(topology, {from.data(), static_cast<std::size_t>(from.size())},
                            {to.data(), static_cast<std::size_t>(to.size())}));
  const py::ssize_t n = size_of(topology.n_nodes());
  py::dict out;
  out["provenance"] = word_of(Provenance::modelled);
  out["accesses"] = cost.accesses;
  out["modelled_ns"] = cost.modelled_ns;
  out["mean_ns"] = cost.mean_ns;
  out["pairs"] = array_of<std::int64_t>(cost.pairs, {n, n});
  return out;
}

py::list limits_of(const Topology &topology, const Shares &shares) {
  py::list out;
  for (const Share &share : shares.streams) {
    const int to = topology.number(share.to);
    if (share.limit == Limit::demand) {
      out.append(py::make_tuple("demand"));
    } else if (share.limit == Limit::controller) {
      out.append(py::make_tuple("controller", to));
    } else {
      out.append(py::make_tuple("way", topology.number(share.from), to));
    }
  }
  return out;
}

py::dict share(const Topology &topology, const py::object &cpu_nodes, const py::object &spread,
               const py::object &demand_gbs) {
  Streams streams;
  const Array<std::int64_t> from = to_integers(cpu_nodes, "cpu_nodes", 1);
  for (py::ssize_t at = 0; at < from.size(); ++at) {
    streams.from.push_back(index_or_throw(topology, from.data()[at], "cpu_nodes"));
  }
  const Array<double> parts = to_numbers(spread, "spread", 2);
  if (parts.shape(1) != size_of(topology.n_nodes())) {
    throw InvalidArgumentError("spread", "of " + std::to_string(parts.shape(1)) + " columns",
                               std::to_string(topology.n_nodes()) + ", one a node");
  }
  streams.spread.assign(parts.data(), parts.data() + parts.size());
  if (!demand_gbs.is_none()) {
    const Array<double> demand = to_numbers(demand_gbs, "demand_gbs", 1);
    streams.demand_gbs.assign(demand.data(), demand.data() + demand.size());
    if (streams.demand_gbs.size() != streams.from.size()) { // an empty one is none at all
      throw InvalidArgumentError("demand_gbs", std::to_string(demand.size()) + " items",
                                 std::to_string(streams.from.size()) + ", one a stream");
    }
  }
  const Shares shares = share_bandwidth(topology, streams);
  std::vector<double> each;
  each.reserve(shares.streams.size());
  for (const Share &one : shares.streams) {
    each.push_back(one.gbs);
  }
  const py::ssize_t n = size_of(topology.n_nodes());
  py::dict out;
  out["provenance"] = word_of(Provenance::modelled);
  out["modelled_gbs"] = array_of<double>(each, {size_of(each.size())});
  out["total_modelled_gbs"] = shares.total_gbs;
  out["limits"] = limits_of(topology, shares);
  out["way_gbs"] = array_of<double>(shares.way_gbs, {n, n});
  out["controller_gbs"] = array_of<double>(shares.controller_gbs, {n});
  return out;
}

py::dict rebalance_of(const Topology &topology, const py::object &heat, const py::object &now,
                      const py::object &capacity, double move_cost_us, double factor) {
  const Array<std::int64_t> rows = to_integers(heat, "heat", 2);
  const Array<std::int64_t> numbers = to_integers(now, "now", 1);
  std::vector<std::uint8_t> nodes;
  nodes.reserve(static_cast<std::size_t>(numbers.size()));
  for (py::ssize_t at = 0; at < numbers.size(); ++at) {
    nodes.push_back(static_cast<std::uint8_t>(index_or_throw(topology, numbers.data()[at], "now")));
  }
  RebalanceOptions options{.capacity_pages = {}, .move_cost_us = move_cost_us, .factor = factor};
  if (!capacity.is_none()) {
    const Array<std::int64_t> rooms = to_integers(capacity, "capacity", 1);
    options.capacity_pages.assign(rooms.data(), rooms.data() + rooms.size());
    if (options.capacity_pages.empty()) {
      throw InvalidArgumentError("capacity", "empty", "pages of each node");
    }
  }
  Rebalance made;
  {
    const py::gil_scoped_release released;
    made =
        rebalance(topology, {rows.data(), static_cast<std::size_t>(rows.size())}, nodes, options);
  }
  const py::ssize_t n_pages = size_of(made.target.size());
  Array<std::int16_t> target(n_pages);
  for (py::ssize_t at = 0; at < n_pages; ++at) {
    target.mutable_data()[at] =
        static_cast<std::int16_t>(topology.number(made.target[static_cast<std::size_t>(at)]));
  }
  py::dict out;
  out["provenance"] = word_of(Provenance::modelled);
  out["target"] = std::move(target);
  out["moved"] = array_of<std::int64_t>(made.moved, {size_of(made.moved.size())});
  out["before_modelled_ns"] = made.before_ns;
  out["after_modelled_ns"] = made.after_ns;
  out["move_modelled_ns"] = made.move_ns;
  return out;
}

} // namespace

void bind_cost(py::module_ &m) {
  m.def("modelled_cost", &modelled_cost_of, py::arg("topology"), py::arg("cpu_nodes"),
        py::arg("page_nodes"), docs::modelled_cost);
  m.def("share_bandwidth", &share, py::arg("topology"), py::arg("cpu_nodes"), py::arg("spread"),
        py::kw_only(), py::arg("demand_gbs") = py::none(), docs::share_bandwidth);
  const RebalanceOptions usual;
  m.def("rebalance", &rebalance_of, py::arg("topology"), py::arg("heat"), py::arg("now"),
        py::kw_only(), py::arg("capacity") = py::none(),
        py::arg("move_cost_us") = usual.move_cost_us, py::arg("factor") = usual.factor,
        docs::rebalance);
}

} // namespace vmperf::numa
