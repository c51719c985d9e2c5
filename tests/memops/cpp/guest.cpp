// Copies that cannot tear, without a race (see tearing.cpp): bytes, canaries, refusals. Usage:
// guest oracle | guest atoms, which prints the widths that this CPU has, as a sum.
#include <cstring>
#include <string_view>

#include "support.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/memops/guest.hpp"

using namespace vmperf::memops;

namespace {

void test_one(Ops::Copy *copy, Byte *d, const Byte *s, std::size_t n, std::size_t atom) {
  for (std::size_t i = 0; i < n; ++i) {
    d[i] = static_cast<Byte>(~s[i]);
  }
  CHECK(copy(d, s, n) == d, "returns dst");
  const std::size_t same = naive_mismatch(d, s, n);
  CHECK(same == n, "atom %zu n=%zu d%%%zu s%%%zu byte %zu", atom, n,
        reinterpret_cast<std::uintptr_t>(d) % 64, reinterpret_cast<std::uintptr_t>(s) % 64, same);
}

// Every size to 600, all alignments modulo 32, both ends flush against pages that nobody may touch.
void test_oracle() {
  constexpr std::size_t kRoom = 4096;
  const Guarded src(kRoom);
  const Guarded dst(kRoom);
  paint(src.begin(), src.size(), 2);
  src.make_read_only();
  for (const std::size_t atom : {std::size_t{8}, std::size_t{16}, std::size_t{32}}) {
    if ((guest_atoms() & atom) == 0) {
      continue;
    }
    Ops::Copy *copy = guest_copier(atom);
    for (std::size_t n = 0; n < 600; ++n) {
      for (std::size_t skew = 0; skew < 32; ++skew) {
        test_one(copy, dst.begin() + 64 + skew, src.begin() + n % 32, n, atom);
        std::memset(dst.begin() + 64 + skew - 32, 0x77, 32);
        std::memset(dst.begin() + 64 + skew + n, 0x77, 32);
        copy(dst.begin() + 64 + skew, src.begin() + n % 32, n);
        for (std::size_t i = 0; i < 32; ++i) {
          CHECK(dst.begin()[64 + skew - 32 + i] == 0x77 && dst.begin()[64 + skew + n + i] == 0x77,
                "canary: atom %zu n=%zu", atom, n);
        }
      }
      for (Byte *d : {dst.begin(), dst.last(n)}) {
        test_one(copy, d, src.begin(), n, atom);
        test_one(copy, d, src.last(n), n, atom);
      }
    }
    for (const std::size_t n : {1000U, 2048U, 3001U, 4000U}) {
      for (std::size_t skew = 0; skew < 32; ++skew) {
        test_one(copy, dst.begin() + skew, src.begin() + 7, n, atom);
      }
    }
    copy(nullptr, nullptr, 0);
  }
}

void test_refusals() {
  for (const std::size_t atom :
       {std::size_t{0}, std::size_t{1}, std::size_t{12}, std::size_t{64}}) {
    bool refused = false;
    try {
      guest_copy(nullptr, nullptr, 0, atom);
    } catch (const vmperf::InvalidArgumentError &) {
      refused = true;
    }
    CHECK(refused, "atom %zu", atom);
  }
  for (const std::size_t atom : {std::size_t{16}, std::size_t{32}}) {
    bool refused = false;
    try {
      guest_copy(nullptr, nullptr, 0, atom);
    } catch (const vmperf::UnsupportedError &error) {
      refused = std::string_view(error.what()).find("atom 8") != std::string_view::npos;
    }
    CHECK(refused == ((guest_atoms() & atom) == 0), "atom %zu", atom);
  }
}

} // namespace

int main(int argc, char **argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  CHECK(what == "oracle" || what == "atoms", "usage: guest oracle | guest atoms");
  if (what == "atoms") {
    std::printf("%zu\n", guest_atoms());
    return 0;
  }
  test_oracle();
  test_refusals();
  std::puts("ok");
}
