// Copies and writes of memory that somebody else may look at: without tearing, by volatile loops,
// and plainly. They are designs of benchmarks of their own: what tears is no rival of what does
// not.
#include <atomic>
#include <cstring>

#include "designs.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/guest.hpp"

namespace vmperf::memops {
namespace {

// Sizes here are multiples of 64 and the sides aligned alike, as a ring or a page in guest memory.
template <class Word> struct VolatileCopy {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    auto *to = static_cast<volatile Word *>(dst);
    const auto *from = static_cast<const volatile Word *>(src);
    for (std::size_t i = 0; i < n / sizeof(Word); ++i) {
      to[i] = from[i];
    }
  }
};

struct RelaxedCopy {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    auto *to = static_cast<std::uint64_t *>(dst);
    const auto *from = static_cast<const std::uint64_t *>(src);
    for (std::size_t i = 0; i < n / sizeof(std::uint64_t); ++i) {
      __atomic_store_n(to + i, __atomic_load_n(from + i, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    }
  }
};

// Lines of a known length, or compilers leave the plain loops unvectorised at -O2.
constexpr std::size_t kLineWords = 64 / sizeof(std::uint32_t);

struct PlainCopy {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    auto *__restrict to = static_cast<std::uint32_t *>(dst);
    const auto *__restrict from = static_cast<const std::uint32_t *>(src);
    for (std::size_t left = n / 64; left != 0; --left, to += kLineWords, from += kLineWords) {
      for (std::size_t i = 0; i < kLineWords; ++i) {
        to[i] = from[i];
      }
    }
  }
};

[[gnu::always_inline]] inline std::uint64_t splat(unsigned char byte) {
  return byte * 0x0101010101010101U;
}

template <class Word> struct VolatileFill {
  [[gnu::always_inline]] void operator()(void *dst, unsigned char byte, std::size_t n) const {
    auto *to = static_cast<volatile Word *>(dst);
    const auto word = static_cast<Word>(splat(byte));
    for (std::size_t i = 0; i < n / sizeof(Word); ++i) {
      to[i] = word;
    }
  }
};

struct RelaxedFill {
  [[gnu::always_inline]] void operator()(void *dst, unsigned char byte, std::size_t n) const {
    auto *to = static_cast<std::uint64_t *>(dst);
    for (std::size_t i = 0; i < n / sizeof(std::uint64_t); ++i) {
      __atomic_store_n(to + i, splat(byte), __ATOMIC_RELAXED);
    }
  }
};

struct PlainFill {
  [[gnu::always_inline]] void operator()(void *dst, unsigned char byte, std::size_t n) const {
    auto *to = static_cast<std::uint32_t *>(dst);
    const auto word = static_cast<std::uint32_t>(splat(byte));
    for (std::size_t left = n / 64; left != 0; --left, to += kLineWords) {
      for (std::size_t i = 0; i < kLineWords; ++i) {
        to[i] = word;
      }
    }
  }
};

struct NaiveFill {
  [[gnu::always_inline]] void operator()(void *dst, unsigned char byte, std::size_t n) const {
    auto *to = static_cast<unsigned char *>(dst);
    for (std::size_t i = 0; i < n; ++i) {
      to[i] = bench::opaque(byte);
    }
  }
};

class GuestCopy {
public:
  explicit GuestCopy(std::size_t atom) : atom_(atom) {
    static_cast<void>(guest_copier(atom)); // an atom that isn't there is told now
  }
  void operator()(void *dst, const void *src, std::size_t n) const {
    guest_copy(dst, src, n, atom_);
  }

private:
  std::size_t atom_;
};

void check_words(const bench::Params &params) {
  const std::size_t n = params.get_size("size_bytes", 64, kMostBytes / 4);
  if (n % 64 != 0) {
    throw InvalidArgumentError("size_bytes", std::to_string(n), "a multiple of 64");
  }
}

CopyTable make_words(const bench::Params &params) {
  check_words(params);
  return make_guest(params);
}

template <class Fn> bench::Maker word_fill_maker(Fn fn) {
  return [make = fill_maker(fn)](const bench::Params &params) {
    check_words(params);
    return make(params);
  };
}

bench::Benchmark &declare_words(bench::Registry &registry, const char *id) {
  return registry.benchmark(id)
      .fooled_by("volatile neither bypasses the caches nor is it a barrier: it keeps the compiler "
                 "from merging and vectorising accesses, and that is all that it costs")
      .fooled_by("nobody races: a line that another core writes costs far more than any loop")
      .fooled_by("one size all the time, hot in the nearest cache")
      .varies("each op copies or writes other bytes")
      .tag("reference")
      .axis("size_bytes", {64, 256, 1024, 4096}, 1024);
}

void declare_volatile(bench::Registry &registry) {
  const auto copier = [](auto fn) { return plain_maker(fn, make_words); };
  declare_words(registry, "memops/volatile_vs_plain")
      .summary("copies of one size, by volatile words, relaxed atomics, vectors that do not tear, "
               "and plainly")
      .op("one copy of size_bytes")
      .design("volatile_u8", "a loop over volatile bytes", copier(VolatileCopy<std::uint8_t>()))
      .design("volatile_u32", "a loop over volatile words of 4 bytes",
              copier(VolatileCopy<std::uint32_t>()))
      .design("volatile_u64", "a loop over volatile words of 8 bytes",
              copier(VolatileCopy<std::uint64_t>()))
      .design("relaxed_u64", "a loop over relaxed atomics of 8 bytes", copier(RelaxedCopy()))
      .design("plain_u32", "a loop over plain words of 4 bytes: the compiler's own copy",
              copier(PlainCopy()))
      .designs("memops");
  declare_words(registry, "memops/volatile_write")
      .summary("writes of one size, by volatile words, relaxed atomics, and plainly")
      .op("size_bytes written")
      .design("volatile_u8", "a loop over volatile bytes",
              word_fill_maker(VolatileFill<std::uint8_t>()))
      .design("volatile_u32", "a loop over volatile words of 4 bytes",
              word_fill_maker(VolatileFill<std::uint32_t>()))
      .design("volatile_u64", "a loop over volatile words of 8 bytes",
              word_fill_maker(VolatileFill<std::uint64_t>()))
      .design("relaxed_u64", "a loop over relaxed atomics of 8 bytes",
              word_fill_maker(RelaxedFill()))
      .design("plain_u32", "a loop over plain words of 4 bytes", word_fill_maker(PlainFill()))
      .designs("memops");
}

void add_designs(bench::Registry &registry) {
  registry.design("memops", "best").runs("memops/guest_copy", [](const bench::Params &params) {
    return plain_maker(GuestCopy(params.get_size("atom", 8)), make_guest)(params);
  });
  registry.design("memops", "naive")
      .runs("memops/guest_copy", plain_maker(VolatileCopy<std::uint8_t>(), make_guest))
      .runs("memops/volatile_vs_plain", plain_maker(NaiveCopy(), make_words))
      .runs("memops/volatile_write", word_fill_maker(NaiveFill()));
  const Indirect<Ops::Copy> libc_copy(std::memcpy);
  using Memset = void *(void *, int, std::size_t);
  registry.design("memops", "libc")
      .runs("memops/guest_copy", plain_maker(libc_copy, make_guest))
      .runs("memops/volatile_vs_plain", plain_maker(libc_copy, make_words))
      .runs("memops/volatile_write", word_fill_maker(Indirect<Memset>(std::memset)));
  for (const std::size_t atom : {8U, 16U, 32U}) {
    registry
        .design("memops", "guest_" + std::to_string(atom),
                "memops::guest_copy with atoms of " + std::to_string(atom) + " bytes")
        .runs("memops/volatile_vs_plain", [atom](const bench::Params &params) {
          return plain_maker(GuestCopy(atom), make_words)(params);
        });
  }
}

} // namespace

void declare_benches_guest(bench::Registry &registry) {
  registry.benchmark("memops/guest_copy")
      .summary("copies that do not tear within `atom` bytes, between buffers hot in the nearest "
               "cache; libc, which may tear, is the ceiling")
      .op("one copy of size_bytes")
      .fooled_by("nobody races: what another core's writes cost is not here")
      .fooled_by(
          "src_align=0 lets both sides go by whole atoms; else a private buffer lies between")
      .fooled_by("atom=32 is observed not to tear, and promised by no manual")
      .varies("each op copies other bytes")
      .designs("memops")
      .axis("size_bytes", {64, 256, 1024, 4096}, 1024)
      .axis("atom", {8, 16, 32}, 16)
      .axis("src_align", {0, 1, 8}, 0);
  declare_volatile(registry);
  add_designs(registry);
}

} // namespace vmperf::memops
