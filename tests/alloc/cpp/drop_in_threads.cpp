// Threads that end with live blocks, which others free; blocks of destructors that run at a
// thread's very end; memory that stays bounded over thousands of threads.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

pthread_key_t g_key;
std::atomic<int> g_late{0};

// Comes again and again, as long as glibc lets it: later than any other destructor.
void at_the_end(void *value) {
  char *block = static_cast<char *>(value);
  std::free(block);
  block = static_cast<char *>(std::malloc(777));
  std::memset(block, 7, 777);
  if (g_late.fetch_add(1) % 4 != 3) {
    pthread_setspecific(g_key, block);
  } else {
    std::free(block);
  }
}

struct Local {
  char *block = nullptr;
  ~Local() { std::free(block); }
};
thread_local Local t_local;

long resident_kib() {
  long pages = 0;
  long resident = 0;
  std::FILE *file = std::fopen("/proc/self/statm", "r");
  const bool read = file != nullptr && std::fscanf(file, "%ld %ld", &pages, &resident) == 2;
  if (file != nullptr) {
    std::fclose(file);
  }
  return read ? resident * (getpagesize() / 1024) : 0;
}

bool round_of(std::vector<char *> &left) {
  std::vector<char *> before;
  before.swap(left);
  bool whole = true;
  std::thread([&] {
    t_local.block = static_cast<char *>(std::malloc(500));
    pthread_setspecific(g_key, std::malloc(50));
    for (char *block : before) { // of a thread that has ended
      whole = whole && block[0] == 'l' && block[99] == 'l';
      std::free(block);
    }
    for (int i = 0; i < 300; ++i) {
      char *block = static_cast<char *>(std::malloc(100 + static_cast<std::size_t>(i) * 10));
      std::memset(block, 'l', 100);
      left.push_back(block);
    }
  }).join();
  return whole;
}

} // namespace

int main() {
  pthread_key_create(&g_key, at_the_end);
  std::vector<char *> left;
  bool ok = true;
  for (int i = 0; i < 200; ++i) {
    ok = round_of(left) && ok;
  }
  const long after_few = resident_kib();
  for (int i = 0; i < 3000; ++i) {
    ok = round_of(left) && ok;
  }
  const long grown = resident_kib() - after_few;
  if (grown > 32 * 1024) {
    std::printf("grown by %ld KiB\n", grown);
    ok = false;
  }
  std::puts(ok ? "ok" : "failed");
  return ok ? 0 : 1;
}
