// Blocks from before any constructor, the preloaded library's own too: live through main, and freed
// by a destructor that runs last.
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

char *g_early = nullptr;
char *g_constructed = nullptr;

void before_all(int, char **, char **) {
  g_early = static_cast<char *>(std::malloc(5000));
  std::strcpy(g_early, "early");
}

[[gnu::section(".preinit_array"), gnu::used]] void (*g_before)(int, char **, char **) = &before_all;

[[gnu::constructor(101)]] void construct() {
  g_constructed = static_cast<char *>(std::calloc(1, 300'000));
}

[[gnu::destructor(101)]] void destroy() {
  g_early = static_cast<char *>(std::realloc(g_early, 100'000));
  const bool kept = g_early != nullptr && std::strcmp(g_early, "early") == 0;
  std::free(g_early);
  std::free(g_constructed);
  if (!kept) {
    std::_Exit(4);
  }
}

} // namespace

int main() {
  const bool ok = std::strcmp(g_early, "early") == 0 && g_constructed[299'999] == 0;
  std::puts(ok ? "ok" : "failed");
  return ok ? 0 : 1;
}
