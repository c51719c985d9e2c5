// HandlePool, whose close() runs without the interpreter's lock: other threads ask meanwhile
// whether it is closed, and give slabs back. Compiled under ThreadSanitizer.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "vmperf/pool/handle_pool.hpp"

using namespace vmperf::pool;

namespace {

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

void closed_while_others_look(Layout layout, bool checked) {
  HandlePool pool({.capacity = 100, .layout = layout, .checked = checked});
  Slab slab = pool.take_slab(4096);
  std::atomic<int> n_ready = 0;
  std::thread asks([&] {
    ++n_ready;
    while (!pool.is_closed()) {
      std::this_thread::yield();
    }
  });
  std::thread gives([&] {
    ++n_ready;
    pool.give_back(std::move(slab));
  });
  while (n_ready != 2) {
    std::this_thread::yield();
  }
  pool.close();
  asks.join();
  gives.join();
  require(pool.is_closed(), "closed");
  pool.close();
}

} // namespace

int main() {
  for (const Layout layout : {Layout::array, Layout::intrusive}) {
    closed_while_others_look(layout, true);
    closed_while_others_look(layout, false);
  }
  std::puts("ok");
}
