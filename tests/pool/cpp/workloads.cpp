// The pool workloads prove what they claim: an honest design passes every verify(), and designs
// that hand a slot out twice, overlap, misalign, write into live items or lie about their state are
// refused.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "vmperf/pool/api.hpp"

namespace {

using namespace vmperf::pool;

// An honest little pool; each fraud below breaks one promise of it.
class Honest {
public:
  Honest(std::size_t item_bytes, std::size_t capacity)
      : item_bytes_(item_bytes), slab_(item_bytes * (capacity + 4) / sizeof(Line) + 4) {
    for (std::size_t i = capacity + 2; i-- != 0;) {
      free_.push_back(slab_.front().data() + i * item_bytes);
    }
    capacity_ = free_.size();
  }
  void *allocate() {
    std::byte *item = free_.back();
    free_.pop_back();
    return item;
  }
  void deallocate(void *item) { free_.push_back(static_cast<std::byte *>(item)); }
  [[nodiscard]] PoolStats stats() const {
    return {.capacity = capacity_, .available = free_.size(), .live = capacity_ - free_.size()};
  }
  [[nodiscard]] bool owns(const void *item) const {
    return item >= slab_.data() && item < slab_.data() + slab_.size();
  }

protected:
  struct alignas(64) Line : std::array<std::byte, 64> {};

  std::size_t item_bytes_, capacity_ = 0;
  std::vector<Line> slab_;
  std::vector<std::byte *> free_;
};

struct Twice : Honest { // one slot, always
  using Honest::Honest;
  void *allocate() { return free_.front(); }
  void deallocate(void * /*item*/) {}
};
struct Overlapping : Honest {
  using Honest::Honest;
  void *allocate() {
    auto *item = static_cast<std::byte *>(Honest::allocate());
    return slab_.front().data() + (item - slab_.front().data()) / 2;
  }
  void deallocate(void *item) {
    auto *start = slab_.front().data();
    Honest::deallocate(start + (static_cast<std::byte *>(item) - start) * 2);
  }
};
struct Misaligned : Honest {
  using Honest::Honest;
  void *allocate() { return static_cast<std::byte *>(Honest::allocate()) + 4; }
  void deallocate(void *item) { Honest::deallocate(static_cast<std::byte *>(item) - 4); }
};
struct Scribbling : Honest { // a free list inside the items, one link too early
  using Honest::Honest;
  void *allocate() {
    void *item = Honest::allocate();
    if (last_ != nullptr) {
      std::memset(last_, 0, 8);
    }
    return last_ = item;
  }
  void *last_ = nullptr;
};
struct Miscounting : Honest {
  using Honest::Honest;
  [[nodiscard]] PoolStats stats() const { return {.capacity = capacity_, .available = capacity_}; }
};
struct Elsewhere : Honest {
  using Honest::Honest;
  [[nodiscard]] bool owns(const void * /*item*/) const { return false; }
};
// Frauds in what only designs with rows have.
struct Rows : Honest {
  using Honest::Honest;
  template <class T> void allocate_n(T **out, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = static_cast<T *>(static_cast<void *>(allocate()));
    }
  }
  template <class T> void deallocate_n(T *const *in, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      deallocate(in[i]);
    }
  }
};
struct LastTwice : Rows {
  using Rows::Rows;
  template <class T> void allocate_n(T **out, std::size_t n) {
    Rows::allocate_n(out, n);
    out[n - 1] = out[0];
  }
};
struct FirstTwice : Rows { // takes the first one back in place of the last
  using Rows::Rows;
  template <class T> void deallocate_n(T *const *in, std::size_t n) {
    Rows::deallocate_n(in, n - 1);
    deallocate(in[0]);
  }
};
struct NullRow : Rows {
  using Rows::Rows;
  template <class T> void allocate_n(T **out, std::size_t n) {
    Rows::allocate_n(out, n);
    out[n / 2] = nullptr;
  }
};
struct Leasing : Rows {
  using Rows::Rows;
  struct Row {
    Leasing *pool;
    std::vector<void *> items;
    ~Row() { pool->end(items); }
    [[nodiscard]] std::span<void *const> slots() const { return items; }
  };
  void end(const std::vector<void *> &items) { deallocate_n(items.data(), items.size()); }
  Row lease(std::size_t n) {
    Row row{.pool = this, .items = std::vector<void *>(n)};
    allocate_n(row.items.data(), n);
    return row;
  }
};
struct ShortLease : Leasing {
  using Leasing::Leasing;
  Row lease(std::size_t n) { return Leasing::lease(n - 1); }
};
struct EndlessLease : Leasing { // what was leased counts as free at once
  using Leasing::Leasing;
  [[nodiscard]] PoolStats stats() const { return {.capacity = capacity_, .available = capacity_}; }
};

void require(bool holds, const std::string &what) {
  if (!holds) {
    std::printf("failed: %s\n", what.c_str());
    std::exit(1);
  }
}

template <class W> std::string fault_of(const Setup &setup) {
  W workload(setup);
  workload.run(10);
  std::string fault = workload.verify().fault;
  if (fault.empty()) { // verify() leaves the state as run() left it
    workload.run(3);
    fault = workload.verify().fault;
  }
  return fault;
}

template <class D, class F> void over_all(const char *name, F &&judge) {
  for (const Touch touch : {Touch::first, Touch::all}) {
    for (const Order order : {Order::fifo, Order::lifo, Order::random}) {
      for (const std::size_t bytes : {16U, 24U, 64U, 1000U}) {
        const Setup setup{.item_bytes = bytes,
                          .capacity = 20,
                          .batch = 7,
                          .touch = touch,
                          .order = order,
                          .drop = touch == Touch::all ? Drop::bulk : Drop::each,
                          .state = touch == Touch::all ? State::local : State::member};
        judge(name, "allocate", fault_of<AllocateWorkload<D>>(setup));
        judge(name, "cycle", fault_of<CycleWorkload<D>>(setup));
        judge(name, "churn", fault_of<ChurnWorkload<D>>(setup));
        judge(name, "throughput", fault_of<ThroughputWorkload<D>>(setup));
        judge(name, "sizes", fault_of<SizesWorkload<D>>(setup));
        judge(name, "bulk", fault_of<BulkWorkload<D>>(setup));
        judge(name, "bulk_write", fault_of<BulkWriteWorkload<D>>(setup));
      }
    }
  }
}

template <class D> void passes(const char *name) {
  over_all<D>(name, [](std::string design, const char *workload, const std::string &fault) {
    require(fault.empty(), design + " " + workload + ": " + fault);
  });
}

template <class D> void is_refused(const char *name) {
  over_all<D>(name, [](std::string design, const char *workload, const std::string &fault) {
    require(!fault.empty(), design + " passes " + workload);
  });
}

void random_places_are_no_permutation() {
  const auto places = make_places({.capacity = 1000, .order = Order::random});
  require(places.size() == 4096, "a power of two, four times round");
  const std::set<std::uint32_t> first(places.begin(), places.begin() + 1000);
  require(first.size() < 700 && *first.rbegin() < 1000, "drawn independently");
  require(make_places({.capacity = 1000, .order = Order::random}) == places, "the same every time");
}

void every_copy_does_its_work() {
  CycleWorkload<Honest> workload({.capacity = 20});
  require(workload.max_copies() == 4, "copies");
  for (const unsigned copies : {1U, 2U, 4U}) {
    require(workload.run_copies(copies, 5) == 0, "the same slot every time");
    require(workload.verify().ok(), "verify");
  }
}

template <class D> std::string fault_of_lease() {
  std::string fault;
  for (const State state : {State::local, State::member}) {
    fault += fault_of<LeaseWorkload<D>>({.capacity = 20, .batch = 7, .state = state});
  }
  return fault;
}

void rows_and_leases_are_proved() {
  for (const std::size_t bytes : {16U, 64U, 100U}) {
    const Setup setup{.item_bytes = bytes, .batch = 7};
    require(fault_of<BulkWorkload<Rows>>(setup).empty(), "honest rows");
    require(!fault_of<BulkWorkload<LastTwice>>(setup).empty(), "a slot twice in a row");
    require(!fault_of<BulkWorkload<NullRow>>(setup).empty(), "a null pointer in a row");
    require(!fault_of<BulkWriteWorkload<FirstTwice>>(setup).empty(), "a slot given back twice");
  }
  require(fault_of_lease<Leasing>().empty(), "honest leases");
  require(!fault_of_lease<ShortLease>().empty(), "a short lease");
  require(!fault_of_lease<EndlessLease>().empty(), "a lease that does not count");
}

void whole_lives_are_proved() {
  const Setup setup{.batch = 20, .preallocate = 20};
  require(fault_of<GrowWorkload<Honest>>(setup).empty(), "an honest life");
  require(!fault_of<GrowWorkload<Twice>>(setup).empty(), "a slot twice in a life");
  require(!fault_of<GrowWorkload<Miscounting>>(setup).empty(), "a life that miscounts");
}

void plain_stores_are_proved() {
  PlainStoresWorkload workload({.item_bytes = 64, .batch = 10});
  require(!workload.verify().ok(), "nothing was written yet");
  workload.run(1);
  require(workload.verify().ok(), "written");
  require(!workload.verify().ok(), "each run proves itself");
}

} // namespace

int main() {
  passes<Honest>("honest");
  is_refused<Twice>("twice");
  is_refused<Overlapping>("overlapping");
  is_refused<Misaligned>("misaligned");
  is_refused<Scribbling>("scribbling");
  is_refused<Miscounting>("miscounting");
  is_refused<Elsewhere>("elsewhere");
  rows_and_leases_are_proved();
  whole_lives_are_proved();
  plain_stores_are_proved();
  random_places_are_no_permutation();
  every_copy_does_its_work();
  std::puts("ok");
}
