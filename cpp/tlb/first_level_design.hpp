// A first level as a design of the API "tlb".
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

template <class Tlb> class FirstLevelDesign {
public:
  using Layout = Tlb::Layout;

  explicit FirstLevelDesign(std::size_t entries) : tlb_(entries) {}

  class Reader {
  public:
    explicit Reader(const Tlb &tlb) : context_(tlb.context()) {}
    [[nodiscard, gnu::always_inline]] std::uint64_t lookup(std::uint64_t va) const noexcept {
      return context_.template lookup<Access::read>(va);
    }

  private:
    Tlb::Context context_;
  };
  [[nodiscard]] Reader reader() const noexcept { return Reader(tlb_); }

  [[gnu::always_inline]] void fill(std::uint64_t va, std::uint64_t pa) noexcept {
    tlb_.fill(va, {.pa = pa, .perms = kRead | kWrite});
  }
  std::size_t translate(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                        std::size_t n, std::uint32_t *misses) const noexcept {
    return tlb_.translate(va, pa, fault, n, Access::read, 0, misses);
  }
  [[gnu::always_inline]] void flush() noexcept { tlb_.flush(); }
  [[gnu::always_inline]] void flush_asid() noexcept { tlb_.flush_asid(0); }
  [[gnu::always_inline]] void flush_page(std::uint64_t va, std::uint64_t size_bytes) noexcept {
    tlb_.flush_page(va, size_bytes, 0);
  }
  [[nodiscard]] std::uint64_t clears() const noexcept { return tlb_.stats().clears; }

private:
  Tlb tlb_;
};

} // namespace vmperf::tlb
