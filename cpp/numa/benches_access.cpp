// Latency and bandwidth of memory that lies on a node: measured where this machine has the node,
// modelled beside it.
#include "benches.hpp"

#include <array>
#include <cstring>
#include <new>
#include <string>

#include "vmperf/bench/generators.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/bench/team.hpp"
#include "vmperf/numa/cost.hpp"
#include "vmperf/numa/share.hpp"

namespace vmperf::numa {
namespace {

constexpr std::size_t kLineBytes = 64;
constexpr std::size_t kWords = kLineBytes / sizeof(std::uint64_t);
constexpr std::size_t kMostKib = std::size_t{128} << 10U; // of a block on a node

struct alignas(kLineBytes) Line {
  Line *next;
};

// One op: a load that depends on the one before, along one cycle through all lines.
class ChaseWorkload final : public bench::Workload {
public:
  ChaseWorkload(Where where, const bench::Params &params)
      : model_(make_model(params, nodes_of(params))), where_(where),
        bytes_(params.get_size("size_kib", 4, kMostKib) * 1024), memory_(where, bytes_),
        first_(reinterpret_cast<Line *>(memory_.data())), at_(first_) {
    const std::vector<std::uint32_t> next = bench::make_cycle(n_lines(), params.seed());
    for (std::size_t line = 0; line < n_lines(); ++line) {
      new (first_ + line) Line{first_ + next[line]};
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    Line *at = at_;
    for (std::uint64_t i = 0; i < n; ++i) {
      at = bench::opaque(at)->next;
    }
    at_ = at;
    loads_ += n;
    return static_cast<std::uint64_t>(at - first_);
  }
  [[nodiscard]] bench::Verification verify() override {
    const Line *at = first_;
    for (std::uint64_t i = 0; i < loads_ % n_lines(); ++i) {
      at = at->next;
    }
    return {at == at_ ? memory_.fault() : "fewer or more loads than asked for"};
  }
  void report(bench::Report &report) override {
    const std::vector<std::uint8_t> nodes = modelled_pages(model_, where_, bytes_);
    const std::vector<std::int64_t> pages(nodes.begin(), nodes.end());
    const std::vector<std::int64_t> cpus(pages.size(), 0);
    report.metric("modelled_ns", modelled_cost(model_, count_pairs(model_, cpus, pages)).mean_ns);
  }

private:
  [[nodiscard]] std::size_t n_lines() const noexcept { return bytes_ / kLineBytes; }

  Topology model_;
  Where where_;
  std::size_t bytes_;
  PlacedMemory memory_;
  Line *first_, *at_;
  std::uint64_t loads_ = 0;
};

// One op: a line is read, all 8 words of it. Each thread has a part, in order or in drawn order.
class StreamWorkload final : public bench::Workload {
public:
  StreamWorkload(Where where, const bench::Params &params)
      : model_(make_model(params, nodes_of(params))), where_(where),
        bytes_(params.get_size("size_kib", 1024, kMostKib) * 1024), memory_(where, bytes_),
        team_(static_cast<unsigned>(params.get_size("threads", 1, kMostThreads))),
        states_(team_.size()) {
    const bool is_random =
        params.get_choice<bool>("order", {{"sequential", false}, {"random", true}});
    if (is_random) {
      order_ = bench::shuffled(part(), params.seed());
    }
    auto *words = reinterpret_cast<std::uint64_t *>(memory_.data());
    for (std::size_t line = 0; line < bytes_ / kLineBytes; ++line) {
      for (std::size_t word = 0; word < kWords; ++word) {
        words[line * kWords + word] = line;
      }
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t each = n / team_.size();
    team_.run([&](unsigned member) {
      const std::uint64_t more = member < n % team_.size() ? 1 : 0;
      read(member, each + more);
      return bench::Progress::done;
    });
    std::uint64_t sum = 0;
    for (const State &state : states_) {
      sum += state.sum;
    }
    return sum;
  }
  // Each line holds its number 8 times, so that the sum says which lines were read.
  [[nodiscard]] bench::Verification verify() override {
    for (unsigned member = 0; member < team_.size(); ++member) {
      const State &state = states_[member];
      std::uint64_t sum = 0;
      for (std::uint64_t i = 0; i < state.last_n; ++i) {
        sum += kWords * line_of(member, (state.last_start + i) % part());
      }
      if (sum != state.sum) {
        return {"a thread read other lines than it should"};
      }
    }
    return {memory_.fault()};
  }
  void report(bench::Report &report) override {
    const std::vector<std::uint8_t> nodes = modelled_pages(model_, where_, bytes_);
    Streams streams;
    for (unsigned member = 0; member < team_.size(); ++member) {
      std::vector<double> spread(model_.n_nodes());
      for (const std::uint8_t node : nodes) {
        spread[node] += 1.0 / static_cast<double>(nodes.size());
      }
      streams.from.push_back(0);
      streams.spread.insert(streams.spread.end(), spread.begin(), spread.end());
    }
    const double gbs = share_bandwidth(model_, streams).total_gbs;
    report.metric("modelled_ns", static_cast<double>(kLineBytes) / gbs);
  }

private:
  static constexpr std::size_t kMostThreads = 64;

  struct alignas(128) State {
    std::uint64_t at = 0, sum = 0, last_start = 0, last_n = 0;
  };

  [[nodiscard]] std::size_t part() const noexcept { return bytes_ / kLineBytes / team_.size(); }
  [[nodiscard]] std::size_t line_of(unsigned member, std::size_t at) const noexcept {
    return member * part() + (order_.empty() ? at : order_[at]);
  }

  void read(unsigned member, std::uint64_t n) {
    State &state = states_[member];
    const auto *words = reinterpret_cast<const std::uint64_t *>(memory_.data());
    std::array<std::uint64_t, kWords> sums{};
    std::size_t at = state.at;
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t *line = words + line_of(member, at) * kWords;
      for (std::size_t word = 0; word < kWords; ++word) {
        sums[word] += line[word];
      }
      at = at + 1 == part() ? 0 : at + 1;
    }
    state.last_start = state.at;
    state.last_n = n;
    state.at = at;
    state.sum = 0;
    for (const std::uint64_t sum : sums) {
      state.sum += sum;
    }
  }

  Topology model_;
  Where where_;
  std::size_t bytes_;
  PlacedMemory memory_;
  bench::Team team_;
  std::vector<State> states_;
  std::vector<std::uint32_t> order_;
};

template <class W> void add_places(bench::Benchmark &benchmark) {
  const auto add = [&](const char *name, const char *text, Where where) {
    benchmark.add_design(name, text)
        .available([where] { return probe(where); })
        .runs(benchmark.id(),
              [where](const bench::Params &params) { return std::make_unique<W>(where, params); });
  };
  add("local", "on the node of the CPU", Where::local);
  add("interleave", "interleaved over all nodes", Where::interleave);
  add("remote", "on the node farthest from the CPU", Where::remote);
}

} // namespace

void declare_benches_access(bench::Registry &registry) {
  auto &latency =
      registry.benchmark("numa/remote_access")
          .summary("a dependent load from memory that the kernel placed on a node: time is "
                   "this machine's; modelled_ns is the stated model's for the same placement")
          .op("one load, dependent on the one before")
          .fooled_by("below the size of the last cache no node is asked")
          .fooled_by("on a machine of one node interleaved is local, and remote is "
                     "unsupported: it was never measured there")
          .fooled_by("modelled_ns repeats what stands on the axes, weighted by pages")
          .varies("the walk goes on from where it stands")
          .tag("no_naive")
          .headline()
          .axis("size_kib", {1024, 32768, 131072}, 32768)
          .axis("nodes", {2, 4, 8}, 2)
          .axis("local_ns", {90}, 90)
          .axis("remote_ns", {150}, 150)
          .metric("modelled_ns", "ns", bench::Better::lower);
  add_places<ChaseWorkload>(latency);
  auto &bandwidth =
      registry.benchmark("numa/bandwidth")
          .summary(
              "lines read by `threads` threads from memory that the kernel placed on a node, in "
              "order or in drawn order: time is this machine's; modelled_ns is what a line takes "
              "where streams of node 0 share the stated ways and controllers")
          .op("one line of 64 bytes read")
          .fooled_by("below the size of the last cache no node is asked")
          .fooled_by("a machine whose CPUs are busy shares its bandwidth with others")
          .fooled_by("drawn order reads its order, 4 bytes a line, as well")
          .varies("each batch goes on where the last one stopped")
          .uncounted("it waits for other threads")
          .tag("no_naive")
          .axis("order", {"sequential", "random"}, "sequential")
          .axis("threads", {1, 2}, 1)
          .axis("size_kib", {32768, 131072}, 32768)
          .axis("nodes", {2, 4, 8}, 2)
          .axis("local_gbs", {40}, 40)
          .axis("remote_gbs", {16}, 16)
          .metric("modelled_ns", "ns", bench::Better::lower);
  add_places<StreamWorkload>(bandwidth);
}

} // namespace vmperf::numa
