// Calls of the malloc face whose order and results it prints, so that a recording can be held
// against them: `kind thread address old size`, from memory that it had before.
#include <malloc.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Line {
  const char *kind;
  int thread;
  std::uintptr_t address, old;
  std::size_t size;
};
Line g_lines[100000];
int g_n = 0;
pthread_mutex_t g_turn = PTHREAD_MUTEX_INITIALIZER;

void note(const char *kind, int thread, void *block, std::uintptr_t old, std::size_t size) {
  g_lines[g_n++] = {kind, thread, reinterpret_cast<std::uintptr_t>(block), old, size};
}

// Written by hand, since printf allocates.
void print() {
  static char text[1 << 23];
  std::size_t used = 0;
  for (int i = 0; i < g_n; ++i) {
    const Line &l = g_lines[i];
    used += static_cast<std::size_t>(std::snprintf(text + used, sizeof text - used,
                                                   "%s %d %zu %zu %zu\n", l.kind, l.thread,
                                                   l.address, l.old, l.size));
  }
  for (std::size_t at = 0; at < used;) {
    at += static_cast<std::size_t>(write(1, text + at, used - at));
  }
}

std::uint64_t g_state = 1;
std::uint64_t random_below(std::uint64_t bound) {
  g_state = g_state * 6364136223846793005U + 1442695040888963407U;
  return (g_state >> 33U) % bound;
}

constexpr int kSlots = 64;
void *g_blocks[kSlots];

void step(int thread) {
  void *&block = g_blocks[random_below(kSlots)];
  const std::size_t size = 1 + random_below(5000);
  const auto old = reinterpret_cast<std::uintptr_t>(block);
  if (block != nullptr && random_below(3) == 0) {
    void *moved = random_below(2) == 0 ? realloc(block, size) : reallocarray(block, size, 1);
    note("realloc", thread, moved, old, size);
    block = moved;
  } else if (block != nullptr) {
    note("free", thread, block, 0, 0);
    free(block);
    block = nullptr;
  } else {
    switch (random_below(7)) {
    case 0:
      block = calloc(2, size);
      return note("calloc", thread, block, 0, 2 * size);
    case 1:
      block = aligned_alloc(64, (size + 63) / 64 * 64);
      return note("aligned", thread, block, 6, (size + 63) / 64 * 64);
    case 2:
      if (posix_memalign(&block, 4096, size) == 0) {
        note("aligned", thread, block, 12, size);
      }
      return;
    case 3:
      block = memalign(256, size);
      return note("aligned", thread, block, 8, size);
    case 4:
      block = ::operator new(size);
      return note("malloc", thread, block, 0, size);
    case 5:
      block = realloc(nullptr, size);
      return note("malloc", thread, block, 0, size);
    default:
      block = malloc(size);
      return note("malloc", thread, block, 0, size);
    }
  }
}

void *work(void *argument) {
  const auto thread = static_cast<int>(reinterpret_cast<std::intptr_t>(argument));
  for (int i = 0; i < 3000; ++i) {
    pthread_mutex_lock(&g_turn);
    step(thread);
    pthread_mutex_unlock(&g_turn);
  }
  return nullptr;
}

void run_threads() {
  pthread_t threads[3];
  for (std::intptr_t i = 0; i < 3; ++i) {
    pthread_create(&threads[i], nullptr, work, reinterpret_cast<void *>(i + 1));
  }
  for (pthread_t thread : threads) {
    pthread_join(thread, nullptr);
  }
}

} // namespace

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "plain";
  for (int i = 0; i < 2000; ++i) {
    step(0);
  }
  if (std::strcmp(mode, "threads") == 0) {
    run_threads();
  } else if (std::strcmp(mode, "many") == 0) { // more than a buffer holds
    for (int i = 0; i < 40000; ++i) {
      step(0);
    }
  } else if (std::strcmp(mode, "fork") == 0) {
    const pid_t child = fork();
    for (int i = 0; i < 1000; ++i) {
      step(0);
    }
    if (child == 0) {
      g_n = 0;
      for (int i = 0; i < 500; ++i) {
        step(0);
      }
      _exit(7);
    }
    waitpid(child, nullptr, 0);
  }
  print();
  if (std::strcmp(mode, "crash") == 0) {
    raise(SIGKILL);
  } else if (std::strcmp(mode, "exec") == 0) {
    execl(argv[0], argv[0], "exit", nullptr);
  } else if (std::strcmp(mode, "exit") == 0) {
    _exit(5);
  }
  return 3;
}
