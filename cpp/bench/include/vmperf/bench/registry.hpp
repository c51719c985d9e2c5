// The one list of benchmarks and designs. A component's benches.cpp declares benchmarks, its
// designs.cpp (and each file of peers/) adds designs to a shared API; catalog, command line,
// sweeps, report and tests are views of this registry. Filled once at module load by one thread,
// read-only afterwards and then safe to read from any thread. The bodies stand in registry.inl:
// this module compiles them once, a library of own benchmarks has them through plugin.hpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/quantity.hpp"
#include "vmperf/bench/status.hpp"
#include "vmperf/bench/workload.hpp"

namespace vmperf::bench {

using Maker = std::function<WorkloadPtr(const Params &)>;

struct Axis {
  std::string name;
  std::vector<Value> values;   ///< what a sweep goes over
  std::vector<Value> defaults; ///< what a plain run goes over: one value, or all of them
};

template <Is<Axis> S> auto members_of(S &axis) {
  auto &[name, values, defaults] = axis;
  return std::tie(name, values, defaults);
}

/// One implementation of an API, or a design of one benchmark alone.
class Design {
public:
  Design(std::string name, std::string summary)
      : name_(std::move(name)), summary_(std::move(summary)) {}

  Design &available(std::function<Availability()> probe);
  /// Marks the work of others; a report lists where own designs are slower than it.
  Design &peer();
  /// Marks a bound that no implementation can beat: shown beside them, ranked with none.
  Design &limit();
  /// Marks the op that does nothing, whose figure is the cost of the measurement itself.
  Design &null();
  /// Where it stands among an API's designs: those of a lower place first, equal ones in the order
  /// of their files' names. Those of a library of own code stand behind, as it declares them.
  Design &place(int place);
  /// How this design runs the benchmark `id`; a benchmark it has no maker for does not list it.
  Design &runs(std::string id, Maker maker);

  [[nodiscard]] const std::string &name() const noexcept { return name_; }
  [[nodiscard]] const std::string &summary() const noexcept { return summary_; }
  [[nodiscard]] bool is_peer() const noexcept { return peer_; }
  [[nodiscard]] bool is_limit() const noexcept { return limit_; }
  [[nodiscard]] bool is_null() const noexcept { return null_; }
  [[nodiscard]] int place() const noexcept { return place_; }
  [[nodiscard]] Availability availability() const;
  [[nodiscard]] const Maker *maker(std::string_view id) const;
  [[nodiscard]] const std::map<std::string, Maker, std::less<>> &makers() const noexcept {
    return makers_;
  }

  /// Visits (name, member) of everything that is declared in words: what crosses to and from a
  /// library. A member that is not named here does not.
  template <Is<Design> Self, class Visit> static void each_field(Self &self, Visit visit) {
    visit("name", self.name_);
    visit("summary", self.summary_);
    visit("peer", self.peer_);
    visit("limit", self.limit_);
    visit("null", self.null_);
  }

private:
  std::string name_, summary_;
  bool peer_ = false, limit_ = false, null_ = false;
  int place_ = 0;
  std::function<Availability()> probe_;
  std::map<std::string, Maker, std::less<>> makers_;
};

class Benchmark {
public:
  explicit Benchmark(std::string id) : id_(std::move(id)) {}

  Benchmark &summary(std::string text);
  Benchmark &op(std::string text);        ///< what one op is
  Benchmark &fooled_by(std::string text); ///< a known way to fool it; may be said several times
  Benchmark &tag(std::string text);
  Benchmark &hidden(); ///< listed only when its id is asked for up to the last part
  Benchmark &subcycle(std::string reason); ///< one op may honestly cost under a cycle
  /// Instructions are not counted: the op waits for other threads, say, or does what a forked child
  /// must not do. Time alone is judged then.
  Benchmark &uncounted(std::string reason);
  /// All designs return the same checksum for the same first ops; those that do not are refused.
  Benchmark &comparable();
  /// Batches of one n give the same checksum, whatever ran before: a design whose batches do not is
  /// refused.
  Benchmark &repeatable();
  /// They may honestly give others: run() goes on from what it left, addresses are in it. A design
  /// of a benchmark that says neither is not refused, but its row says that they differ.
  Benchmark &varies(std::string reason);
  Benchmark &axis(std::string name, std::vector<Value> values, Value default_value);
  Benchmark &axis(std::string name, std::vector<Value> values, std::vector<Value> defaults);
  /// As axis(), but a plain run takes all values.
  Benchmark &axis_all(std::string name, const std::vector<Value> &values);
  Benchmark &designs(std::string api); ///< the first axis comes from this API's designs
  /// A design of this benchmark alone.
  Benchmark &design(std::string name, std::string text, Maker maker);
  /// The same, to be given more than a maker: Design::runs(id(), ...) and the rest.
  Design &add_design(std::string name, std::string text);

  // What its workloads deliver beside time, by Workload::report(). Units as text; "1" for a count
  // or a ratio. A name that is no identifier, reserved, or used twice throws.
  Benchmark &metric(std::string name, std::string unit, Better better = Better::neither,
                    Scope scope = Scope::once, Merge merge = Merge::mean);
  Benchmark &distribution(std::string name, std::string unit, Better better = Better::lower);
  Benchmark &series(std::string name, std::string x_unit, std::string y_unit);
  Benchmark &table(std::string name, std::vector<Column> columns);

  /// Every op is stamped alone by the CPU's ordered counter: the distribution `latency`, in ns, has
  /// them all, and a design `null` shows what the stamps cost.
  Benchmark &latency();
  /// Each design runs in processes of its own, in turn with the others': for what must not share
  /// one (memory use, whole allocators, signal handlers).
  Benchmark &isolated();
  /// Part of the tour, which a run without a pattern takes.
  Benchmark &headline() { return tag("headline"); }
  /// As Design::place(), among the benchmarks of its component.
  Benchmark &place(int place);

  [[nodiscard]] const std::string &id() const noexcept { return id_; }
  [[nodiscard]] std::string component() const { return id_.substr(0, id_.find('/')); }
  [[nodiscard]] const std::string &summary() const noexcept { return summary_; }
  [[nodiscard]] const std::string &op() const noexcept { return op_; }
  [[nodiscard]] const std::string &subcycle() const noexcept { return subcycle_; }
  [[nodiscard]] const std::string &uncounted() const noexcept { return uncounted_; }
  [[nodiscard]] const std::string &varies() const noexcept { return varies_; }
  [[nodiscard]] const std::string &api() const noexcept { return api_; }
  [[nodiscard]] bool is_hidden() const noexcept { return hidden_; }
  [[nodiscard]] int place() const noexcept { return place_; }
  [[nodiscard]] bool is_comparable() const noexcept { return comparable_; }
  [[nodiscard]] bool is_repeatable() const noexcept { return repeatable_; }
  [[nodiscard]] bool is_latency() const noexcept { return latency_; }
  [[nodiscard]] bool is_isolated() const noexcept { return isolated_; }
  [[nodiscard]] const Quantities &quantities() const noexcept { return quantities_; }
  [[nodiscard]] const std::vector<std::string> &tags() const noexcept { return tags_; }
  [[nodiscard]] const std::vector<std::string> &traps() const noexcept { return traps_; }
  [[nodiscard]] const std::vector<Axis> &axes() const noexcept { return axes_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Design>> &own_designs() const noexcept {
    return designs_;
  }

  /// As Design::each_field(); the catalog's entries come from it, too.
  template <Is<Benchmark> Self, class Visit> static void each_field(Self &self, Visit visit) {
    visit("id", self.id_);
    visit("summary", self.summary_);
    visit("op", self.op_);
    visit("api", self.api_);
    visit("subcycle", self.subcycle_);
    visit("hidden", self.hidden_);
    visit("comparable", self.comparable_);
    visit("repeatable", self.repeatable_);
    visit("varies", self.varies_);
    visit("uncounted", self.uncounted_);
    visit("latency", self.latency_);
    visit("isolated", self.isolated_);
    visit("tags", self.tags_);
    visit("fooled_by", self.traps_);
    visit("axes", self.axes_);
    visit("quantities", self.quantities_);
  }

  /// InvalidArgumentError where names of axes, designs or quantities are reserved, malformed or
  /// used twice, where there is an axis without values, or where one thing is declared and its
  /// contrary.
  void check() const;

private:
  void check_new(const std::string &quantity) const;

  std::string id_, summary_, op_, subcycle_, uncounted_, varies_, api_;
  bool hidden_ = false, comparable_ = false, repeatable_ = false, latency_ = false;
  bool isolated_ = false;
  int place_ = 0;
  Quantities quantities_;
  std::vector<std::string> tags_, traps_;
  std::vector<Axis> axes_;
  std::vector<std::unique_ptr<Design>> designs_;
};

class Registry;

/// How a library of plain C functions enters an API as a design: which symbols it must export, and
/// what makes a design of their addresses, which come in the order of the symbols.
struct Importer {
  using Enter = std::function<Design &(Registry &, std::string name, std::string summary,
                                       std::span<void *const> functions)>;
  std::string api;
  std::vector<std::string> symbols;
  Enter enter;
  std::vector<std::string> optional; ///< behind the others; null where there is none
};

class Registry {
public:
  /// Declares a benchmark; a duplicate id or one not of the form component/operation throws.
  Benchmark &benchmark(std::string id);
  /// Adds a design to an API; a duplicate name throws.
  Design &design(const std::string &api, std::string name, std::string summary);
  /// The design that a file before has added, to be given more to run; InvalidArgumentError with
  /// those there are where there is no such one.
  [[nodiscard]] Design &design(const std::string &api, std::string_view name);
  /// Declares, beside an API's designs, how a library of C functions becomes one of them.
  void importer(std::string api, std::vector<std::string> symbols, Importer::Enter enter,
                std::vector<std::string> optional = {});

  [[nodiscard]] const std::vector<std::unique_ptr<Benchmark>> &benchmarks() const noexcept {
    return benchmarks_;
  }
  /// InvalidArgumentError with near matches where there is none.
  [[nodiscard]] const Benchmark &find(std::string_view id) const;
  /// The designs that can run a benchmark: of its API, then its own.
  [[nodiscard]] std::vector<const Design *> designs_of(const Benchmark &benchmark) const;
  [[nodiscard]] const auto &apis() const noexcept { return apis_; }
  [[nodiscard]] const std::vector<Importer> &importers() const noexcept { return importers_; }
  /// InvalidArgumentError where another registry has an id or a design that is here already, or a
  /// benchmark that check() refuses.
  void require_new(const Registry &other) const;
  /// Moves everything of another registry here, or nothing: see require_new().
  void absorb(Registry &&other);
  /// Sorts by place what has been declared: designs within each API, benchmarks within each
  /// component, whose order stays that of their first ones. O(n log n); equal ones stay as they
  /// are.
  void arrange();

private:
  std::vector<std::unique_ptr<Benchmark>> benchmarks_;
  std::map<std::string, std::vector<std::unique_ptr<Design>>> apis_;
  std::vector<Importer> importers_;
};

/// The process's registry.
[[nodiscard]] Registry &registry();

} // namespace vmperf::bench
