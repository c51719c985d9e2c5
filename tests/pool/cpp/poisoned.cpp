// A write to a slot that was deallocated: AddressSanitizer must end this program.
#include <cstdio>

#include "vmperf/pool/stack_pool.hpp"

int main(int argc, char ** /*argv*/) {
  vmperf::pool::StackPool<long> pool;
  long *item = pool.allocate();
  *item = argc;
  std::puts("written while live");
  std::fflush(stdout);
  pool.deallocate(item);
  *static_cast<volatile long *>(item) = 1;
  std::puts("written after deallocate");
}
