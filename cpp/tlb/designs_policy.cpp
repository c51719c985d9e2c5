// Each replacement policy over the same array, and the lines that one writes at once.
#include <list>
#include <memory>
#include <unordered_map>

#include "api_trace.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/tlb/policy_tlb.hpp"
#include "vmperf/tlb/rrip.hpp"
#include "vmperf/tlb/words.hpp"

namespace vmperf::tlb {
namespace {

constexpr std::size_t kEntries = 1024;

// Least recently used of all pages: a list in the order of use, and where each page is in it.
class Naive {
public:
  explicit Naive(const bench::Params & /*params*/) {}
  std::uint64_t lookup(std::uint64_t va, Access /*access*/, std::uint16_t /*asid*/) {
    const auto found = where_.find(va >> 12U);
    if (found == where_.end()) {
      return kMiss;
    }
    used_.splice(used_.begin(), used_, found->second);
    return found->second->second | (va & 4095U);
  }
  void fill(std::uint64_t va, const Translation &found, std::uint16_t /*asid*/) {
    if (used_.size() == kEntries) {
      where_.erase(used_.back().first);
      used_.pop_back();
    }
    used_.emplace_front(va >> 12U, found.pa & ~std::uint64_t{4095});
    where_[va >> 12U] = used_.begin();
  }

private:
  std::list<std::pair<std::uint64_t, std::uint64_t>> used_;
  std::unordered_map<std::uint64_t, decltype(used_)::iterator> where_;
};

template <class P> class Policed : public PolicyTlb<P> {
public:
  explicit Policed(const bench::Params &params)
      : PolicyTlb<P>({.entries = kEntries,
                      .ways = static_cast<unsigned>(params.get_size("ways", 1, kMaxWays)),
                      .index = to_index(params.get_string("index"))},
                     params.seed()) {}
};

template <class D> class PolicyWorkload final : public bench::Workload {
public:
  explicit PolicyWorkload(const bench::Params &params) : trace_(params), tlb_(params) {}

  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t *const addresses = trace_.addresses();
    std::uint64_t sum = 0;
    for (std::uint64_t i = ops_; i < ops_ + n; ++i) {
      const std::uint64_t va = addresses[i % Trace::kLength];
      std::uint64_t pa = tlb_.lookup(va, Access::read, 0);
      if (pa == kMiss) {
        const Translation found = trace_.pages()(va, Access::read, 0);
        tlb_.fill(va, found, 0);
        pa = found.pa;
        ++misses_;
      }
      sum += pa;
    }
    ops_ += n;
    sum_ += sum;
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    return {sum_ == trace_.sum(ops_) ? "" : "the addresses do not add up"};
  }
  void report(bench::Report &report) override {
    report.metric("hit_rate", 1 - static_cast<double>(misses_) / static_cast<double>(ops_));
  }

private:
  Trace trace_;
  D tlb_;
  std::uint64_t ops_ = 0, sum_ = 0, misses_ = 0;
};

template <class D> void add(bench::Registry &registry, const char *name, const char *summary) {
  registry.design("tlb_policy", name, summary).runs("tlb/policy", [](const bench::Params &params) {
    return std::make_unique<PolicyWorkload<D>>(params);
  });
}

} // namespace

void declare_designs_policy(bench::Registry &registry) {
  add<Policed<Lru>>(registry, "lru", "least recently used, by stamps");
  add<Policed<TreePlru>>(registry, "plru", "a tree of bits: log2(ways) of them change with a use");
  add<Policed<BitPlru>>(registry, "bit_plru",
                        "a bit per way; the last to be set clears the others");
  add<Policed<Nru>>(registry, "nru", "a bit per way, cleared when all are set and one must leave");
  add<Policed<Fifo>>(registry, "fifo", "first in, first out: a hit writes nothing");
  add<Policed<Random>>(registry, "random", "any way: a hit writes nothing");
  add<Policed<Srrip>>(registry, "srrip", "static re-reference prediction");
  add<Policed<Brrip>>(registry, "brrip", "bimodal: most new entries are the next to leave");
  add<Policed<Drrip>>(registry, "drrip", "srrip or brrip, by a duel of sets");
  add<Naive>(registry, "naive",
             "fully associative LRU of std::list and std::unordered_map: ways and index are "
             "nothing to it");
}

} // namespace vmperf::tlb
