// What SoftTlb asks of its first level, whichever it is: a wait-free direct-mapped one, or a set-
// associative one with a policy. Calls are virtual, a nanosecond each, and batches pay it once per
// block; C++ code that knows which first level it wants takes that class itself.
//
// fill() hands back what it put out, for the victim TLB. O(1), or O(ways). One thread fills and
// flushes; whether others may look up meanwhile is the first level's matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "vmperf/tlb/direct_tlb.hpp"
#include "vmperf/tlb/generations.hpp"
#include "vmperf/tlb/slot.hpp"

namespace vmperf::tlb {

struct SoftTlbOptions;
using PackedTlb = DirectTlb<PackedEntry<>>;

class FirstLevel {
public:
  FirstLevel() = default;
  FirstLevel(const FirstLevel &) = delete;
  FirstLevel &operator=(const FirstLevel &) = delete;
  FirstLevel(FirstLevel &&) = delete;
  FirstLevel &operator=(FirstLevel &&) = delete;
  virtual ~FirstLevel() = default;

  /// Addresses in, results out; `misses` has room for `n` places.
  struct Batch {
    const std::uint64_t *va;
    std::uint64_t *pa;
    std::uint8_t *fault;
    std::size_t n;
    std::uint32_t *misses;
  };

  virtual std::uint64_t lookup(std::uint64_t va, Access access, std::uint16_t asid) noexcept = 0;
  /// Looks the first addresses up and says of how many (`done`); returns how many of these missed.
  virtual std::size_t lookup_some(const Batch &batch, Access access, std::uint16_t asid,
                                  std::size_t &done) noexcept = 0;
  /// Keeps the 4 KiB piece of `va`; whether that put a live entry out.
  virtual bool fill(std::uint64_t va, const Translation &found, const Slot &piece, Key key,
                    std::uint16_t asid, Slot &evicted) = 0;
  [[nodiscard]] virtual bool holds(std::uint64_t page, Key key) const noexcept = 0;
  virtual void flush() noexcept = 0;
  virtual void flush_asid(std::uint16_t asid) noexcept = 0;
  /// The 4 KiB pages first to last, both included.
  virtual void flush_pages(std::uint64_t first, std::uint64_t last, Key key,
                           std::uint16_t asid) noexcept = 0;
  /// The class itself where it is the default one, for callers that inline it; else nullptr.
  [[nodiscard]] virtual const PackedTlb *packed() const noexcept { return nullptr; }
  /// "packed", "atomic16", "seqlock", "private".
  [[nodiscard]] virtual const char *sync() const noexcept = 0;
};

[[nodiscard]] std::unique_ptr<FirstLevel> make_first_level(const SoftTlbOptions &options,
                                                           const Generations &live);

} // namespace vmperf::tlb
