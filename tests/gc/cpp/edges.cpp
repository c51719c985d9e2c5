// A heap at its edges: full and usable again, fragmented and evacuated, threads, wrong use, fork.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "vmperf/gc/with_heap.hpp"

using namespace vmperf::gc;

namespace {

void require(bool held, const char *what) {
  if (!held) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

template <class Error, class Call> std::string refused(Call call, const char *what) {
  try {
    call();
  } catch (const Error &error) {
    return error.what();
  }
  require(false, what);
  return {};
}

const std::vector<std::pair<const char *, const char *>> kAll = {
    {"semispace", ""},           {"mark-sweep", ""},         {"immix", ""},
    {"sticky-immix", ""},        {"gen-immix", "card"},      {"gen-immix", "range-ssb"},
    {"gen-immix", "object-log"}, {"gen-immix", "field-log"},
};

Options options_of(const char *collector, const char *barrier, std::size_t heap_bytes) {
  Options options;
  options.collector = collector;
  options.barrier = barrier;
  options.heap_bytes = heap_bytes;
  options.nursery_bytes = heap_bytes / 16;
  return options;
}

template <class H> void fill_up(H &heap) {
  Mutator mutator(heap);
  const TypeId node = heap.types().fixed(2, 8);
  const TypeId bytes = heap.types().byte_array();
  HandleScope scope(mutator);
  Handle list(mutator, 0);
  for (unsigned round = 0; round < 3; ++round) {
    std::size_t made = 0;
    const std::string said = refused<vmperf::CapacityError>(
        [&] {
          for (;; ++made) {
            const Ref fresh = heap.allocate(mutator, node);
            heap.store(mutator, fresh, 0, list.get());
            *heap.words(fresh) = made;
            list.set(fresh);
          }
        },
        "a full heap is a CapacityError");
    require(made > 10000 && said.find("limit") != std::string::npos, "it holds much and says so");
    for (Ref at = list.get(); at != 0; at = heap.load(at, 0)) {
      require(*heap.words(at) == --made, "what was there is there still");
    }
    list.set(0);
    refused<vmperf::CapacityError>([&] { (void)heap.allocate_array(mutator, bytes, 1U << 30U); },
                                   "too large for any heap");
  }
}

/// Every 16th of many objects stays: holes everywhere, and then medium objects that fit into none.
template <class H> void fragment(H &heap) {
  Mutator mutator(heap);
  const TypeId node = heap.types().fixed(1, 8);
  const TypeId bytes = heap.types().byte_array();
  const TypeId refs = heap.types().ref_array();
  HandleScope scope(mutator);
  const std::uint32_t kept = 2000;
  Handle table(mutator, heap.allocate_array(mutator, refs, kept));
  for (std::uint32_t i = 0; i < kept * 16; ++i) {
    const Ref fresh = heap.allocate(mutator, node);
    *heap.words(fresh) = i;
    heap.store(mutator, table.get(), i % kept, fresh); // the last round's stay
    if (i % 2000 == 0) {
      heap.collect(mutator, Kind::major);
    }
  }
  heap.collect(mutator, Kind::major);
  const std::uint64_t used = heap.used_bytes();
  Handle big(mutator, 0);
  for (unsigned i = 0; i < 400; ++i) {
    big.set(heap.allocate_array(mutator, bytes, 6000));
  }
  for (std::uint32_t i = 0; i < kept; ++i) {
    require(*heap.words(heap.load(table.get(), i)) == kept * 15 + i, "contents survive moves");
  }
  require(used < heap.options().heap_bytes, "used bytes stay within the heap");
}

template <class H> void threads(H &heap) {
  const TypeId node = heap.types().fixed(2, 8);
  Ref shared = 0;
  heap.add_root(&shared);
  {
    Mutator mutator(heap);
    shared = heap.allocate(mutator, node);
  }
  std::vector<std::thread> team;
  for (std::uint64_t t = 0; t < 3; ++t) {
    team.emplace_back([&heap, &shared, node, t] {
      Mutator mutator(heap);
      HandleScope scope(mutator);
      Handle list(mutator, 0);
      for (std::uint64_t i = 0; i < 20000; ++i) {
        const Ref fresh = heap.allocate(mutator, node);
        *heap.words(fresh) = t << 32U | i;
        heap.store(mutator, fresh, 0, i % 100 == 0 ? 0 : list.get());
        list.set(fresh);
        heap.store(mutator, shared, t % 2, fresh); // all write to one old object
        heap.safepoint(mutator);
        if (i % 5000 == 4999) {
          heap.collect(mutator, t == 0 ? Kind::major : Kind::minor);
        }
      }
      std::uint64_t expected = 20000;
      for (Ref at = list.get(); at != 0; at = heap.load(at, 0)) {
        require(*heap.words(at) == (t << 32U | --expected), "a thread's list is its own");
      }
      heap.park(mutator);
      std::this_thread::yield();
      heap.unpark(mutator);
    });
  }
  for (std::thread &thread : team) {
    thread.join();
  }
  Mutator mutator(heap);
  heap.verify(mutator);
  heap.remove_root(&shared);
}

template <class H> void wrong_use(H &heap) {
  Mutator mutator(heap);
  const TypeId node = heap.types().fixed(2, 0);
  {
    NoGcScope none(mutator);
    refused<vmperf::InvalidArgumentError>([&] { heap.collect(mutator, Kind::major); },
                                          "no collection in a NoGcScope");
  }
  refused<vmperf::InvalidArgumentError>([&] { (void)heap.types().fixed(254, 0); },
                                        "254 references");
  refused<vmperf::InvalidArgumentError>([&] { (void)heap.weak(7); }, "a weak id that is none");
  refused<vmperf::InvalidArgumentError>(
      [&] { (void)heap.allocate_array(mutator, heap.types().ref_array(), 1U << 31U); }, "length");
  (void)node;
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    try {
      heap.collect(mutator, Kind::minor);
    } catch (const vmperf::UnsupportedError &) {
      _exit(42);
    }
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  require(WIFEXITED(status) && WEXITSTATUS(status) == 42, "use after fork is refused");
}

void bad_options() {
  const auto bad = [](auto change, const char *what) {
    Options options;
    change(options);
    const std::string said = refused<vmperf::InvalidArgumentError>([&] { check(options); }, what);
    require(said.find("allowed") != std::string::npos, what);
  };
  bad([](Options &o) { o.collector = "copying"; }, "unknown collector");
  bad([](Options &o) { o.barrier = "fence"; }, "unknown barrier");
  bad([](Options &o) { o.pacer = "go"; }, "unknown pacer");
  bad([](Options &o) { o.collector = "immix", o.pacer = "membalancer"; }, "a pacer without them");
  bad([](Options &o) { o.heap_bytes = 131071; }, "heap below 4 blocks");
  bad([](Options &o) { o.nursery_bytes = o.heap_bytes + 1; }, "nursery larger than heap");
  bad([](Options &o) { o.workers = 0; }, "no workers");
  bad([](Options &o) { o.workers = 65; }, "65 workers");
  bad([](Options &o) { o.tenure = 16; }, "tenure 16");
  bad([](Options &o) { o.barrier = "none"; }, "no barrier with generations");
  bad([](Options &o) { o.collector = "immix", o.barrier = "card"; }, "a barrier without them");
  Options large;
  large.nursery_bytes = large.heap_bytes / 2;
  refused<vmperf::InvalidArgumentError>([&] { with_heap(large, [](auto &) { return 0; }); },
                                        "no room to promote into");
  Options target;
  target.pause_target_ms = 5;
  check(target);
  target.barrier = "card";
  refused<vmperf::UnsupportedError>([&] { check(target); },
                                    "pause targets without a log of objects");
  bad([](Options &o) { o.pause_target_ms = -1; }, "a negative pause target");
  bad([](Options &o) { o.pause_target_ms = 10'001; }, "a pause target of more than 10 s");
  Options parallel;
  parallel.workers = 2;
  check(parallel);
  parallel.collector = "semispace";
  refused<vmperf::UnsupportedError>([&] { check(parallel); }, "workers that would do nothing");
}

} // namespace

int main(int argc, char **argv) {
  const std::string only = argc > 1 ? argv[1] : "";
  for (const auto &[collector, barrier] : kAll) {
    Options options = options_of(collector, barrier, std::size_t{4} << 20U);
    if (only.empty() || only == "full") {
      with_heap(options, [](auto &heap) { return fill_up(heap), 0; });
    }
    if (only.empty() || only == "threads") {
      with_heap(options, [](auto &heap) { return threads(heap), 0; });
    }
    options.verify = true;
    if (only.empty() || only == "fragment") {
      with_heap(options, [](auto &heap) { return fragment(heap), 0; });
    }
    if (only.empty()) {
      with_heap(options, [](auto &heap) { return wrong_use(heap), 0; });
    }
  }
  if (only.empty()) {
    bad_options();
  }
  std::printf("ok\n");
}
