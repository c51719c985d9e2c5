// One wrong call, by name: what the checked drop-in must say and end.
#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  char *volatile block = static_cast<char *>(std::malloc(100));
  char *volatile large = static_cast<char *>(std::malloc(500'000));
  char stack[64];
  char *volatile on_stack = stack;
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  std::printf("%p %p\n", static_cast<void *>(block), static_cast<void *>(large));
  if (std::strcmp(what, "double") == 0) {
    std::free(block);
    std::free(block);
  } else if (std::strcmp(what, "double_large") == 0) {
    std::free(large);
    std::free(large);
  } else if (std::strcmp(what, "foreign") == 0) {
    std::free(on_stack);
  } else if (std::strcmp(what, "interior") == 0) {
    std::free(block + 16);
  } else if (std::strcmp(what, "interior_large") == 0) {
    std::free(large + 65'536);
  } else if (std::strcmp(what, "misaligned") == 0) {
    std::free(block + 3);
  } else if (std::strcmp(what, "realloc") == 0) {
    std::free(block);
    block = static_cast<char *>(std::realloc(block, 200));
  } else if (std::strcmp(what, "delete") == 0) {
    ::operator delete(block);
    ::operator delete(block);
  } else {
    std::free(block);
    std::free(large);
  }
  std::puts("survived");
  return 0;
}
