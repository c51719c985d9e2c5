// Copies, moves and fills as workloads: a loop over a table of operations with the design's
// function inlined, or behind its pointer where that is how its user calls it. No bounds checks, no
// virtual call per op. verify() repeats the ops on an image, byte by byte: O(bytes). One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/memops/api/table.hpp"

namespace vmperf::memops {

/// The table, the place in it, and the proof.
class TableWorkload : public bench::Workload {
public:
  [[nodiscard]] bench::Verification verify() override {
    refresh(); // nothing ran since the last proof
    std::string fault = table_.check(done_);
    stale_ = true; // what the next run() leaves proves itself
    at_ = 0;
    done_ = 0;
    return {std::move(fault)};
  }

protected:
  explicit TableWorkload(CopyTable table) : table_(std::move(table)) {}

  /// Calls loop(first index, count) for n ops in a row of the endless table.
  template <class Loop> [[gnu::always_inline]] void over(std::uint64_t n, Loop loop) {
    refresh();
    done_ += n;
    while (n != 0) {
      const std::size_t count = std::min<std::uint64_t>(n, table_.ops.size() - at_);
      loop(at_, count);
      n -= count;
      at_ += count;
      at_ = at_ == table_.ops.size() ? 0 : at_;
    }
  }

  CopyTable table_;
  std::size_t at_ = 0;
  std::uint64_t done_ = 0;

private:
  // Not at the end of verify(): most workloads are dropped after it.
  void refresh() {
    if (stale_) [[unlikely]] {
      table_.reset();
      stale_ = false;
    }
  }

  bool stale_ = false;
};

[[gnu::always_inline]] inline std::uint64_t load_word(const std::byte *p) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// `Fn` is `void fn(void *dst, const void *src, std::size_t n)`.
template <class Fn, Mode mode> class CopyWorkload final : public TableWorkload {
public:
  CopyWorkload(Fn fn, CopyTable table) : TableWorkload(std::move(table)), fn_(fn) {}

  std::uint64_t run(std::uint64_t n) override {
    const Fn fn = fn_;
    std::byte *const dst = table_.dst;
    const std::byte *const src = table_.src;
    const std::uint64_t never = bench::opaque(std::uint64_t{0});
    std::uint64_t sum = 0;
    over(n, [&](std::size_t first, std::size_t count) {
      const CopyOp *op = table_.ops.data() + first;
      const CopyOp *const end = op + count;
      [[maybe_unused]] const Read *read = table_.reads.data() + first;
      for (; op != end; ++op) {
        const std::byte *from = src + op->src;
        if constexpr (mode == Mode::dependent) {
          from += sum & never;
        }
        fn(dst + op->dst, from, op->n);
        bench::sink(dst);
        if constexpr (mode != Mode::throughput) {
          sum += load_word(dst + read->wide) + std::to_integer<std::uint64_t>(dst[read->narrow]);
          ++read;
        }
      }
      sum += load_word(dst + table_.readable(*(end - 1)));
    });
    return sum;
  }

private:
  Fn fn_;
};

/// `Fn` is `void fn(void *dst, unsigned char byte, std::size_t n)`.
template <class Fn> class FillWorkload final : public TableWorkload {
public:
  FillWorkload(Fn fn, CopyTable table) : TableWorkload(std::move(table)), fn_(fn) {}

  std::uint64_t run(std::uint64_t n) override {
    const Fn fn = fn_;
    std::byte *const dst = table_.dst;
    std::uint64_t sum = 0;
    over(n, [&](std::size_t first, std::size_t count) {
      const CopyOp *op = table_.ops.data() + first;
      const CopyOp *const end = op + count;
      for (; op != end; ++op) {
        fn(dst + op->dst, static_cast<unsigned char>(op->src), op->n);
        bench::sink(dst);
      }
      sum += load_word(dst + table_.readable(*(end - 1)));
    });
    return sum;
  }

private:
  Fn fn_;
};

/// A maker over one function for a benchmark that has the axis `mode`.
template <class Fn>
[[nodiscard]] bench::Maker copy_maker(Fn fn, CopyTable (*make)(const bench::Params &)) {
  return [fn, make](const bench::Params &params) -> bench::WorkloadPtr {
    switch (read_mode(params)) {
    case Mode::consume:
      return std::make_unique<CopyWorkload<Fn, Mode::consume>>(fn, make(params));
    case Mode::dependent:
      return std::make_unique<CopyWorkload<Fn, Mode::dependent>>(fn, make(params));
    case Mode::throughput:
      break;
    }
    return std::make_unique<CopyWorkload<Fn, Mode::throughput>>(fn, make(params));
  };
}

/// The same without modes.
template <class Fn>
[[nodiscard]] bench::Maker plain_maker(Fn fn, CopyTable (*make)(const bench::Params &)) {
  return [fn, make](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<CopyWorkload<Fn, Mode::throughput>>(fn, make(params));
  };
}

template <class Fn> [[nodiscard]] bench::Maker fill_maker(Fn fn) {
  return [fn](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<FillWorkload<Fn>>(fn, make_fills(params));
  };
}

} // namespace vmperf::memops
