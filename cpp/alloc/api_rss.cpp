// The workload of alloc/rss: how much memory an allocator holds for what is live. One op is the
// whole sequence; what is measured of it is the first one that a process does, since later ones
// find what it left. Its tables stand before the first reading.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/alloc/api.hpp"
#include "vmperf/alloc/api/workload.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/memory_use.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::size_t kSmall = 200'000;
constexpr std::size_t kLarger = 30'000;
constexpr std::size_t kKept = 8; // one of so many small ones stays
constexpr std::int64_t kPurgeNs = 100'000'000;

struct Held {
  double peak = 0, sparse = 0, grown = 0, freed = 0, purged = 0, live = 0;
};

class RssWorkload final : public AllocWorkload<FaceCalls> {
public:
  RssWorkload(const Face &face, const Setup &setup)
      : AllocWorkload(face, FaceCalls(face), setup),
        small_(draw_sizes({16, 512}, kSmall, setup.seed, 50)),
        larger_(draw_sizes({600, 3600}, kLarger, setup.seed, 51)), blocks_(kSmall + kLarger) {
    // By name and seed, as several designs or seeds may come to one process.
    static std::map<std::string, Held> first;
    const auto [found, is_new] = first.try_emplace(face.name + std::to_string(setup.seed));
    if (is_new) {
      found->second = observe();
    }
    held_ = found->second;
  }

  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      build();
      thin_out();
      grow();
      drop();
    }
    return n;
  }

  void report(bench::Report &report) override {
    report.metric("peak_held_bytes", held_.peak);
    report.metric("sparse_held_bytes", held_.sparse);
    report.metric("grown_held_bytes", held_.grown);
    report.metric("freed_held_bytes", held_.freed);
    report.metric("purged_held_bytes", held_.purged);
    report.metric("live_bytes", held_.live);
    report.metric("held_ratio", held_.grown / held_.live);
  }

  [[nodiscard]] bench::Verification verify() override {
    const std::array<std::size_t, 3> sizes{16, 512, 3600};
    return prove(fault_, sizes);
  }

private:
  void fill(std::size_t place, std::size_t size) {
    blocks_[place] = {take<Touch::none>(calls_, size), size};
    proof::write_all(blocks_[place]);
  }
  void build() {
    for (std::size_t i = 0; i < kSmall; ++i) {
      fill(i, small_[i]);
    }
  }
  void thin_out() {
    for (std::size_t i = 0; i < kSmall; ++i) {
      if (i % kKept != 0) {
        calls_.deallocate(blocks_[i].address);
      }
    }
  }
  void grow() {
    for (std::size_t i = 0; i < kLarger; ++i) {
      fill(kSmall + i, larger_[i]);
    }
  }
  void drop() {
    for (std::size_t i = 0; i < blocks_.size(); i += i < kSmall ? kKept : 1) {
      calls_.deallocate(blocks_[i].address);
    }
  }

  // What is live after grow().
  [[nodiscard]] std::vector<Placed> live() const {
    std::vector<Placed> found;
    for (std::size_t i = 0; i < blocks_.size(); i += i < kSmall ? kKept : 1) {
      found.push_back(blocks_[i]);
    }
    return found;
  }

  Held observe() {
    static_assert(kSmall % kKept == 0);
    const auto before = static_cast<double>(os::resident_bytes());
    const auto now = [before] { return static_cast<double>(os::resident_bytes()) - before; };
    Held held;
    build();
    held.peak = now();
    thin_out();
    held.sparse = now();
    grow();
    held.grown = now();
    for (std::size_t i = 0; i < blocks_.size(); i += i < kSmall ? kKept : 1) {
      held.live += static_cast<double>(blocks_[i].size);
    }
    check();
    drop();
    held.freed = now();
    held.purged = purge(now);
    return held;
  }

  void check() {
    if (!face_.allocates_nothing) {
      fault_ = proof::check_addresses(live());
      fault_ = fault_.empty() ? proof::check_stamps(live()) : fault_;
    }
  }

  // The least that is held within the time; not everything is given back at once.
  template <class Now> [[nodiscard]] double purge(Now now) const {
    if (face_.purge != nullptr) {
      face_.purge();
    }
    double least = now();
    for (const std::int64_t end = os::now_ns() + kPurgeNs; os::now_ns() < end;) {
      least = std::min(least, now());
    }
    return least;
  }

  std::vector<std::uint32_t> small_, larger_;
  std::vector<Placed> blocks_;
  Held held_;
  std::string fault_;
};

} // namespace

bench::WorkloadPtr make_rss_workload(const Face &face, const bench::Params &params) {
  return std::make_unique<RssWorkload>(face, Setup::from(params));
}

} // namespace vmperf::alloc
