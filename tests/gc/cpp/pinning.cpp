// Pins at their edges: young, nested, large and dead objects, threads, wrong use. Prints "ok".
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "vmperf/gc/pin.hpp"
#include "vmperf/gc/with_heap.hpp"

using namespace vmperf::gc;

namespace {

void require(bool held, const char *what) {
  if (!held) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

template <class Error, class Call> void refused(Call call, const char *what) {
  try {
    call();
  } catch (const Error &) {
    return;
  }
  require(false, what);
}

/// Makes garbage and what survives, collects, and evacuates.
template <class H> void press(H &heap, Mutator &mutator, TypeId node) {
  HandleScope scope(mutator);
  Handle list(mutator, 0);
  for (unsigned i = 0; i < 4000; ++i) {
    const Ref fresh = heap.allocate(mutator, node);
    if (i % 8 == 0) {
      heap.store(mutator, fresh, 0, list.get());
      list.set(fresh);
    }
  }
  heap.collect(mutator, Kind::minor);
  heap.collect(mutator, Kind::major);
  list.set(0);
  heap.collect(mutator, Kind::major);
}

template <class H> void stays(H &heap) {
  Mutator mutator(heap);
  const TypeId node = heap.types().fixed(2, 8);
  HandleScope scope(mutator);
  Handle child(mutator, heap.allocate(mutator, node));
  *heap.words(child.get()) = 77;
  Handle object(mutator, heap.allocate(mutator, node));
  heap.store(mutator, object.get(), 1, child.get());
  *heap.words(object.get()) = 42;
  const WeakId weak = heap.add_weak(object.get());
  {
    const Pinned pinned(mutator, object.get());
    require(object.get() == pinned.get(), "handles know where a pin has moved it to");
    const std::uint64_t *const words = heap.words(pinned.get());
    object.set(0);
    child.set(0);
    {
      const Pinned again(mutator, pinned.get());
      require(again.get() == pinned.get(), "what is pinned is not moved by a second pin");
    }
    for (unsigned i = 0; i < 10; ++i) {
      press(heap, mutator, node);
      require(heap.weak(weak) == pinned.get() && *words == 42, "it lives, and stays");
      require(*heap.words(heap.load(pinned.get(), 1)) == 77, "and so does what it refers to");
    }
  }
  press(heap, mutator, node);
  require(heap.weak(weak) == 0, "without its pin it dies");
}

/// A pin in each of many blocks that are holes otherwise: none of them may be evacuated.
template <class H> void many(H &heap) {
  Mutator mutator(heap);
  const TypeId node = heap.types().fixed(2, 8);
  std::vector<Ref> pinned;
  for (std::uint64_t i = 0; i < 40 * 300; ++i) {
    const Ref fresh = heap.allocate(mutator, node);
    *heap.words(fresh) = i;
    if (i % 300 == 0) {
      pinned.push_back(heap.pin(mutator, fresh));
    }
  }
  for (unsigned i = 0; i < 5; ++i) {
    press(heap, mutator, node);
    for (std::size_t k = 0; k < pinned.size(); ++k) {
      require(*heap.words(pinned[k]) == k * 300, "each of many pinned objects stays");
    }
  }
  for (const Ref ref : pinned) {
    heap.unpin(ref);
  }
  press(heap, mutator, node);
}

template <class H> void large(H &heap) {
  Mutator mutator(heap);
  const TypeId bytes = heap.types().byte_array();
  const Pinned pinned(mutator, heap.allocate_array(mutator, bytes, 100'000));
  heap.bytes(pinned.get())[99'999] = std::byte{7};
  press(heap, mutator, heap.types().fixed(1, 0));
  require(heap.bytes(pinned.get())[99'999] == std::byte{7}, "a large object that is pinned");
}

template <class H> void wrong_use(H &heap) {
  Mutator mutator(heap);
  HandleScope scope(mutator);
  Handle object(mutator, heap.allocate(mutator, heap.types().fixed(2, 0)));
  refused<vmperf::InvalidArgumentError>([&] { (void)heap.pin(mutator, 0); }, "no object");
  refused<vmperf::InvalidArgumentError>([&] { (void)heap.pin(mutator, ~Ref{0}); }, "out of range");
  refused<vmperf::InvalidArgumentError>([&] { heap.unpin(object.get()); }, "not pinned");
  if (heap.young(object.get())) {
    const NoGcScope none(mutator);
    refused<vmperf::InvalidArgumentError>([&] { (void)heap.pin(mutator, object.get()); },
                                          "a young one cannot move in a NoGcScope");
  }
  heap.collect(mutator, Kind::minor); // no promise to promote all is left over
  const Ref pinned = heap.pin(mutator, object.get());
  heap.unpin(pinned);
  refused<vmperf::InvalidArgumentError>([&] { heap.unpin(pinned); }, "unpinned twice");
}

template <class H> void threads(H &heap) {
  const TypeId node = heap.types().fixed(2, 8);
  std::vector<std::thread> team;
  for (std::uint64_t t = 0; t < 3; ++t) {
    team.emplace_back([&heap, node, t] {
      Mutator mutator(heap);
      for (std::uint64_t i = 0; i < 60; ++i) {
        const Ref fresh = heap.allocate(mutator, node);
        *heap.words(fresh) = t << 32U | i;
        const Pinned pinned(mutator, fresh);
        for (unsigned k = 0; k < 500; ++k) {
          (void)heap.allocate(mutator, node);
          heap.safepoint(mutator);
        }
        require(*heap.words(pinned.get()) == (t << 32U | i), "pins of several threads");
      }
    });
  }
  for (std::thread &thread : team) {
    thread.join();
  }
}

} // namespace

int main(int argc, char **) {
  using Pair = std::pair<const char *, const char *>;
  for (const auto &[collector, barrier] :
       {Pair{"mark-sweep", ""}, Pair{"immix", ""}, Pair{"sticky-immix", ""},
        Pair{"gen-immix", "card"}, Pair{"gen-immix", "object-log"}}) {
    for (const unsigned tenure : {0U, 4U}) {
      Options options;
      options.collector = collector;
      options.barrier = barrier;
      options.heap_bytes = std::size_t{2} << 20U;
      options.nursery_bytes = std::size_t{64} << 10U;
      options.tenure = tenure;
      options.workers = 2;
      options.verify = argc == 1; // else under a sanitizer, which is slow enough
      with_heap(options, [](auto &heap) {
        stays(heap);
        many(heap);
        large(heap);
        wrong_use(heap);
        threads(heap);
        return 0;
      });
    }
  }
  std::puts("ok");
  return 0;
}
