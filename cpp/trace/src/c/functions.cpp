#include "functions.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "vmperf/os/preloaded.hpp"

namespace vmperf::trace {
namespace {

constexpr std::size_t kEarlyBytes = 65536;
struct Early {
  alignas(64) std::array<std::byte, kEarlyBytes> bytes{};
  std::atomic<std::size_t> used = 0;
};
constinit Early g_early{};
constinit Functions g_next{};
constinit std::atomic<bool> g_found = false;
constinit thread_local bool g_looking [[gnu::tls_model("initial-exec")]] = false;

template <class F> void find(F &function, const char *name) noexcept {
  function = reinterpret_cast<F>(os::find_next_symbol(name));
}

// Two threads may do this at once: they find the same.
[[gnu::cold, gnu::noinline]] void look_up() noexcept {
  g_looking = true;
  Functions found{};
  find(found.malloc, "malloc");
  find(found.calloc, "calloc");
  find(found.realloc, "realloc");
  find(found.free, "free");
  find(found.aligned_alloc, "aligned_alloc");
  find(found.posix_memalign, "posix_memalign");
  find(found.memalign, "memalign");
  g_next = found;
  g_found.store(true, std::memory_order_release);
  g_looking = false;
}

} // namespace

const Functions &next() noexcept {
  static constexpr Functions kNone{};
  if (!g_found.load(std::memory_order_acquire)) [[unlikely]] {
    if (g_looking) {
      return kNone;
    }
    look_up();
  }
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

bool is_early(const void *block) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(block);
  const auto begin = reinterpret_cast<std::uintptr_t>(g_early.bytes.data());
  return at - begin < kEarlyBytes;
}

std::size_t early_size(const void *block) noexcept {
  std::size_t bytes = 0;
  std::memcpy(&bytes, static_cast<const std::byte *>(block) - sizeof bytes, sizeof bytes);
  return bytes;
}

} // namespace vmperf::trace
