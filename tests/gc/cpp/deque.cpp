// An owner and two thieves: each item, which points to a plain number that the owner wrote, comes
// out exactly once, through growth and the race for the last one.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#include "vmperf/gc/deque.hpp"

int main() {
  using vmperf::gc::Stolen;
  constexpr std::uint64_t kItems = 50000;
  vmperf::gc::WorkDeque<std::uint64_t *> deque(2);
  std::vector<std::uint64_t> numbers(kItems, 0);
  std::vector<std::atomic<int>> times(kItems);
  std::atomic<bool> done{false};
  const auto got = [&](const std::uint64_t *item) {
    times[*item].fetch_add(1, std::memory_order_relaxed);
  };
  std::vector<std::thread> thieves;
  for (int i = 0; i < 2; ++i) {
    thieves.emplace_back([&] {
      while (!done.load(std::memory_order_relaxed)) {
        std::uint64_t *item = nullptr;
        if (deque.steal(item) == Stolen::item) {
          got(item);
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  std::uint64_t *item = nullptr;
  for (std::uint64_t i = 0; i < kItems; ++i) {
    numbers[i] = i;
    deque.push(&numbers[i]);
    if (i % 100 == 99) {
      std::this_thread::yield();
    }
    if (i % 3 == 0 && deque.take(item)) {
      got(item);
    }
  }
  while (deque.take(item)) {
    got(item);
  }
  done.store(true, std::memory_order_relaxed);
  for (std::thread &thief : thieves) {
    thief.join();
  }
  std::uint64_t wrong = 0;
  for (const auto &n : times) {
    wrong += n.load() == 1 ? 0 : 1;
  }
  std::printf(wrong == 0 ? "ok\n" : "%llu items lost or twice\n",
              static_cast<unsigned long long>(wrong));
  return wrong == 0 ? 0 : 1;
}
