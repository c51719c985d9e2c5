#include "functions.hpp"

#include <cstring>

#include "vmperf/os/preloaded.hpp"

namespace vmperf::trace {

constinit Early g_early{};
constinit std::atomic<const Functions *> g_found = nullptr;

namespace {

constinit Functions g_next{};
constinit thread_local bool g_looking [[gnu::tls_model("initial-exec")]] = false;

template <class F> void find(F &function, const char *name) noexcept {
  function = reinterpret_cast<F>(os::find_next_symbol(name));
}

} // namespace

// Two threads may do this at once: they find the same.
[[gnu::cold, gnu::noinline]] const Functions &look_up() noexcept {
  static constexpr Functions kNone{};
  if (g_looking) {
    return kNone;
  }
  g_looking = true;
  find(g_next.malloc, "malloc");
  find(g_next.calloc, "calloc");
  find(g_next.realloc, "realloc");
  find(g_next.free, "free");
  find(g_next.aligned_alloc, "aligned_alloc");
  find(g_next.posix_memalign, "posix_memalign");
  find(g_next.memalign, "memalign");
  g_found.store(&g_next, std::memory_order_release);
  g_looking = false;
  return g_next;
}

void *early_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t least = alignment < 16 ? 16 : alignment;
  if (bytes > kEarlyBytes || least > kEarlyBytes) {
    return nullptr;
  }
  const std::size_t whole = bytes + 16 + least;
  const std::size_t begin = g_early.used.fetch_add(whole, std::memory_order_relaxed);
  if (begin + whole > kEarlyBytes) {
    return nullptr;
  }
  const auto address = reinterpret_cast<std::uintptr_t>(g_early.bytes.data()) + begin + 16;
  const std::uintptr_t aligned = (address + least - 1) & ~(least - 1);
  auto *block =
      g_early.bytes.data() + (aligned - reinterpret_cast<std::uintptr_t>(g_early.bytes.data()));
  std::memcpy(block - sizeof bytes, &bytes, sizeof bytes);
  return block;
}

std::size_t early_size(const void *block) noexcept {
  std::size_t bytes = 0;
  std::memcpy(&bytes, static_cast<const std::byte *>(block) - sizeof bytes, sizeof bytes);
  return bytes;
}

} // namespace vmperf::trace
