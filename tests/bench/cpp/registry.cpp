// The registry refuses duplicates and unknown names; Params refuse wrong types and ranges.
#include "vmperf/bench/registry.inl"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "vmperf/base/error.hpp"

using namespace vmperf;
using namespace vmperf::bench;

namespace {

template <class Step> void refuses(const char *argument, Step step) {
  try {
    step();
  } catch (const InvalidArgumentError &e) {
    if (e.argument == argument && !e.allowed.empty()) {
      return;
    }
    std::fprintf(stderr, "argument '%s', wanted '%s'\n", e.argument.c_str(), argument);
    std::exit(1);
  }
  std::fprintf(stderr, "nothing refused %s\n", argument);
  std::exit(1);
}

WorkloadPtr nothing(const Params &) {
  return nullptr;
}

void check(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
  }
}

// Lists go by place, else as declared; components stand where their first benchmark does.
void check_order() {
  Registry registry;
  registry.benchmark("b/late").place(1).designs("b").design("own", "", nothing);
  registry.benchmark("a/one");
  registry.benchmark("b/first").place(-1);
  registry.benchmark("b/second");
  registry.benchmark("a/two");
  registry.benchmark("b/third");
  registry.design("b", "behind", "").place(1).runs("b/late", nothing);
  registry.design("b", "x", "").runs("b/late", nothing);
  registry.design("b", "y", "").runs("b/late", nothing);
  registry.arrange();
  std::string ids;
  for (const auto &one : registry.benchmarks()) {
    ids += one->id() + " ";
  }
  check(ids == "b/first b/second b/third b/late a/one a/two ", ids.c_str());
  std::string names;
  for (const Design *one : registry.designs_of(registry.find("b/late"))) {
    names += one->name() + " ";
  }
  check(names == "x y behind own ", names.c_str());
}

} // namespace

int main() {
  Registry registry;
  registry.benchmark("a/b").designs("api").design("own", "", nothing);
  registry.design("api", "x", "").runs("a/b", nothing);
  registry.design("api", "y", "").runs("a/c", nothing);
  refuses("benchmark id", [&] { registry.benchmark("a/b"); });
  refuses("benchmark id", [&] { registry.benchmark("nocomponent"); });
  refuses("benchmark id", [&] { registry.benchmark("a/"); });
  refuses("design of api", [&] { registry.design("api", "x", ""); });
  refuses("benchmark", [&] { (void)registry.find("a/z"); });

  const auto check_of = [](const auto &declare) {
    Benchmark one("a/b");
    declare(one.axis("n", {1}, 1));
    one.check();
  };
  refuses("checksums of a/b",
          [&] { check_of([](Benchmark &b) { b.repeatable().varies("now and then"); }); });
  refuses("axis of a/b", [&] { check_of([](Benchmark &b) { b.axis("design", {1}, 1); }); });
  check_of([](Benchmark &b) { b.repeatable(); });
  check_of([](Benchmark &b) { b.varies("now and then"); });

  const auto designs = registry.designs_of(registry.find("a/b"));
  check(designs.size() == 2 && designs[0]->name() == "x" && designs[1]->name() == "own",
        "designs that can run it, the API's first");

  // A file gives more to run to a design of another; which there are is said.
  registry.design("api", "y").runs("a/b", nothing);
  check(registry.designs_of(registry.find("a/b")).size() == 3, "what was added later");
  refuses("design of api", [&] { (void)registry.design("api", "z"); });
  refuses("design of none", [&] { (void)registry.design("none", "x"); });
  check_order();

  Params params;
  params.set("n", std::int64_t{-3});
  params.set("t", std::string("text"));
  refuses("n", [&] { (void)params.get_size("n"); });
  refuses("t", [&] { (void)params.get_int("t"); });
  refuses("absent", [&] { (void)params.get_string("absent"); });
  refuses("t", [&] { (void)params.get_choice<int>("t", {{"one", 1}, {"two", 2}}); });
  refuses("n", [&] { (void)params.get_choice<int>("n", {{"one", 1}}); });
  refuses("t", [&] { (void)params.get_word("t", {"one", "two"}); });
  check(params.get_choice<int>("t", {{"one", 1}, {"text", 2}, {"tex", 3}}) == 2, "the word's own");
  check(params.get_word("t", {"one", "text"}) == "text", "the word itself");
  check(params.has("t") && !params.has("absent"), "an axis that is there, and one that isn't");
  params.set("size", std::int64_t{8});
  check(params.get_size("size", 8, 8) == 8, "both bounds are allowed");
  refuses("size", [&] { (void)params.get_size("size", 9); });
  refuses("size", [&] { (void)params.get_size("size", 0, 7); });

  check(params.seed() == Params::kDefaultSeed, "a seed where nobody gave one");
  const auto axes = params.values();
  params.set_seed(~std::uint64_t{0});
  check(params.seed() == ~std::uint64_t{0} && params.values() == axes, "the seed is no axis");
  check(params.get_int("n") == -3 && params.get_double("n") == -3.0, "an integer reads as both");
  check(to_text(Value{0.5}) == "0.5" && to_text(Value{std::int64_t{-7}}) == "-7", "texts");
}
