// Binary trees on a heap of this project, a process of its own: `trees DEPTH HEAP_KIB NURSERY_KIB`.
// Prints the nodes that were met; exits with 3 where the heap is too small.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "vmperf/gc/mutators/heap_space.hpp"
#include "vmperf/gc/mutators/trees.hpp"

int main(int count, char **words) {
  namespace gc = vmperf::gc;
  if (count != 4) {
    return 2;
  }
  const auto number = [&](int i) { return std::strtoull(words[i], nullptr, 10); };
  gc::Options options;
  options.heap_bytes = number(2) << 10U;
  options.nursery_bytes = number(3) << 10U;
  options.pretouch = false; // what is not needed must not count as resident
  using Space =
      gc::HeapSpace<gc::Policy<gc::CollectorKind::gen_immix, gc::BarrierKind::object_log>>;
  try {
    Space space(options);
    gc::BinaryTrees<Space> trees(space, {.size = number(1)});
    unsigned long long met = 0;
    for (int i = 0; i < 16; ++i) {
      met += trees.step();
    }
    std::printf("%llu\n", met);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
  return 0;
}
