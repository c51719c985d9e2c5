// Forks in the midst of other threads' allocations: each child allocates, frees blocks that others
// had made before the fork, starts a thread of its own and ends.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

constexpr int kChildren = 60;
constexpr int kThreads = 3;
constexpr std::size_t kSlots = 64;

std::atomic<bool> g_stop{false};
std::atomic<char *> g_shared[kSlots];

void churn(unsigned seed) {
  for (unsigned k = seed; !g_stop.load(std::memory_order_relaxed); k = k * 1664525U + 1013904223U) {
    const std::size_t size = 1 + (k >> 8U) % ((k & 0xf0U) == 0 ? 300'000U : 2000U);
    char *made = static_cast<char *>(std::malloc(size));
    made[0] = 'm';
    std::free(g_shared[(k >> 4U) % kSlots].exchange(made));
  }
}

int child() {
  for (auto &slot : g_shared) {
    char *block = slot.exchange(nullptr);
    if (block != nullptr && block[0] != 'm') {
      return 2;
    }
    std::free(block);
  }
  std::vector<char *> blocks;
  for (std::size_t i = 0; i < 2000; ++i) {
    char *block = static_cast<char *>(std::calloc(1, 16 + i % 5000));
    if (block == nullptr || block[15] != 0) {
      return 3;
    }
    block[15] = 1;
    blocks.push_back(block);
  }
  std::thread other([&blocks] {
    for (char *block : blocks) {
      std::free(block);
    }
  });
  other.join();
  return 0;
}

} // namespace

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(churn, static_cast<unsigned>(i) * 77 + 1);
  }
  int failed = 0;
  for (int i = 0; i < kChildren; ++i) {
    const pid_t made = fork();
    if (made == 0) {
      alarm(30); // a lock that stays held shows as a death
      _exit(child());
    }
    int status = 0;
    waitpid(made, &status, 0);
    failed += status != 0 ? 1 : 0;
    if (status != 0) {
      std::printf("child %d: status %x\n", i, static_cast<unsigned>(status));
    }
  }
  g_stop = true;
  for (std::thread &thread : threads) {
    thread.join();
  }
  std::puts(failed == 0 ? "ok" : "failed");
  return failed == 0 ? 0 : 1;
}
