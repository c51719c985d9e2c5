// stress SHAPE [--threads N] [--ops N] [--seed N]: one shape of multi-threaded allocation, for
// whichever malloc the process has. Prints what was done, the same under each allocator; exit
// status 1 where a block's content was not what had been written, 2 for usage, 3 without memory.
#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "shapes.hpp"

namespace {

int usage() {
  std::fputs("usage: stress SHAPE [--threads 1..256] [--ops N] [--seed N]\n", stderr);
  for (const stress::Shape &shape : stress::kShapes) {
    std::fprintf(stderr, "  %-14s %s\n", shape.name, shape.summary);
  }
  return 2;
}

bool read_number(const char *text, std::uint64_t most, std::uint64_t &number) {
  char *end = nullptr;
  errno = 0;
  number = std::strtoull(text, &end, 10);
  return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && number <= most;
}

bool read_option(const char *name, const char *value, stress::Setup &setup) {
  std::uint64_t number = 0;
  if (std::strcmp(name, "--threads") == 0) {
    const bool ok = read_number(value, 256, number) && number > 0;
    setup.threads = static_cast<unsigned>(number);
    return ok;
  }
  if (std::strcmp(name, "--ops") == 0) {
    return read_number(value, std::uint64_t{1} << 40U, setup.ops);
  }
  return std::strcmp(name, "--seed") == 0 && read_number(value, UINT64_MAX, setup.seed);
}

} // namespace

int main(int argc, char **argv) {
  const stress::Shape *chosen = nullptr;
  for (const stress::Shape &shape : stress::kShapes) {
    chosen = argc > 1 && std::strcmp(argv[1], shape.name) == 0 ? &shape : chosen;
  }
  stress::Setup setup;
  bool ok = chosen != nullptr && argc % 2 == 0;
  for (int i = 2; ok && i + 1 < argc; i += 2) {
    ok = read_option(argv[i], argv[i + 1], setup);
  }
  if (!ok) {
    return usage();
  }
  const stress::Tally done = chosen->run(setup);
  std::printf("%s: threads %u, blocks %" PRIu64 ", checksum %016" PRIx64 ", damaged %" PRIu64 "\n",
              chosen->name, setup.threads, done.blocks, done.checksum, done.damaged);
  return done.damaged == 0 ? 0 : 1;
}
