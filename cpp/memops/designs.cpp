// The designs of memops: its own policies and tiers, what one writes at once, the C library and the
// standard algorithms. Choose one: README.md, "Which policy".
#include "designs.hpp"

#include <cstring>

#include "benches.hpp"
#include "src/rep_movsb.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/fill.hpp"

namespace vmperf::memops {
namespace {

using bench::Availability;
using bench::Design;

template <Hint kHint> struct HintedCopy {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    copy(dst, src, n, kHint);
  }
};

struct PublicMove {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    move(dst, src, n);
  }
};

struct NaiveMove {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    auto *to = static_cast<unsigned char *>(dst);
    const auto *from = static_cast<const unsigned char *>(src);
    if (to <= from) {
      NaiveCopy()(dst, src, n);
      return;
    }
    for (std::size_t i = n; i-- != 0;) {
      to[i] = bench::opaque(from[i]);
    }
  }
};

struct StdMove {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    auto *to = static_cast<unsigned char *>(dst);
    const auto *from = static_cast<const unsigned char *>(src);
    if (to <= from) {
      std::copy(from, from + n, to);
    } else {
      std::copy_backward(from, from + n, to + n);
    }
  }
};

template <Hint kHint> struct PublicFill {
  [[gnu::always_inline]] void operator()(void *dst, unsigned char byte, std::size_t n) const {
    fill(dst, byte, n, kHint);
  }
};

struct NaiveFill {
  [[gnu::always_inline]] void operator()(void *dst, unsigned char byte, std::size_t n) const {
    auto *to = static_cast<unsigned char *>(dst);
    for (std::size_t i = 0; i < n; ++i) {
      to[i] = bench::opaque(byte); // or compilers make a call of memset of the loop
    }
  }
};

template <class Fn> void run_copies(Design &design, Fn fn) {
  design.runs("memops/copy", copy_maker(fn, make_pairs))
      .runs("memops/copy_mix", copy_maker(fn, make_mix));
}

void add_level(Design &design, Level level) {
  const auto from_pointer = [](CopyTable (*make)(const bench::Params &)) {
    return [make](Ops::Copy *copier) { return copy_maker(Indirect<Ops::Copy>(copier), make); };
  };
  design.runs("memops/copy", level_maker(level, &Ops::copy_balanced, from_pointer(make_pairs)))
      .runs("memops/copy_mix", level_maker(level, &Ops::copy_balanced, from_pointer(make_mix)))
      .runs("memops/move", level_maker(level, &Ops::copy_balanced,
                                       [](Ops::Copy *mover) {
                                         return plain_maker(Indirect<Ops::Copy>(mover),
                                                            make_shifts);
                                       }))
      .runs("memops/fill", level_maker(level, &Ops::fill, [](Ops::Fill *filler) {
              return fill_maker(Indirect<Ops::Fill>(filler));
            }));
}

void add_levels(bench::Registry &registry) {
  for (const Level level : kLevels) {
    const std::string name(name_of(level));
    Design &design =
        registry.design("memops", name,
                        "memops at SIMD level " + name +
                            " behind a pointer, policy balanced where policies differ");
    design.available([level] { return probe_level(level); });
    add_level(design, level);
  }
}

Availability probe_rep_movsb() {
  if (rep_movsb() != nullptr) {
    return {};
  }
  return {bench::Status::unsupported, "rep movsb is an instruction of x86-64", ""};
}

// The public functions by policy and by hint, and `best`, which leaves both to them.
void add_public(bench::Registry &registry) {
  const auto add = [&registry](const char *name, const char *summary) -> Design & {
    return registry.design("memops", name, summary);
  };
  run_copies(add("throughput", "memops::copy<throughput>, best tier: masked small copies, "
                               "with page guard; below AVX-512 the policies are one code"),
             PublicCopy<Policy::throughput>());
  run_copies(add("balanced", "memops::copy, best tier: masked up to 16 bytes, plain above; below "
                             "AVX-512 the policies are one code"),
             PublicCopy<Policy::balanced>());
  run_copies(add("forward", "memops::copy<forward>, best tier: plain overlapping stores"),
             PublicCopy<Policy::forward>());
  add("best", "the public function of memops, best tier")
      .runs("memops/move", plain_maker(PublicMove(), make_shifts))
      .runs("memops/fill", fill_maker(PublicFill<Hint::automatic>()));
  add("stream", "the public function with Hint::stream: past the caches from 1 KiB")
      .runs("memops/copy", copy_maker(HintedCopy<Hint::stream>(), make_pairs))
      .runs("memops/fill", fill_maker(PublicFill<Hint::stream>()));
  add("temporal", "the public function with Hint::temporal: never past the caches")
      .runs("memops/copy", copy_maker(HintedCopy<Hint::temporal>(), make_pairs))
      .runs("memops/fill", fill_maker(PublicFill<Hint::temporal>()));
}

void add_naive(bench::Registry &registry) {
  Design &naive = registry.design("memops", "naive",
                                  "a loop over bytes, kept from becoming a call of the C library");
  run_copies(naive, NaiveCopy());
  naive.runs("memops/move", plain_maker(NaiveMove(), make_shifts))
      .runs("memops/fill", fill_maker(NaiveFill()));
}

void add_libraries(bench::Registry &registry) {
  using Memset = void *(void *, int, std::size_t);
  Design &libc =
      registry.design("memops", "libc", "the C library's function behind a pointer").peer();
  run_copies(libc, Indirect<Ops::Copy>(std::memcpy));
  libc.runs("memops/move", plain_maker(Indirect<Ops::Copy>(std::memmove), make_shifts))
      .runs("memops/fill", fill_maker(Indirect<Memset>(std::memset)));
  Design &std_copy = registry.design("memops", "std_copy",
                                     "std::copy of bytes, which compilers make a call of memmove");
  run_copies(std_copy, StdCopy());
  std_copy.runs("memops/move", plain_maker(StdMove(), make_shifts));
}

void add_rep_movsb(bench::Registry &registry) {
  const auto maker = [](CopyTable (*table)(const bench::Params &)) {
    return [table](const bench::Params &params) {
      return copy_maker(Indirect<Ops::Copy>(rep_movsb()), table)(params);
    };
  };
  registry.design("memops", "rep_movsb", "one string instruction")
      .available(probe_rep_movsb)
      .runs("memops/copy", maker(make_pairs))
      .runs("memops/copy_mix", maker(make_mix));
}

} // namespace

void declare_designs(bench::Registry &registry) {
  add_public(registry);
  add_naive(registry);
  add_libraries(registry);
  add_rep_movsb(registry);
  add_levels(registry);
}

} // namespace vmperf::memops
