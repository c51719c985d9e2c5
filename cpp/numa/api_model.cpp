#include <algorithm>
#include <string>

#include "benches.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::numa {
namespace {

constexpr std::size_t kMostBenchNodes = 32;
constexpr double kHere = 10;
constexpr double kThere = 20;
constexpr double kStep = 2;

// `own` on the diagonal, `other` beside it; empty where the axes say neither.
Matrix matrix_of(const bench::Params &params, const char *own, const char *other, std::size_t n) {
  Matrix out;
  if (!params.has(own)) {
    return out;
  }
  out.n = n;
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t column = 0; column < n; ++column) {
      out.values.push_back(
          static_cast<double>(params.get_size(row == column ? own : other, 1, 1'000'000)));
    }
  }
  return out;
}

} // namespace

std::size_t nodes_of(const bench::Params &params) {
  return params.get_size("nodes", 1, kMostBenchNodes);
}

Topology make_model(const bench::Params &params, std::size_t n) {
  Matrix distance{n, {}};
  for (std::size_t a = 0; a < n; ++a) {
    for (std::size_t b = 0; b < n; ++b) {
      const std::size_t way = std::min((a + n - b) % n, (b + n - a) % n);
      distance.values.push_back(way == 0 ? kHere : kThere + kStep * static_cast<double>(way));
    }
  }
  Model model{.distance = std::move(distance),
              .latency_ns = matrix_of(params, "local_ns", "remote_ns", n),
              .bandwidth_gbs = matrix_of(params, "local_gbs", "remote_gbs", n),
              .controller_gbs = {},
              .cpus = {}};
  if (params.has("local_gbs")) {
    model.controller_gbs.assign(n, static_cast<double>(params.get_size("local_gbs", 1)));
  }
  return Topology::model(std::move(model));
}

NumaOptions options_of(Where where, const Topology &topology, std::size_t here) {
  NumaOptions options;
  if (where == Where::interleave) {
    options.policy = Policy::interleave;
  } else if (where == Where::remote) {
    options.policy = Policy::bind;
    options.nodes = {topology.number(topology.nearest_first(here).back())};
  }
  return options;
}

namespace {

std::size_t node_here(const Topology &topology) {
  return topology.node_of_cpu(static_cast<int>(os::current_cpu())).value_or(0);
}

} // namespace

bench::Availability probe(Where where) {
  bench::Availability out{.status = bench::Status::unsupported, .reason = {}, .version = {}};
  try {
    const Topology topology = Topology::real();
    if (where == Where::remote && topology.n_nodes() < 2) {
      out.reason = "this machine has one node: never measured here; one with two nodes does it";
      return out;
    }
    NumaOptions options = options_of(where, topology, node_here(topology));
    options.mode = Mode::real;
    NumaAllocator allocator(topology, options);
    static_cast<void>(allocator.allocate(1));
  } catch (const VmperfError &error) { // UnsupportedError, or a sandbox that refuses the calls
    out.reason = error.what();
    return out;
  }
  return {};
}

PlacedMemory::PlacedMemory(Where where, std::size_t bytes) {
  const Topology topology = Topology::real();
  NumaOptions options = options_of(where, topology, node_here(topology));
  options.mode = Mode::real;
  options.node_bytes = std::max(options.node_bytes, 2 * bytes);
  allocator_ = std::make_unique<NumaAllocator>(topology, options);
  void *block = allocator_->allocate_on(-1, bytes, 4096);
  if (block == nullptr) {
    throw CapacityError("no room on the node", bytes, options.node_bytes);
  }
  allocator_->populate(block);
  data_ = static_cast<std::byte *>(block);
}

std::string PlacedMemory::fault() const {
  const Placement placement = allocator_->verify();
  return placement.pages > 0 && placement.matching == placement.pages
             ? ""
             : std::to_string(placement.pages - placement.matching) +
                   " pages are not where the kernel was told";
}

std::vector<std::uint8_t> modelled_pages(const Topology &model, Where where, std::size_t bytes) {
  NumaOptions options = options_of(where, model, 0);
  options.node_bytes = std::max(options.node_bytes, 2 * bytes);
  NumaAllocator allocator(model, options);
  return allocator.placement(allocator.allocate_on(model.cpus()[0][0], bytes, 4096));
}

} // namespace vmperf::numa
