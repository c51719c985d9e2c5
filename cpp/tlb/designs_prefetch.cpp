// A small TLB without and with each prefetcher, one whose guesses a thread walks, and no TLB.
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "api_trace.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/tlb/async_prefetch.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

namespace vmperf::tlb {
namespace {

constexpr unsigned kBuffer = 32;

// One first level and nothing behind it, so that what the buffer answers no other level could.
SoftTlbOptions options_of(const std::string &prefetch, unsigned degree) {
  return {.entries = 64,
          .ways = 4,
          .policy = Policy::lru,
          .victim = 0,
          .second_level = 0,
          .prefetch = prefetch,
          .degree = degree,
          .prefetch_buffer = kBuffer};
}

class Synchronous {
public:
  Synchronous(const std::string &prefetch, unsigned degree, const FlatPages &pages)
      : pages_(&pages), tlb_(options_of(prefetch, degree)) {}
  std::uint64_t translate(std::uint64_t va) {
    Fault fault = Fault::none;
    return tlb_.lookup_or_walk(*pages_, va, Access::read, 0, fault);
  }
  [[nodiscard]] std::uint64_t misses() const { return tlb_.stats().misses; }
  [[nodiscard]] PrefetchCounts counts() const { return tlb_.stats().prefetch; }

private:
  const FlatPages *pages_;
  SoftTlb tlb_;
};

class Threaded {
public:
  Threaded(const std::string &prefetch, unsigned degree, const FlatPages &pages)
      : pages_(&pages), tlb_(options_of("", 1)), prefetcher_(pages, prefetch, degree, kBuffer) {}
  std::uint64_t translate(std::uint64_t va) {
    const std::uint64_t pa = tlb_.lookup(va, Access::read);
    return pa != kMiss ? pa : miss(va);
  }
  [[nodiscard]] std::uint64_t misses() const { return walks_; }
  [[nodiscard]] PrefetchCounts counts() { return prefetcher_.counts(); }

private:
  std::uint64_t miss(std::uint64_t va) {
    Translation found;
    if (!prefetcher_.take(va, Access::read, 0, found)) {
      found = (*pages_)(va, Access::read, 0);
      ++walks_;
    }
    tlb_.fill(va, found);
    prefetcher_.train(va, 0, 48, [this](std::uint64_t at) { return tlb_.holds(at); });
    return found.pa;
  }

  const FlatPages *pages_;
  SoftTlb tlb_;
  AsyncPrefetcher<std::reference_wrapper<const FlatPages>> prefetcher_;
  std::uint64_t walks_ = 0;
};

// Every page ever seen, in a hash map.
class Naive {
public:
  Naive(const std::string & /*prefetch*/, unsigned /*degree*/, const FlatPages &pages)
      : pages_(&pages) {}
  std::uint64_t translate(std::uint64_t va) {
    const auto [at, is_new] = frames_.try_emplace(va >> 12U);
    if (is_new) {
      at->second = pages_->pa(va) & ~std::uint64_t{4095};
      ++walks_;
    }
    return at->second | (va & 4095U);
  }
  [[nodiscard]] std::uint64_t misses() const { return walks_; }
  [[nodiscard]] static PrefetchCounts counts() { return {}; }

private:
  const FlatPages *pages_;
  std::unordered_map<std::uint64_t, std::uint64_t> frames_;
  std::uint64_t walks_ = 0;
};

template <class D> class PrefetchWorkload final : public bench::Workload {
public:
  PrefetchWorkload(const bench::Params &params, const std::string &prefetch)
      : trace_(params),
        tlb_(prefetch, static_cast<unsigned>(params.get_size("degree", 1, 8)), trace_.pages()) {}

  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t *const addresses = trace_.addresses();
    std::uint64_t sum = 0;
    for (std::uint64_t i = ops_; i < ops_ + n; ++i) {
      sum += tlb_.translate(addresses[i % Trace::kLength]);
    }
    ops_ += n;
    sum_ += sum;
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    return {sum_ == trace_.sum(ops_) ? "" : "the addresses do not add up"};
  }
  void report(bench::Report &report) override {
    const PrefetchCounts counts = tlb_.counts();
    const auto per_op = [this](std::uint64_t count) {
      return static_cast<double>(count) / static_cast<double>(ops_);
    };
    report.metric("coverage", counts.coverage(tlb_.misses()));
    report.metric("accuracy", counts.accuracy());
    report.metric("misses", per_op(tlb_.misses()));
    report.metric("issued", per_op(counts.issued));
    report.metric("present", per_op(counts.present));
    report.metric("useful", per_op(counts.useful));
    report.metric("late", per_op(counts.late));
    report.metric("useless", per_op(counts.useless));
  }

private:
  Trace trace_;
  D tlb_;
  std::uint64_t ops_ = 0, sum_ = 0;
};

template <class D>
void add(bench::Registry &registry, const char *name, const char *prefetch, const char *summary) {
  registry.design("tlb_prefetch", name, summary)
      .runs("tlb/prefetch", [prefetch](const bench::Params &params) {
        return std::make_unique<PrefetchWorkload<D>>(params, prefetch);
      });
}

} // namespace

void declare_designs_prefetch(bench::Registry &registry) {
  add<Synchronous>(registry, "none", "", "no prefetcher: misses walk");
  add<Synchronous>(registry, "next_page", "next_page", "the pages that follow");
  add<Synchronous>(registry, "stride", "stride", "the last distance, seen twice, goes on");
  add<Synchronous>(registry, "distance", "distance", "the distances that followed this one before");
  add<Synchronous>(registry, "markov", "markov", "the pages that followed this one before");
  add<Threaded>(registry, "async", "next_page",
                "next_page, its guesses walked by a thread: what the hand-off costs");
  add<Naive>(registry, "naive", "", "std::unordered_map of all pages ever used: it forgets none");
}

} // namespace vmperf::tlb
