// Batches on any CPU: the run of 8 on one page, else one address after another.
#include <cstddef>
#include <cstdint>

#include "kernels.hpp"

namespace vmperf::tlb::scalar {
namespace {

constexpr unsigned kPageShift = 12;
constexpr std::uint64_t kOffset = 0xfff;
constexpr std::uint64_t kMiss = ~std::uint64_t{0};
constexpr std::size_t kRun = 8;

inline std::uint64_t set_of(const BatchView &view, std::uint64_t va) {
  const std::uint64_t vpn = va >> kPageShift;
  return (vpn ^ (vpn >> view.fold)) & view.set_mask;
}

struct Packed {
  static std::uint64_t lookup(const BatchView &view, std::uint64_t va) {
    const auto *cells = static_cast<const std::uint64_t *>(view.cells);
    const std::uint64_t e = __atomic_load_n(&cells[set_of(view, va)], __ATOMIC_ACQUIRE);
    const std::uint64_t x = e ^ ((va << 16U) & view.tag_mask);
    const bool canonical =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(va << 16U) >> 16U) == va;
    const bool hit = ((x ^ view.key) & view.mask) == 0 || ((x ^ view.global_key) & view.mask) == 0;
    const std::uint64_t ppn = e & ((std::uint64_t{1} << view.ppn_bits) - 1);
    return hit && canonical ? (ppn << kPageShift) | (va & kOffset) : kMiss;
  }
};

struct Wide {
  using Vector [[gnu::vector_size(16), gnu::may_alias]] = std::uint64_t;
  static std::uint64_t lookup(const BatchView &view, std::uint64_t va) {
    const auto *cells = static_cast<const volatile Vector *>(view.cells);
    const Vector e = cells[set_of(view, va)];
    const std::uint64_t data = e[1] - (view.key >> kPageShift);
    const std::uint64_t global = e[1] - (view.global_key >> kPageShift);
    const std::uint64_t x = e[0] ^ (va & ~kOffset);
    if ((((x ^ (view.key & kOffset)) & view.mask) | (data & kOffset)) == 0) {
      return va + data;
    }
    const bool hit = (((x ^ (view.global_key & kOffset)) & view.mask) | (global & kOffset)) == 0;
    return hit ? va + global : kMiss;
  }
};

inline bool one_page(const std::uint64_t *va) {
  std::uint64_t differ = 0;
  for (std::size_t i = 1; i < kRun; ++i) {
    differ |= va[i] ^ va[0];
  }
  return (differ & ~kOffset) == 0;
}

template <class Layout>
std::size_t translate(const BatchView &view, const std::uint64_t *va, std::uint64_t *pa,
                      std::uint8_t *fault, std::size_t n, std::uint32_t first,
                      std::uint32_t *misses) {
  std::size_t missed = 0;
  const auto put = [&](std::size_t i, std::uint64_t found) {
    pa[i] = found;
    fault[i] = found == kMiss ? 1 : 0;
    if (found == kMiss) {
      misses[missed++] = first + static_cast<std::uint32_t>(i);
    }
  };
  std::size_t i = 0;
  for (; i + kRun <= n; i += kRun) {
    if (one_page(va + i)) {
      const std::uint64_t found = Layout::lookup(view, va[i]);
      for (std::size_t j = 0; j < kRun; ++j) {
        put(i + j, found == kMiss ? kMiss : (found & ~kOffset) | (va[i + j] & kOffset));
      }
    } else {
      for (std::size_t j = 0; j < kRun; ++j) {
        put(i + j, Layout::lookup(view, va[i + j]));
      }
    }
  }
  for (; i < n; ++i) {
    put(i, Layout::lookup(view, va[i]));
  }
  return missed;
}

} // namespace

BatchKernels kernels() noexcept {
  return {.name = "scalar", .packed = translate<Packed>, .wide = translate<Wide>};
}

} // namespace vmperf::tlb::scalar
