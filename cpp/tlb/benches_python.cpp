// What translating an array costs its user in Python, beside the same call from C++. The text of a
// design is Python; the loop over calls is the harness's.
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/base/rng.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/python.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

namespace vmperf::tlb {
namespace {

constexpr std::uint64_t kPages = 1000;
constexpr std::uint64_t kFirst = std::uint64_t{1} << 40U; // of the pages; their frames begin at 0

constexpr const char *kCommon = R"py(
import numpy as np

n = params["n"]
first, pages = 1 << 40, 1000
vas = first + np.random.default_rng(seed).integers(0, pages << 12, n, dtype=np.uint64)
pa, fault = np.zeros(n, np.uint64), np.ones(n, np.uint8)


def reset():
    pa[:] = 0
    fault[:] = 1


def check(result, done):
    right = (pa == vas - np.uint64(first)).all() and not fault.any()
    return "" if right else "an address was not translated to what its page maps to"
)py";

constexpr const char *kBest = R"py(
from vmperf import tlb

table = tlb.SoftTlb(entries=4096)
for page in range(pages):
    table.fill(first + (page << 12), page << 12)
call = (table.translate, vas, (pa, fault))
)py";
constexpr const char *kNaive = R"py(
frames = {(first >> 12) + page: page for page in range(pages)}


def translate(vas):
    for i, va in enumerate(vas.tolist()):
        pa[i], fault[i] = frames[va >> 12] << 12 | va & 4095, 0


call = (translate, vas)
)py";

// The same arrays, translated by the C++ call.
class Native final : public bench::Workload {
public:
  explicit Native(const bench::Params &params)
      : tlb_(SoftTlbOptions{.entries = 4096}), vas_(params.get_size("n", 1, 1U << 24U)),
        pas_(vas_.size()), faults_(vas_.size(), 1) {
    for (std::uint64_t page = 0; page < kPages; ++page) {
      tlb_.fill(kFirst + (page << 12U), {.pa = page << 12U, .perms = kAllPerms});
    }
    CounterRng rng(params.seed());
    for (std::uint64_t &va : vas_) {
      va = kFirst + rng.below(kPages << 12U);
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      tlb_.translate_all(vas_.data(), pas_.data(), faults_.data(), vas_.size(), Access::read);
      bench::sink(pas_.data());
    }
    return pas_[0];
  }
  [[nodiscard]] bench::Verification verify() override {
    for (std::size_t i = 0; i < vas_.size(); ++i) {
      if (pas_[i] != vas_[i] - kFirst || faults_[i] != 0) {
        return bench::Verification::failed("an address was not translated to what its page maps "
                                           "to");
      }
    }
    return bench::Verification::passed();
  }

private:
  SoftTlb tlb_;
  std::vector<std::uint64_t> vas_, pas_;
  std::vector<std::uint8_t> faults_;
};

void add(bench::Benchmark &benchmark, const char *name, const char *summary, const char *text) {
  benchmark.add_design(name, summary)
      .available([] { return bench::find_python_module("numpy"); })
      .runs("tlb/python_translate", [text](const bench::Params &params) {
        return bench::make_python_workload(std::string(kCommon) + text, params);
      });
}

} // namespace

void declare_benches_python(bench::Registry &registry) {
  bench::Benchmark &benchmark =
      registry.benchmark("tlb/python_translate")
          .summary(
              "translate an array of `n` addresses, hits on 1000 drawn pages, into arrays that "
              "are there (out=), from Python and from C++")
          .op("one call for an array of n")
          .fooled_by("one array is replayed: at n=10 its ten pages are as warm as they can be")
          .fooled_by(
              "new arrays in place of out= cost page faults, many times the work at n=1000000")
          .varies("results are Python objects")
          .axis("n", {10, 1000, 1000000}, 1000);
  add(benchmark, "best", "SoftTlb.translate with out=", kBest);
  benchmark.add_design("native", "SoftTlb::translate_all in C++")
      .runs("tlb/python_translate", [](const bench::Params &params) {
        return std::unique_ptr<bench::Workload>(std::make_unique<Native>(params));
      });
  add(benchmark, "naive", "a loop over a dict", kNaive);
}

} // namespace vmperf::tlb
