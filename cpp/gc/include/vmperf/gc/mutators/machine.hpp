// A program on a space, made by their names: what benchmarks and the Python face run. Calls of a
// Machine are virtual, a step of it is a thousand rounds or a whole pass that is inlined.
//
//   make_machine("naive", space settings, "churn", program settings) -> step(), step(), collect()
//
// A space enters by add_space(), from the file that defines it: enter_space<S>() instantiates all
// programs for it. A program enters here, in programs_of(). One thread a machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/gc/mutators/links.hpp"
#include "vmperf/gc/mutators/probes.hpp"
#include "vmperf/gc/mutators/program.hpp"
#include "vmperf/gc/mutators/space.hpp"
#include "vmperf/gc/mutators/tables.hpp"
#include "vmperf/gc/mutators/trees.hpp"
#include "vmperf/gc/options.hpp"
#include "vmperf/gc/quota.hpp"

namespace vmperf::gc {

class Machine {
public:
  Machine() = default;
  Machine(const Machine &) = delete;
  Machine &operator=(const Machine &) = delete;
  Machine(Machine &&) = delete;
  Machine &operator=(Machine &&) = delete;
  virtual ~Machine() = default;

  virtual std::uint64_t step() = 0;
  virtual void collect(Kind kind) = 0;
  [[nodiscard]] virtual std::string fault() const = 0;
  [[nodiscard]] virtual std::uint64_t objects() const = 0;
  [[nodiscard]] virtual SpaceFigures figures() const = 0;
  /// Those from the `from`th on.
  [[nodiscard]] virtual std::vector<Pause> pauses(std::size_t from) const = 0;
  /// The same of a pause target's decisions; empty without one.
  [[nodiscard]] virtual std::vector<Decision> decisions(std::size_t from) const = 0;
};

struct ProgramSource {
  std::string_view name, summary;
  std::uint64_t default_size, most_size;
};

/// What runs on every space; the default sizes fit into 16 MiB.
[[nodiscard]] std::span<const ProgramSource> program_sources();

using MakeMachine = std::unique_ptr<Machine> (*)(const SpaceSettings &, std::string_view program,
                                                 const ProgramSettings &);
struct SpaceSource {
  std::string name, summary;
  bool collects = true; ///< else its programs release what they are done with
  MakeMachine make = nullptr;
  bool own = false; ///< one of the collectors here, which take all settings
  CollectorKind collector = CollectorKind::semispace; ///< of own ones
  BarrierKind barrier = BarrierKind::none;            ///< the same
};

/// As the module is loaded, one thread. InvalidArgumentError for a name that is taken.
void add_space(SpaceSource source);
[[nodiscard]] std::vector<std::string> space_names();
/// InvalidArgumentError with all names where there is no such one.
[[nodiscard]] const SpaceSource &space_source(std::string_view name);
/// The own space of a collector with another barrier; empty: its best. InvalidArgumentError where
/// they do not go together, UnsupportedError where no programs are compiled for the two.
[[nodiscard]] const SpaceSource &space_with(const std::string &collector,
                                            const std::string &barrier);

/// Checks what all spaces have in common: InvalidArgumentError for unknown names, a heap below
/// 128 KiB, a nursery larger than the heap, a size of 0 or above what the program takes. A peer
/// that is not there is an UnsupportedError, a heap that is too small a CapacityError.
[[nodiscard]] std::unique_ptr<Machine> make_machine(std::string_view space,
                                                    const SpaceSettings &settings,
                                                    std::string_view program,
                                                    const ProgramSettings &demand);

namespace machine_detail {

template <class S, template <class> class P> class MachineOf final : public Machine {
public:
  template <class MakeSpace>
  MachineOf(const MakeSpace &make, const SpaceSettings &settings, const ProgramSettings &demand)
      : space_(make(settings)), program_(*space_, demand) {}
  std::uint64_t step() override { return program_.step(); }
  void collect(Kind kind) override { space_->collect(kind); }
  [[nodiscard]] std::string fault() const override { return program_.fault(); }
  [[nodiscard]] std::uint64_t objects() const override { return program_.objects(); }
  [[nodiscard]] SpaceFigures figures() const override { return space_->figures(); }
  [[nodiscard]] std::vector<Pause> pauses(std::size_t from) const override {
    return behind<Pause>(space_->pauses(), from);
  }
  [[nodiscard]] std::vector<Decision> decisions(std::size_t from) const override {
    if constexpr (requires { space_->decisions(); }) {
      return behind<Decision>(space_->decisions(), from);
    } else {
      return {};
    }
  }

private:
  template <class T> static std::vector<T> behind(std::span<const T> all, std::size_t from) {
    return {all.begin() + static_cast<std::ptrdiff_t>(std::min(from, all.size())), all.end()};
  }

  std::unique_ptr<S> space_;
  P<S> program_;
};

template <class S, template <class> class P, class MakeSpace>
std::unique_ptr<Machine> one(const MakeSpace &make, const SpaceSettings &settings,
                             const ProgramSettings &demand) {
  return std::make_unique<MachineOf<S, P>>(make, settings, demand);
}

} // namespace machine_detail

/// The machine of a space of type S, which `make(settings)` gives as a unique_ptr.
template <class S, class MakeSpace>
std::unique_ptr<Machine> machine_on(const MakeSpace &make, const SpaceSettings &settings,
                                    std::string_view program, const ProgramSettings &demand) {
  namespace d = machine_detail;
  using Make = std::unique_ptr<Machine> (*)(const MakeSpace &, const SpaceSettings &,
                                            const ProgramSettings &);
  // NOLINTNEXTLINE(modernize-avoid-c-arrays)
  static constexpr std::pair<std::string_view, Make> kPrograms[]{
      {"binary_trees", &d::one<S, BinaryTrees, MakeSpace>},
      {"gcbench", &d::one<S, GcBench, MakeSpace>},
      {"cache", &d::one<S, Cache, MakeSpace>},
      {"mesh", &d::one<S, Mesh, MakeSpace>},
      {"strings", &d::one<S, Strings, MakeSpace>},
      {"deep_list", &d::one<S, DeepList, MakeSpace>},
      {"random_graph", &d::one<S, Walks, MakeSpace>},
      {"huge_array", &d::one<S, HugeArray, MakeSpace>},
      {"messages", &d::one<S, Messages, MakeSpace>},
      {"churn", &d::one<S, Churn, MakeSpace>},
      {"survivors", &d::one<S, Survivors, MakeSpace>},
      {"stores", &d::one<S, Stores, MakeSpace>},
  };
  for (const auto &[name, make_program] : kPrograms) {
    if (name == program) {
      return make_program(make, settings, demand);
    }
  }
  throw InvalidArgumentError("workload", "'" + std::string(program) + "'", "a known name");
}

} // namespace vmperf::gc
