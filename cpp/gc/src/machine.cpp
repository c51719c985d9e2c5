#include "vmperf/gc/mutators/machine.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "vmperf/gc/options.hpp"

namespace vmperf::gc {
namespace {

constexpr std::size_t kLeastHeap = std::size_t{128} << 10U;
constexpr std::size_t kMostHeap = std::size_t{8} << 30U;

constexpr std::array kPrograms{
    ProgramSource{"binary_trees", "trees of depth 4, 6, ... size beside a long-lived one", 12, 22},
    ProgramSource{"gcbench", "trees from both ends, a long-lived tree and array", 10, 20},
    ProgramSource{"cache", "a least-recently-used cache of `size` entries", 10'000, 1U << 24U},
    ProgramSource{"mesh", "a graph of `size` nodes, rewired and renewed", 10'000, 1U << 24U},
    ProgramSource{"strings", "a table of `size` texts that grow to 64 KiB", 100, 1U << 20U},
    ProgramSource{"deep_list", "lists of `size` nodes", 100'000, 1U << 26U},
    ProgramSource{"random_graph", "a graph of `size` nodes, half of it renewed", 10'000, 1U << 24U},
    ProgramSource{"huge_array", "one array of `size` references", 100'000, 1U << 26U},
    ProgramSource{"messages", "a ring of `size` messages of 512 bytes", 10'000, 1U << 22U},
    ProgramSource{"churn", "objects of 16 to 512 bytes, a share long-lived", 10'000, 1U << 24U},
    ProgramSource{"survivors", "`size` nodes, a share of which stays", 10'000, 1U << 24U},
    ProgramSource{"stores", "references of `size` nodes, written at random", 1000, 1U << 24U},
};

std::deque<SpaceSource> &spaces() {
  static std::deque<SpaceSource> all; // sources keep their places
  return all;
}

template <class Names> std::string joined(const Names &names) {
  std::string text;
  for (const auto &one : names) {
    text += (text.empty() ? "" : ", ") + std::string(one.name);
  }
  return text;
}

void check_range(const char *argument, std::uint64_t value, std::uint64_t least,
                 std::uint64_t most) {
  if (value < least || value > most) {
    throw InvalidArgumentError(argument, std::to_string(value),
                               std::to_string(least) + " to " + std::to_string(most));
  }
}

// What only the project's own collectors know; a wish that nobody heeds would look like a result.
void refuse_own(const SpaceSettings &settings, const std::string &name) {
  const std::array wishes{
      std::pair{settings.pause_target_ms != 0, "pause_target_ms"},
      std::pair{settings.tenure != 0, "tenure"},
      std::pair{settings.workers != 1, "workers"},
      std::pair{settings.pacer != "fixed", "pacer"},
      std::pair{settings.verify, "verify"},
      std::pair{settings.stress != 0, "stress"},
  };
  for (const auto &[wished, what] : wishes) {
    if (wished) {
      throw UnsupportedError(std::string(what) + ": " + name + " has no such setting; " +
                             "gen-immix does");
    }
  }
}

} // namespace

std::span<const ProgramSource> program_sources() {
  return kPrograms;
}

void add_space(SpaceSource source) {
  if (std::ranges::find(spaces(), source.name, &SpaceSource::name) != spaces().end()) {
    throw InvalidArgumentError("name", "'" + source.name + "'", "a name that is not taken");
  }
  spaces().push_back(std::move(source));
}

std::vector<std::string> space_names() {
  std::vector<std::string> names;
  for (const SpaceSource &one : spaces()) {
    names.push_back(one.name);
  }
  return names;
}

const SpaceSource &space_source(std::string_view name) {
  const auto found = std::ranges::find(spaces(), name, &SpaceSource::name);
  if (found == spaces().end()) {
    throw InvalidArgumentError("collector", "'" + std::string(name) + "'", joined(spaces()));
  }
  return *found;
}

const SpaceSource &space_with(const std::string &collector, const std::string &barrier) {
  const SpaceSource &plain = space_source(collector);
  if (barrier.empty()) {
    return plain;
  }
  if (!plain.own) {
    throw UnsupportedError("barrier: " + collector + " has none of ours; gen-immix does");
  }
  Options options;
  options.collector = collector_names()[static_cast<std::size_t>(plain.collector)];
  options.barrier = barrier;
  const BarrierKind wanted = barrier_kind(options);
  std::string known;
  for (const SpaceSource &one : spaces()) {
    if (one.own && one.collector == plain.collector) {
      if (one.barrier == wanted) {
        return one;
      }
      const std::string_view name = barrier_names()[static_cast<std::size_t>(one.barrier)];
      known += (known.empty() ? "" : ", ") + std::string(name);
    }
  }
  throw UnsupportedError("barrier: programs on " + options.collector + " are compiled with " +
                         known + ", not with " + barrier);
}

std::unique_ptr<Machine> make_machine(std::string_view space, const SpaceSettings &settings,
                                      std::string_view program, const ProgramSettings &demand) {
  const SpaceSource &source = space_source(space);
  const auto *const found = std::ranges::find(kPrograms, program, &ProgramSource::name);
  if (found == kPrograms.end()) {
    throw InvalidArgumentError("workload", "'" + std::string(program) + "'", joined(kPrograms));
  }
  check_range("heap_bytes", settings.heap_bytes, kLeastHeap, kMostHeap);
  check_range("nursery_bytes", settings.nursery_bytes, 1, settings.heap_bytes);
  check_range("size", demand.size, 1, found->most_size);
  const bool is_share = demand.longevity >= 0 && demand.longevity <= 1;
  if (!is_share) { // nor is what is no number
    throw InvalidArgumentError("longevity", std::to_string(demand.longevity), "0 to 1");
  }
  if (!source.own) {
    refuse_own(settings, source.name);
  }
  return source.make(settings, program, demand);
}

} // namespace vmperf::gc
