// The workload of pool/shared proves what it claims: honest designs pass with any number of
// threads, designs that hand a slot to two threads are refused, a design that throws in a thread
// ends the run with its message, and a forked child does the work of all threads alone.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/pool/api/shared.hpp"
#include "vmperf/pool/shared_pool.hpp"

using namespace vmperf;
using namespace vmperf::pool;

namespace {

void require(bool condition, const std::string &what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what.c_str());
    std::exit(1);
  }
}

class Honest {
public:
  Honest(std::size_t item_bytes, std::size_t capacity, std::size_t magazine)
      : pool_(item_bytes, 8, capacity, magazine) {}
  void *allocate() { return pool_.allocate(); }
  void deallocate(void *item) { pool_.deallocate(item); }

private:
  RawSharedPool pool_;
};

// Every thread gets the same slots again and again: fewer than the threads hold at once.
class SameSlots {
public:
  SameSlots(std::size_t item_bytes, std::size_t capacity)
      : item_bytes_(item_bytes), capacity_(capacity / 32), slab_(item_bytes * capacity_) {}
  void *allocate() {
    const std::size_t i = next_.fetch_add(1, std::memory_order_relaxed) % capacity_;
    return slab_.data() + i * item_bytes_;
  }
  void deallocate(void * /*item*/) {}

private:
  std::size_t item_bytes_, capacity_;
  std::vector<std::byte> slab_;
  std::atomic<std::size_t> next_{0};
};

// Loses one free in a while.
class Forgetful : public Honest {
public:
  Forgetful(std::size_t item_bytes, std::size_t capacity) : Honest(item_bytes, capacity, 8) {}
  void deallocate(void *item) {
    if (n_.fetch_add(1) % 100 != 0) {
      Honest::deallocate(item);
    }
    ++freed_;
  }
  [[nodiscard]] PoolStats stats() const { return {.capacity = 10, .available = 9, .live = 1}; }

private:
  std::atomic<std::size_t> n_{0}, freed_{0};
};

class Throwing : public Honest {
public:
  Throwing(std::size_t item_bytes, std::size_t capacity) : Honest(item_bytes, capacity, 8) {}
  void *allocate() {
    if (n_.fetch_add(1) > 20'000) {
      throw CapacityError("planted", 1, 1);
    }
    return Honest::allocate();
  }

private:
  std::atomic<std::size_t> n_{0};
};

SharedSetup setup_of(unsigned threads, Frees frees) {
  return {
      .item_bytes = 24, .threads = threads, .frees = frees, .batch = 50, .magazine_capacity = 16};
}

std::uint64_t expected_sum(unsigned threads, std::uint64_t n) {
  std::uint64_t sum = 0;
  for (std::uint64_t lane = 0; lane < threads; ++lane) {
    sum += (lane << 48U) * n + n * (n - 1) / 2;
  }
  return sum;
}

void honest_designs_pass(Frees frees) {
  for (const unsigned threads : {1U, 2U, 5U, 16U}) {
    SharedWorkload<Honest> workload(setup_of(threads, frees));
    for (const std::uint64_t n : {1U, 2U, 49U, 50U, 51U, 2000U}) {
      require(workload.run(n) == expected_sum(threads, n), "the checksum counts every op");
    }
    require(workload.verify().ok(), workload.verify().fault);
  }
}

void frauds_are_refused(Frees frees) {
  SharedWorkload<SameSlots> same(setup_of(2, frees));
  same.run(20'000);
  require(!same.verify().ok(), "a slot that is live twice");
  SharedWorkload<Forgetful> forgetful(setup_of(2, frees));
  forgetful.run(1000);
  require(!forgetful.verify().ok(), "statistics that do not fit");
}

void exceptions_reach_the_caller(Frees frees) {
  SharedWorkload<Throwing> workload(setup_of(3, frees));
  try {
    workload.run(1'000'000);
  } catch (const VmperfError &e) {
    require(std::string(e.what()).find("planted") != std::string::npos, e.what());
    return;
  }
  require(false, "an exception in a thread");
}

void forked_children_work_alone(Frees frees) {
  SharedWorkload<Honest> workload(setup_of(4, frees));
  workload.run(1000);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20); // a hang ends the child
    _exit(workload.run(700) == expected_sum(4, 700) ? 0 : 1);
  }
  int status = 0;
  require(waitpid(child, &status, 0) == child, "waitpid");
  require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child does all shares");
  require(workload.run(1000) == expected_sum(4, 1000), "the parent goes on");
  require(workload.verify().ok(), "and its work is proved");
}

} // namespace

int main(int argc, char **) {
  for (const Frees frees : {Frees::local, Frees::handed_over}) {
    honest_designs_pass(frees);
    exceptions_reach_the_caller(frees);
    if (argc ==
        1) { // under ThreadSanitizer a fraud is a race, and fork of threads is not supported
      frauds_are_refused(frees);
      forked_children_work_alone(frees);
    }
  }
  std::puts("ok");
}
