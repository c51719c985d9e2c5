// Batches on any CPU: the run of 8 on one page, else one address after another.
#include <cstddef>
#include <cstdint>

#include "kernels.hpp"

namespace vmperf::tlb::scalar {
namespace {

#include "one.inl"

inline bool one_page(const std::uint64_t *va) {
  std::uint64_t differ = 0;
  for (std::size_t i = 1; i < kLanes; ++i) {
    differ |= va[i] ^ va[0];
  }
  return (differ & ~kOffset) == 0;
}

template <class Layout>
std::size_t translate(const BatchView &view, const std::uint64_t *va, std::uint64_t *pa,
                      std::uint8_t *fault, std::size_t n, std::uint32_t first,
                      std::uint32_t *misses) {
  Results results{pa, fault, misses, first, 0};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    if (one_page(va + i)) {
      const std::uint64_t found = Layout::lookup(view, va[i]);
      for (std::size_t j = i; j < i + kLanes; ++j) {
        results.put(j, found == kMiss ? kMiss : (found & ~kOffset) | (va[j] & kOffset));
      }
    } else {
      for (std::size_t j = i; j < i + kLanes; ++j) {
        results.put(j, Layout::lookup(view, va[j]));
      }
    }
  }
  for (; i < n; ++i) {
    results.put(i, Layout::lookup(view, va[i]));
  }
  return results.missed;
}

template <std::size_t kWords>
std::size_t sweep(void *cells, std::size_t n, SweepWords wanted, SweepWords masks) {
  auto *words = static_cast<std::uint64_t *>(cells);
  std::size_t emptied = 0;
  for (std::size_t i = 0; i < n; ++i, words += kWords) {
    bool same = ((words[0] ^ wanted.first) & masks.first) == 0;
    if constexpr (kWords == 2) {
      same = same && ((words[1] ^ wanted.second) & masks.second) == 0;
    }
    if (same && words[0] != 0) {
      __atomic_store_n(&words[0], 0, __ATOMIC_RELAXED); // of a wide entry the permissions
      ++emptied;
    }
  }
  return emptied;
}

// Volatile: no piece is torn, and no memset is made of it.
__attribute__((no_sanitize("thread"))) void clear(void *cells, std::size_t bytes) {
  using Vector [[gnu::vector_size(16), gnu::may_alias]] = std::uint64_t;
  auto *pieces = static_cast<volatile Vector *>(cells);
  for (std::size_t i = 0; i < bytes / sizeof(Vector); ++i) {
    pieces[i] = Vector{0, 0};
  }
}

std::uint64_t find8(const void *set, std::uint64_t wanted, std::uint64_t mask) {
  const auto *words = static_cast<const std::uint64_t *>(set);
  std::uint64_t found = 0;
  for (std::size_t way = 0; way < kLanes; ++way) {
    const std::uint64_t word = __atomic_load_n(&words[way], __ATOMIC_ACQUIRE);
    found = ((word ^ wanted) & mask) == 0 ? word : found;
  }
  return found;
}

} // namespace

BatchKernels kernels() noexcept {
  return {.name = "scalar",
          .packed = translate<Packed>,
          .wide = translate<Wide>,
          .sweep_packed = sweep<1>,
          .sweep_wide = sweep<2>,
          .find8 = find8,
          .clear = clear};
}

} // namespace vmperf::tlb::scalar
