#include "vmperf/tlb/first_level.hpp"

#include <string>
#include <type_traits>

#include "vmperf/base/error.hpp"
#include "vmperf/tlb/any_policy.hpp"
#include "vmperf/tlb/soft_tlb.hpp"
#include "vmperf/tlb/words.hpp"

namespace vmperf::tlb {
namespace {

constexpr unsigned kPackedPaBits = 40;

// Set-associative, with a policy. A batch is looked up in order and up to its first miss, so that
// each address sees what those before it have changed.
class PolicyFirst final : public FirstLevel {
public:
  PolicyFirst(const Generations &live, const Shape &shape, Policy policy, std::uint64_t seed)
      : live_(&live), array_(live, shape, policy, seed) {}

  std::uint64_t lookup(std::uint64_t va, Access access, std::uint16_t asid) noexcept override {
    return array_.lookup(va, va >> kPageShift, live_->key(asid), access);
  }

  std::size_t lookup_some(const Batch &batch, Access access, std::uint16_t asid,
                          std::size_t &done) noexcept override {
    const Key key = live_->key(asid);
    return array_.with([&](auto &array) -> std::size_t {
      for (std::size_t i = 0; i < batch.n; ++i) {
        batch.pa[i] = array.lookup(batch.va[i], batch.va[i] >> kPageShift, key, access);
        batch.fault[i] = 0;
        if (batch.pa[i] == kMiss) {
          batch.misses[0] = static_cast<std::uint32_t>(i);
          done = i + 1;
          return 1;
        }
      }
      done = batch.n;
      return 0;
    });
  }

  bool fill(std::uint64_t /*va*/, const Translation & /*found*/, const Slot &piece, Key key,
            std::uint16_t /*asid*/, Slot &evicted) override {
    return array_.insert(piece, key, evicted);
  }
  [[nodiscard]] bool holds(std::uint64_t page, Key key) const noexcept override {
    return array_.has(page, key, kAnyPerm);
  }
  void flush() noexcept override {} // of entries by their generation
  void flush_asid(std::uint16_t /*asid*/) noexcept override {}
  void flush_pages(std::uint64_t first, std::uint64_t last, Key key,
                   std::uint16_t /*asid*/) noexcept override {
    array_.erase_pages(first, last, key);
  }
  [[nodiscard]] const char *sync() const noexcept override { return "private"; }

private:
  const Generations *live_;
  AnyPolicyArray array_;
};

// Direct-mapped, one of direct_tlb.hpp. Its cells do not say enough of what they hold for a victim
// TLB (whose it is, of how large a page), and whoever fills is on a slow path: an array of one way
// with the same index keeps the same entries beside it.
template <class Entry, class TableIndex> class DirectFirst final : public FirstLevel {
public:
  DirectFirst(const Generations &live, const Shape &shape, const char *sync)
      : table_(shape.entries), shadow_(live, shape, 0), sync_(sync) {}

  std::uint64_t lookup(std::uint64_t va, Access access, std::uint16_t asid) noexcept override {
    return table_.lookup(va, access, asid);
  }
  std::size_t lookup_some(const Batch &batch, Access access, std::uint16_t asid,
                          std::size_t &done) noexcept override {
    done = batch.n;
    return table_.translate(batch.va, batch.pa, batch.fault, batch.n, access, asid, batch.misses);
  }
  bool fill(std::uint64_t va, const Translation &found, const Slot &piece, Key key,
            std::uint16_t asid, Slot &evicted) override {
    table_.fill(va, found, asid);
    return shadow_.insert(piece, key, evicted);
  }
  [[nodiscard]] bool holds(std::uint64_t page, Key key) const noexcept override {
    return shadow_.has(page, key, kAnyPerm);
  }
  void flush() noexcept override { table_.flush(); }
  void flush_asid(std::uint16_t asid) noexcept override { table_.flush_asid(asid); }
  void flush_pages(std::uint64_t first, std::uint64_t last, Key key,
                   std::uint16_t asid) noexcept override {
    if (first == last) {
      table_.flush_page(first << kPageShift, kPageBytes, asid);
    } else {
      table_.flush_range(first << kPageShift, (last << kPageShift) | kOffsetMask, asid);
    }
    shadow_.erase_pages(first, last, key);
  }
  [[nodiscard]] const PackedTlb *packed() const noexcept override {
    if constexpr (std::is_same_v<DirectTlb<Entry, TableIndex>, PackedTlb>) {
      return &table_;
    }
    return nullptr;
  }
  [[nodiscard]] const char *sync() const noexcept override { return sync_; }

private:
  DirectTlb<Entry, TableIndex> table_;
  PolicyArray<Fifo> shadow_; // of one way no policy is ever asked
  const char *sync_;
};

// Packed where addresses fit and there are more context ids than a few: a TLB of few entries has
// few, and is emptied each time that they run out.
Sync choose(const SoftTlbOptions &options) {
  constexpr std::size_t kManyIds = 1024;
  const bool fits = options.va_bits <= PackedEntry<>::kVaBits && options.pa_bits <= kPackedPaBits;
  if (fits && options.entries >= kManyIds) {
    return Sync::packed;
  }
  return wide_is_atomic() ? Sync::atomic16 : Sync::seqlock;
}

void check_packed(const SoftTlbOptions &options) {
  constexpr std::size_t kLeast = std::size_t{1} << PackedEntry<>::kLeastSetBits;
  if (options.va_bits > PackedEntry<>::kVaBits || options.pa_bits > kPackedPaBits ||
      options.entries < kLeast) {
    throw InvalidArgumentError("sync", "'packed'",
                               "atomic16, seqlock, private; packed with va_bits up to 48, pa_bits "
                               "up to 40 and entries of " +
                                   std::to_string(kLeast) + " or more");
  }
}

template <class TableIndex>
std::unique_ptr<FirstLevel> make_direct(const SoftTlbOptions &options, const Generations &live) {
  const Shape shape{options.entries, 1, kPageShift, options.index};
  const Sync sync = options.sync == Sync::automatic ? choose(options) : options.sync;
  const char *const word = word_of(sync).data(); // of a literal: it ends with 0
  switch (sync) {
  case Sync::automatic:
  case Sync::packed:
    check_packed(options);
    return std::make_unique<DirectFirst<PackedEntry<>, TableIndex>>(live, shape, word);
  case Sync::atomic16:
    return std::make_unique<DirectFirst<WideEntry, TableIndex>>(live, shape, word);
  case Sync::seqlock:
    return std::make_unique<DirectFirst<SeqlockEntry, TableIndex>>(live, shape, word);
  case Sync::owned:
    break;
  }
  return std::make_unique<DirectFirst<PrivateEntry, TableIndex>>(live, shape, word);
}

} // namespace

std::unique_ptr<FirstLevel> make_first_level(const SoftTlbOptions &options,
                                             const Generations &live) {
  const bool direct = options.ways == 1 && options.index != Index::crc;
  if (!direct && options.sync != Sync::automatic && options.sync != Sync::owned) {
    throw InvalidArgumentError("sync", "'" + std::string(word_of(options.sync)) + "'",
                               "auto, private; any with ways 1 and index mod or xor");
  }
  if (direct && options.index == Index::mod) {
    return make_direct<ModIndex>(options, live);
  }
  if (direct) {
    return make_direct<XorIndex>(options, live);
  }
  const Shape shape{options.entries, options.ways, kPageShift, options.index};
  return std::make_unique<PolicyFirst>(live, shape, options.policy, options.seed);
}

} // namespace vmperf::tlb
