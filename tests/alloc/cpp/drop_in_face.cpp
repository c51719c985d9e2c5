// Each function of malloc's family as its manual page has it, whichever library gives them: run
// under the C library's own, too, so that a wrong expectation shows.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace {

int g_failed = 0;

void expect(bool ok, const char *what, int line) {
  if (!ok) {
    std::printf("line %d: %s\n", line, what);
    ++g_failed;
  }
}
#define EXPECT(condition) expect(condition, #condition, __LINE__)

template <class T> T *hidden(T *pointer) { // the compiler knows nothing of it any more
  T *volatile kept = pointer;
  return kept;
}

bool is_aligned(const void *block, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}

void zero_sizes() {
  void *a = hidden(std::malloc(0));
  void *b = hidden(std::malloc(0));
  EXPECT(a != nullptr && b != nullptr && a != b);
  std::free(a);
  std::free(b);
  std::free(nullptr);
  EXPECT(malloc_usable_size(nullptr) == 0);
  void *c = hidden(std::realloc(nullptr, 10));
  EXPECT(c != nullptr && std::realloc(c, 0) == nullptr);
}

void too_much() {
  volatile std::size_t most = PTRDIFF_MAX;
  errno = 0;
  EXPECT(hidden(std::malloc(most + 1)) == nullptr && errno == ENOMEM);
  errno = 0;
  EXPECT(hidden(std::malloc(most)) == nullptr && errno == ENOMEM);
  errno = 0;
  EXPECT(hidden(std::calloc(most / 2 + 2, 4)) == nullptr && errno == ENOMEM);
  errno = 0;
  char *block = static_cast<char *>(hidden(std::malloc(100)));
  std::strcpy(block, "kept");
  EXPECT(hidden(std::realloc(block, most)) == nullptr && errno == ENOMEM);
  EXPECT(std::strcmp(block, "kept") == 0);
  errno = 0;
  char *volatile same = block;
  EXPECT(hidden(reallocarray(same, most, 3)) == nullptr && errno == ENOMEM);
  std::free(block);
  int nothing = 0;
  void *to = &nothing;
  EXPECT(posix_memalign(&to, 64, most) == ENOMEM && to == &nothing);
}

void alignments() {
  void *to = nullptr;
  EXPECT(posix_memalign(&to, 3, 8) == EINVAL && to == nullptr);
  EXPECT(posix_memalign(&to, 0, 8) == EINVAL && posix_memalign(&to, 4, 8) == EINVAL);
  for (std::size_t alignment = 8; alignment <= std::size_t{2} << 20U; alignment *= 2) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, alignment, alignment + 1}) {
      void *a = nullptr;
      EXPECT(posix_memalign(&a, alignment, size) == 0 && is_aligned(a, alignment));
      EXPECT(malloc_usable_size(a) >= size);
      void *b = hidden(memalign(alignment, size));
      void *c = hidden(aligned_alloc(alignment, alignment * 2));
      EXPECT(is_aligned(b, alignment) && is_aligned(c, alignment));
      std::memset(a, 1, size);
      std::memset(b, 2, size);
      char *grown = static_cast<char *>(hidden(std::realloc(b, size * 3)));
      EXPECT(grown[0] == 2 && grown[size - 1] == 2);
      std::free(a);
      std::free(grown);
      std::free(c);
    }
  }
  void *page = hidden(valloc(10));
  EXPECT(is_aligned(page, static_cast<std::size_t>(getpagesize())));
  std::free(page);
}

void zeroed() {
  for (const std::size_t size : {24UL, 1000UL, 5000UL, 70'000UL, 3UL << 20U}) {
    for (int round = 0; round < 20; ++round) {
      char *dirty = static_cast<char *>(hidden(std::malloc(size)));
      std::memset(dirty, 0xa5, size);
      std::free(dirty);
      char *clean = static_cast<char *>(hidden(std::calloc(size / 8, 8)));
      EXPECT(std::all_of(clean, clean + size / 8 * 8, [](char c) { return c == 0; }));
      std::free(clean);
    }
  }
}

void sizes() {
  std::vector<std::pair<char *, std::size_t>> held;
  for (std::size_t size = 1; size < 600'000'000; size = size * 5 / 4 + 1) {
    char *block = static_cast<char *>(hidden(std::malloc(size)));
    EXPECT(block != nullptr && is_aligned(block, 16) && malloc_usable_size(block) >= size);
    block[0] = 1;
    block[size - 1] = 2;
    held.emplace_back(block, size);
  }
  for (auto [block, size] : held) {
    EXPECT(block[size - 1] == 2);
    char *smaller = static_cast<char *>(hidden(std::realloc(block, size / 2 + 1)));
    EXPECT(smaller != nullptr && (size == 1 || smaller[0] == 1));
    std::free(smaller);
  }
}

void operators() {
  auto *text = hidden(new std::string(1000, 'x'));
  EXPECT(text->size() == 1000);
  delete text;
  struct alignas(4096) Page {
    char bytes[4096];
  };
  auto *pages = hidden(new Page[3]);
  EXPECT(is_aligned(pages, 4096));
  delete[] pages;
  volatile std::size_t most = PTRDIFF_MAX;
  EXPECT(hidden(::operator new(most, std::nothrow)) == nullptr);
  static int handled = 0;
  std::set_new_handler([] {
    if (++handled == 3) {
      std::set_new_handler(nullptr);
    }
  });
  bool thrown = false;
  try {
    hidden(::operator new(most));
  } catch (const std::bad_alloc &) {
    thrown = true;
  }
  EXPECT(thrown && handled == 3);
  thrown = false;
  try {
    hidden(::operator new(most - 4096, std::align_val_t{64}));
  } catch (const std::bad_alloc &) {
    thrown = true;
  }
  EXPECT(thrown);
}

void library_calls() {
  char *copy = hidden(strdup("from the C library"));
  EXPECT(malloc_usable_size(copy) >= 19);
  std::free(copy);
  char *path = hidden(realpath("/proc/self/../self", nullptr));
  EXPECT(path != nullptr);
  std::free(path);
  EXPECT(malloc_trim(0) == 0 || malloc_trim(0) == 1);
  const auto before = mallinfo2();
  void *block = hidden(std::malloc(100'000));
  const auto after = mallinfo2();
  EXPECT(after.uordblks + after.hblkhd >= before.uordblks + before.hblkhd + 100'000);
  std::free(block);
}

} // namespace

int main() {
  zero_sizes();
  too_much();
  alignments();
  zeroed();
  sizes();
  operators();
  library_calls();
  std::puts(g_failed == 0 ? "ok" : "failed");
  return g_failed == 0 ? 0 : 1;
}
