// One address over a BatchView: what every unit does with the rest of a batch and with runs.
constexpr unsigned kPageShift = 12;
constexpr std::uint64_t kOffset = 0xfff;
constexpr std::uint64_t kMiss = ~std::uint64_t{0};
constexpr std::size_t kLanes = 8;

inline std::uint64_t set_of(const BatchView &view, std::uint64_t va) {
  const std::uint64_t vpn = va >> kPageShift;
  return (vpn ^ (vpn >> view.fold)) & view.set_mask;
}

struct Packed {
  static std::uint64_t lookup(const BatchView &view, std::uint64_t va) {
    const auto *cells = static_cast<const std::uint64_t *>(view.cells);
    const std::uint64_t e = __atomic_load_n(&cells[set_of(view, va)], __ATOMIC_ACQUIRE);
    const std::uint64_t x = e ^ ((va << 16U) & view.tag_mask);
    // NOLINTNEXTLINE(bugprone-signed-bitwise): the sign is what is shifted in
    const auto extended = static_cast<std::uint64_t>(static_cast<std::int64_t>(va << 16U) >> 16U);
    const bool canonical = extended == va;
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
    const std::uint64_t x = e[0] ^ (va & ~kOffset);
    const std::uint64_t own = e[1] - (view.key >> kPageShift);
    if ((((x ^ (view.key & kOffset)) & view.mask) | (own & kOffset)) == 0) {
      return va + own;
    }
    const std::uint64_t global = e[1] - (view.global_key >> kPageShift);
    if ((((x ^ (view.global_key & kOffset)) & view.mask) | (global & kOffset)) == 0) {
      return va + global;
    }
    return kMiss;
  }
};

/// Where the results of a batch go.
struct Results {
  std::uint64_t *pa;
  std::uint8_t *fault;
  std::uint32_t *misses;
  std::uint32_t first;
  std::size_t missed;

  void put(std::size_t i, std::uint64_t found) {
    pa[i] = found;
    fault[i] = found == kMiss ? 1 : 0;
    if (found == kMiss) {
      misses[missed++] = first + static_cast<std::uint32_t>(i);
    }
  }
};
