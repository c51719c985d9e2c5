// A heap's team of marking workers at its edges: what only weak tables reach, several mutators,
// many heaps that never mark together, a child of fork, threads that sleep. Prints "ok".
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "vmperf/gc/heap.hpp"

using namespace vmperf::gc;

namespace {

using Marked = Heap<Policy<CollectorKind::gen_immix, BarrierKind::object_log>>;

void require(bool held, const char *what) {
  if (!held) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

Options options_of(unsigned workers, bool verify) {
  Options options;
  options.heap_bytes = std::size_t{16} << 20U;
  options.nursery_bytes = std::size_t{256} << 10U;
  options.workers = workers;
  options.verify = verify;
  options.pretouch = false;
  return options;
}

template <class Visit> void for_each_thread(Visit visit) {
  DIR *const tasks = opendir("/proc/self/task");
  while (const dirent *const entry = readdir(tasks)) {
    if (entry->d_name[0] != '.') {
      visit(std::string(entry->d_name));
    }
  }
  closedir(tasks);
}

std::size_t n_threads() {
  std::size_t n = 0;
  for_each_thread([&n](const std::string & /*id*/) { ++n; });
  return n;
}

bool others_sleep() {
  bool all = true;
  for_each_thread([&all](const std::string &id) {
    std::string text;
    std::getline(std::ifstream("/proc/self/task/" + id + "/stat"), text);
    const char state = text[text.rfind(')') + 2];
    all = all && (state == 'S' || id == std::to_string(getpid()));
  });
  return all;
}

Ref tree(Marked &heap, Mutator &mutator, TypeId node, unsigned depth) {
  HandleScope scope(mutator);
  Handle made(mutator, heap.allocate(mutator, node));
  *heap.words(made.get()) = depth;
  for (std::size_t side = 0; side < 2 && depth > 0; ++side) {
    const Ref child = tree(heap, mutator, node, depth - 1);
    heap.store(mutator, made.get(), side, child);
  }
  return made.get();
}

std::uint64_t count(const Marked &heap, Ref ref) {
  return ref == 0 ? 0 : 1 + count(heap, heap.load(ref, 0)) + count(heap, heap.load(ref, 1));
}

/// Trees that nothing but an ephemeron or a finalizer keeps, beside one that the team marks.
void weak_tables() {
  Marked heap(options_of(3, true));
  Mutator mutator(heap);
  const TypeId node = heap.types().fixed(2, 8);
  HandleScope scope(mutator);
  Handle rooted(mutator, tree(heap, mutator, node, 8));
  Handle key(mutator, heap.allocate(mutator, node));
  WeakId value = 0;
  {
    HandleScope inner(mutator);
    Handle made(mutator, tree(heap, mutator, node, 7));
    value = heap.add_weak(made.get());
    heap.add_ephemeron(key.get(), made.get());
    heap.add_finalizer(tree(heap, mutator, node, 6));
  }
  heap.collect(mutator, Kind::major);
  const Pause &pause = heap.pauses().back();
  require(pause.workers == 3, "the verifier has all workers mark");
  require(pause.marked_objects == 511 + 1 + 255 + 127, "and weak tables' objects count");
  require(count(heap, heap.weak(value)) == 255, "an ephemeron's value lives by its key");
  Handle due(mutator, heap.take_finalizable());
  require(count(heap, due.get()) == 127, "what a finalizer is for lives once more");
  key.set(0);
  due.set(0);
  heap.collect(mutator, Kind::major);
  require(heap.weak(value) == 0, "and dies with its key");
  require(heap.pauses().back().marked_objects == 511, "with all below");
  require(count(heap, rooted.get()) == 511, "what is rooted lives");
}

void born_late_and_asleep() {
  const std::size_t before = n_threads();
  Marked heap(options_of(4, true));
  Mutator mutator(heap);
  const TypeId node = heap.types().fixed(2, 8);
  HandleScope scope(mutator);
  const Handle rooted(mutator, tree(heap, mutator, node, 10));
  heap.collect(mutator, Kind::minor);
  require(n_threads() == before, "no thread before there is something to mark");
  heap.collect(mutator, Kind::major);
  require(n_threads() == before + 3, "three beside the caller");
  // One that spins is running in every look; these are asleep as soon as they get there.
  for (unsigned looks = 0; !others_sleep(); ++looks) {
    require(looks < 3000, "and no core is burnt between collections");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  require(count(heap, rooted.get()) == 2047, "all is there");
}

void a_child_of_fork() {
  auto heap = std::make_unique<Marked>(options_of(4, true));
  auto mutator = std::make_unique<Mutator>(*heap);
  heap->collect(*mutator, Kind::major);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    bool refused = false;
    try {
      heap->collect(*mutator, Kind::major);
    } catch (const vmperf::UnsupportedError &) {
      refused = true;
    }
    mutator.reset();
    heap.reset(); // whose threads are the parent's
    Marked own(options_of(4, true));
    Mutator another(own);
    own.collect(another, Kind::major);
    _exit(refused && own.pauses().back().workers == 4 ? 42 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  require(WIFEXITED(status) && WEXITSTATUS(status) == 42,
          "a child lets go of it and makes its own");
  heap->collect(*mutator, Kind::major);
}

void several_mutators() {
  Options options = options_of(3, false);
  options.stress = 400;
  Marked heap(options);
  const TypeId node = heap.types().fixed(2, 8);
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 3; ++t) {
    threads.emplace_back([&heap, node] {
      Mutator mutator(heap);
      HandleScope scope(mutator);
      Handle kept(mutator, 0);
      for (unsigned i = 0; i < 12; ++i) {
        kept.set(tree(heap, mutator, node, 6));
        require(count(heap, kept.get()) == 127, "each thread's tree is whole");
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  std::uint64_t steals = 0;
  for (const Pause &pause : heap.pauses()) {
    steals += pause.steals;
  }
  require(steals > 0, "stress has them steal");
}

} // namespace

int main(int argc, char **) {
  several_mutators();
  weak_tables();
  if (argc == 1) { // else under a sanitizer, which has threads of its own and knows no fork of many
    born_late_and_asleep();
    a_child_of_fork();
  }
  std::puts("ok");
  return 0;
}
