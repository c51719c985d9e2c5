// What the benchmarks of walks, misses and nested walks have in common: a guest with a page table
// of `pages` pages, the addresses that are asked for, and workloads over any design of a walk.
//
//   addresses   at least 4096 of them, drawn; a batch of n ops takes the first n, round and round
//   a design    D(const Guest &), pa(va) for walks, pa(va, out, n) for batches
//
// Translations are pa = va - kBase + kPages, so that each can be checked by itself. Used by
// benches, designs and peers only. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/bench/generators.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/mmu/page_table.hpp"

namespace vmperf::mmu {

/// The guest: 1 GiB of memory, of which the pages take the start and the tables the last quarter.
struct Guest {
  static constexpr std::uint64_t kBase = 0x12'4000'0000, kPages = 0x200'0000,
                                 kMemoryBytes = std::uint64_t{1} << 30U;
  static constexpr std::size_t kLeastAddresses = 4096;
  static constexpr std::uint32_t kFlags =
      flags::kRead | flags::kWrite | flags::kAccessed | flags::kDirty;

  explicit Guest(const bench::Params &params)
      : n_pages(params.get_size("pages", 1, 180'000)),
        memory(std::make_unique<guestmem::GuestMemory>(
            std::initializer_list<guestmem::Region>{{0, kMemoryBytes}})),
        table(std::make_unique<PageTable>(
            format_of(params.has("format") ? params.get_string("format") : "x86-64-4"), *memory)) {
    table->map(kBase, kPages, kPageBytes, kFlags, n_pages);
    draw(params);
  }

  [[nodiscard]] static std::uint64_t pa_of(std::uint64_t va) noexcept {
    return va - kBase + kPages;
  }

  std::uint64_t n_pages;
  std::unique_ptr<guestmem::GuestMemory> memory;
  std::unique_ptr<PageTable> table;
  std::vector<std::uint64_t> addresses;

private:
  [[nodiscard]] std::uint64_t page_of(const std::string &pattern, std::uint64_t turn,
                                      const std::vector<std::uint32_t> &order) const {
    if (pattern == "random") {
      return order[turn];
    }
    return pattern == "strided" ? turn * 17 % n_pages : turn;
  }
  void draw(const bench::Params &params) {
    const std::string pattern = params.has("pattern") ? params.get_string("pattern") : "random";
    const auto order = bench::shuffled(n_pages, params.seed(), 1);
    CounterRng offsets(params.seed(), 2);
    addresses.resize((std::max<std::uint64_t>(kLeastAddresses, n_pages) + n_pages - 1) / n_pages *
                     n_pages);
    for (std::uint64_t i = 0; i < addresses.size(); ++i) {
      const std::uint64_t turn = i % n_pages;
      const std::uint64_t page = page_of(pattern, turn, order);
      addresses[i] = kBase + page * kPageBytes + offsets.below(kPageBytes / 8) * 8;
    }
  }
};

/// One translation after the other. `dependent`: the next address is known after this one.
template <class D> class WalkWorkload final : public bench::Workload {
public:
  explicit WalkWorkload(const bench::Params &params)
      : guest_(params), design_(guest_),
        chained_(params.get_choice<bool>("mode", {{"throughput", false}, {"dependent", true}})) {}

  std::uint64_t run(std::uint64_t n) override { return chained_ ? loop<true>(n) : loop<false>(n); }

  [[nodiscard]] bench::Verification verify() override {
    for (const std::uint64_t va : guest_.addresses) {
      if (design_.pa(va) != Guest::pa_of(va)) {
        return bench::Verification::failed("a wrong translation of " + std::to_string(va));
      }
    }
    return bench::Verification::passed();
  }

private:
  template <bool kChained> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    const std::uint64_t *va = guest_.addresses.data();
    const std::uint64_t count = guest_.addresses.size();
    std::uint64_t sum = 0;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0, at = 0; i < n; ++i) {
      last = design_.pa(va[at] + (kChained ? last >> 63U : 0)); // no pa has that bit
      sum += last;
      at = at + 1 == count ? 0 : at + 1;
    }
    return sum;
  }

  Guest guest_;
  D design_;
  bool chained_;
};

/// Blocks of kBlock addresses; an op is one of them.
template <class D> class BatchWorkload final : public bench::Workload {
public:
  static constexpr std::size_t kBlock = 1024;

  explicit BatchWorkload(const bench::Params &params)
      : guest_(params), design_(guest_), out_(guest_.addresses.size()) {
    BatchWorkload::run(out_.size()); // the walk cache of a guest that has run for a while
    out_.assign(out_.size(), {});
  }

  std::uint64_t run(std::uint64_t n) override {
    const std::size_t count = guest_.addresses.size();
    std::uint64_t sum = 0;
    for (std::size_t at = 0; n != 0;) {
      const auto block = std::min<std::uint64_t>({n, kBlock, count - at});
      design_.pa(guest_.addresses.data() + at, out_.data() + at, block);
      sum += out_[at + block - 1].pa;
      n -= block;
      at = at + block == count ? 0 : at + block;
      bench::sink(out_.data()); // all of them are written
    }
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    run(out_.size());
    for (std::size_t i = 0; i < out_.size(); ++i) {
      if (out_[i].pa != Guest::pa_of(guest_.addresses[i]) || out_[i].fault != tlb::Fault::none ||
          out_[i].perms != (tlb::kRead | tlb::kWrite)) {
        return bench::Verification::failed("a wrong translation, number " + std::to_string(i));
      }
      out_[i] = {};
    }
    return bench::Verification::passed();
  }

private:
  Guest guest_;
  D design_;
  std::vector<tlb::Translation> out_;
};

template <class W> bench::Maker maker() {
  return [](const bench::Params &params) { return std::make_unique<W>(params); };
}

/// What one writes at once: levels, shifts and masks at run time, each entry through GuestMemory,
/// valid and leaf or table the only questions.
class NaiveWalk {
public:
  explicit NaiveWalk(const Guest &guest)
      : memory_(guest.memory.get()), root_(guest.table->root()), levels_(guest.table->levels()),
        riscv_(name_of(guest.table->format()).starts_with("sv")),
        arm_(guest.table->format() == Format::aarch64_4k) {}

  [[nodiscard]] std::uint64_t pa(std::uint64_t va) const {
    std::uint64_t table = root_;
    for (unsigned level = levels_; level != 0; --level) {
      const auto entry = memory_->read<std::uint64_t>(table + index_of(va, level) * 8);
      if ((entry & 1U) == 0) {
        break;
      }
      table = riscv_ ? (entry >> 10U << 12U) & bits(0, 56) : entry & bits(12, 48);
      if (level == 1 || is_leaf(entry)) {
        return table + (va & bits(0, shift_of(level)));
      }
    }
    return tlb::kMiss;
  }
  void pa(const std::uint64_t *va, tlb::Translation *out, std::size_t n) const {
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = {};
      out[i].pa = pa(va[i]);
      out[i].perms = tlb::kRead | tlb::kWrite;
    }
  }

private:
  [[nodiscard]] bool is_leaf(std::uint64_t entry) const noexcept {
    if (riscv_) {
      return (entry & 14U) != 0;
    }
    return arm_ ? (entry & 2U) == 0 : (entry & 128U) != 0;
  }

  const guestmem::GuestMemory *memory_;
  std::uint64_t root_;
  unsigned levels_;
  bool riscv_, arm_;
};

} // namespace vmperf::mmu
