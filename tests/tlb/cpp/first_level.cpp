// The first levels of tlb: every layout and both widths of set against a model that is a set of
// pages and permissions; the whole matrix of access, permission, size and ASID; flushes, the sweep
// of large pages, tickets, batches. Usage: first_level SEED.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <tuple>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/tlb/direct_tlb.hpp"
#include "vmperf/tlb/ways_tlb.hpp"

using namespace vmperf;
using namespace vmperf::tlb;

namespace {

const char *design = "";

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s: %s\n", design, what);
    std::exit(1);
  }
}

constexpr std::array kAccesses{Access::read, Access::write, Access::execute};
constexpr std::uint64_t k2M = std::uint64_t{2} << 20U;

// Every access on every permission, page size and ASID, by lookup and in a batch, on a hit.
template <class Tlb> void check_matrix() {
  Tlb tlb(512);
  for (std::uint8_t perms = 0; perms < 8; ++perms) {
    for (const std::uint8_t shift : std::array<std::uint8_t, 3>{12, 21, 30}) {
      for (const bool global : {false, true}) {
        const std::uint64_t va = 0x7fff'4060'3000 + perms * k2M, pa = 0x3'4567'8000;
        tlb.flush();
        const bool kept =
            tlb.fill(va + 0x123,
                     {.pa = pa + 0x123, .page_shift = shift, .perms = perms, .global = global}, 3);
        require(kept == (perms != 0), "what permits something is kept");
        for (const Access access : kAccesses) {
          const bool may = (perms & perm_of(access)) != 0;
          for (const std::uint32_t asid : {0U, 3U, 4U}) {
            const bool hit = may && (asid == 3 || global);
            const std::uint64_t want = hit ? pa + 0xff8 : kMiss;
            require(tlb.lookup(va + 0xff8, access, asid) == want, "lookup of the matrix");
            require(tlb.lookup(va + kPageBytes, access, asid) == kMiss, "the next 4 KiB");
            require(tlb.lookup((va + 0xff8) ^ (1ULL << 50U), access, asid) == kMiss,
                    "an address that is not canonical");
            const std::array<std::uint64_t, 9> vas{va, va, va, va, va, va, va, va, va + 0xff8};
            std::array<std::uint64_t, 9> pas{};
            std::array<std::uint8_t, 9> faults{};
            std::array<std::uint32_t, 9> misses{};
            const std::size_t missed = tlb.translate(vas.data(), pas.data(), faults.data(), 9,
                                                     access, asid, misses.data());
            require(missed == (hit ? 0U : 9U) && pas[8] == want && faults[0] == (hit ? 0 : 1) &&
                        pas[0] == (hit ? pa : kMiss),
                    "batch of the matrix");
          }
        }
      }
    }
  }
}

// Pages on both halves of the address space, that meet in sets.
std::uint64_t some_va(CounterRng &rng) {
  const std::uint64_t page = rng.below(3) * 64 + rng.below(40) + rng.below(2) * 512;
  const std::uint64_t high = rng.below(4) == 0 ? 0xffff'8000'0000'0000 : 0x1'0000'0000;
  return high + page * kPageBytes + rng.below(kPageBytes);
}

struct Held {
  std::uint64_t page, pa;
  std::uint32_t asid;
  std::uint8_t perms;
  bool global;

  [[nodiscard]] bool is_of(std::uint64_t va, std::uint32_t of) const {
    return va / kPageBytes == page && (global || asid == of);
  }
};

// A direct-mapped table as it is told: one page a set.
template <class Index> class Model {
public:
  explicit Model(unsigned bits) : index_(bits) {}
  void fill(std::uint64_t va, const Held &held) { sets_[index_.set_of(va)] = held; }
  [[nodiscard]] std::uint64_t lookup(std::uint64_t va, Access access, std::uint32_t asid) const {
    const auto it = sets_.find(index_.set_of(va));
    const bool hit = it != sets_.end() && it->second.is_of(va, asid) &&
                     (it->second.perms & perm_of(access)) != 0;
    return hit ? it->second.pa + va % kPageBytes : kMiss;
  }
  template <class Which> void drop(Which which) {
    std::erase_if(sets_, [&](const auto &set) { return which(set.second); });
  }

private:
  Index index_;
  std::map<std::uint64_t, Held> sets_;
};

template <class Tlb> void check_batch(const Tlb &tlb, CounterRng &rng, std::uint32_t asid) {
  const std::size_t n = rng.below(600);
  std::vector<std::uint64_t> vas(n), pas(n);
  std::vector<std::uint8_t> faults(n);
  std::vector<std::uint32_t> misses(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool run = i % 16 != 0 && rng.below(8) != 0; // some runs on one page
    vas[i] = run ? vas[i - 1] / kPageBytes * kPageBytes + rng.below(kPageBytes) : some_va(rng);
  }
  const Access access = kAccesses[rng.below(3)];
  const std::size_t missed =
      tlb.translate(vas.data(), pas.data(), faults.data(), n, access, asid, misses.data());
  std::size_t at = 0;
  for (std::size_t i = 0; i < n; ++i) {
    require(pas[i] == tlb.lookup(vas[i], access, asid), "a batch is its lookups");
    require(faults[i] == (pas[i] == kMiss ? 1 : 0), "fault codes of a batch");
    if (pas[i] == kMiss) {
      require(at < missed && misses[at] == i, "misses are listed in order");
      ++at;
    }
  }
  require(at == missed, "all misses are counted");
}

// The same hits and misses as the model, in the same order; ways alone may forget more.
template <class Tlb> void check_against_model(std::uint64_t seed) {
  using Index = typename Tlb::index_type;
  constexpr bool kExact = Tlb::kWays == 1;
  constexpr std::size_t kEntries = 64 * Tlb::kWays;
  CounterRng rng(seed);
  Tlb tlb(kEntries);
  Model<Index> model(6);
  std::map<std::tuple<std::uint64_t, std::uint32_t>, Held> truth; // for ways
  std::uint64_t clears = 0;
  for (int step = 0; step < 60000; ++step) {
    const std::uint64_t va = some_va(rng);
    const auto asid = static_cast<std::uint32_t>(rng.below(3));
    const auto drop = [&](auto which) {
      model.drop(which);
      std::erase_if(truth, [&](const auto &one) { return which(one.second); });
    };
    switch (const std::uint64_t what = rng.below(64)) {
    case 0:
      tlb.flush();
      drop([](const Held &) { return true; });
      break;
    case 1:
      tlb.flush_asid(asid);
      drop([&](const Held &held) { return !held.global && held.asid == asid; });
      break;
    case 2: {
      const std::uint64_t size = rng.below(4) == 0 ? k2M : kPageBytes;
      tlb.flush_page(va, size, asid);
      drop([&](const Held &held) {
        return held.page * kPageBytes / size == va / size && (held.global || held.asid == asid);
      });
      break;
    }
    case 3: {
      const std::uint64_t hi = va + rng.below(100 * kPageBytes);
      tlb.flush_range(va, hi, asid);
      drop([&](const Held &held) {
        return held.page >= va / kPageBytes && held.page <= hi / kPageBytes &&
               (held.global || held.asid == asid);
      });
      break;
    }
    case 4:
      check_batch(tlb, rng, asid);
      break;
    default:
      if (what % 2 == 0) {
        const Held held{.page = va / kPageBytes,
                        .pa = rng.below(1U << 20U) * kPageBytes,
                        .asid = asid,
                        .perms = static_cast<std::uint8_t>(1 + rng.below(7)),
                        .global = rng.below(8) == 0};
        require(
            tlb.fill(va,
                     {.pa = held.pa + va % kPageBytes, .perms = held.perms, .global = held.global},
                     asid),
            "a fill is kept");
        if (clears != tlb.stats().clears) { // the fill's context was the first of a new round
          clears = tlb.stats().clears;
          drop([](const Held &) { return true; });
        }
        std::erase_if(truth, [&](const auto &one) { return one.second.is_of(va, asid); });
        model.fill(va, held);
        truth[{held.page, held.global ? ~0U : asid}] = held;
      } else {
        const Access access = kAccesses[rng.below(3)];
        const std::uint64_t found = tlb.lookup(va, access, asid);
        if constexpr (kExact) {
          require(found == model.lookup(va, access, asid), "a lookup is the model's");
        } else if (found != kMiss) {
          bool known = false;
          for (const auto &[key, held] : truth) {
            known = known || (held.is_of(va, asid) && found == held.pa + va % kPageBytes &&
                              (held.perms & perm_of(access)) != 0);
          }
          require(known, "what is found was filled and is not flushed");
        }
      }
    }
    if (clears != tlb.stats().clears) { // ids ran out: everything went
      clears = tlb.stats().clears;
      drop([](const Held &) { return true; });
    }
  }
  require(Tlb::Layout::coding(6).bits > 16 || clears > 10, "ids ran out, often");
}

// The trap: a flush that nobody reads, or that breaks when ids come round.
template <class Tlb> void check_many_flushes() {
  Tlb tlb(64 * Tlb::kWays);
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    const std::uint64_t va = 0x40'0000 + i % 64 * kPageBytes;
    const std::uint32_t asid = i % 5;
    require(tlb.fill(va, {.pa = (i & 0xffffU) * kPageBytes, .perms = kRead}, asid), "fill");
    require(tlb.lookup(va, Access::read, asid) == (i & 0xffffU) * kPageBytes, "it is there");
    switch (i % 4) {
    case 0:
      tlb.flush();
      break;
    case 1:
      tlb.flush_asid(asid);
      break;
    case 2:
      tlb.flush_page(va, i % 8 == 2 ? kPageBytes : k2M, asid);
      break;
    default:
      tlb.flush_range(va & ~(k2M - 1), va, asid);
    }
    require(tlb.lookup(va, Access::read, asid) == kMiss, "a stale translation");
  }
}

// The pieces of a large page go all, and nothing else.
template <class Tlb> void check_large_pages() {
  Tlb tlb(4096 * Tlb::kWays);
  const std::uint64_t large = 0x1234'4000'0000;
  const Translation of_2m{.pa = 0x4000'0000, .page_shift = 21, .perms = kRead | kWrite};
  const auto there = [&](std::uint64_t va) { return tlb.lookup(va, Access::read, 1) != kMiss; };
  for (const std::uint64_t size : {k2M, std::uint64_t{1} << 30U}) {
    for (std::uint64_t at = 0; at < k2M; at += kPageBytes) {
      Translation piece = of_2m;
      piece.pa += at;
      require(tlb.fill(large + at, piece, 1), "a piece");
    }
    require(tlb.fill(large - kPageBytes, of_2m, 1), "below");
    require(tlb.fill(large + size, of_2m, 1), "above");
    tlb.flush_page(large + 0x1000, size, 2); // another ASID's
    require(there(large + k2M - 1), "of another ASID");
    tlb.flush_page(large + 0x54321, size, 1);
    for (std::uint64_t at = 0; at < k2M; at += kPageBytes) {
      require(!there(large + at), "no piece is left");
    }
    require(there(large - kPageBytes) && there(large + size), "the neighbours stay");
    tlb.flush_range(large - kPageBytes, large - kPageBytes, 1);
    require(!there(large - kPageBytes) && there(large + size), "a range of one page");
    tlb.flush_range(0, ~std::uint64_t{0}, 1);
    require(!there(large + size), "the range of all");
  }
}

template <class Tlb> void check_tickets() {
  Tlb tlb(64 * Tlb::kWays);
  const std::uint64_t va = 0x5000;
  for (const bool global : {false, true}) {
    const Translation to{.pa = 0x9000, .perms = kRead, .global = global};
    for (int kind = 0; kind < 5; ++kind) {
      tlb.flush();
      const auto ticket = tlb.ticket(va, 1);
      switch (kind) {
      case 0:
        break;
      case 1:
        tlb.flush();
        break;
      case 2:
        tlb.flush_asid(1);
        break;
      case 3:
        tlb.flush_page(va, kPageBytes, 1);
        break;
      default:
        tlb.flush_range(0, 0xffff, 1);
      }
      static_cast<void>(tlb.fill(va, to, ticket));
      const bool kept = kind == 0 || (kind == 2 && global);
      require((tlb.lookup(va, Access::read, 1) != kMiss) == kept, "a flush voids the ticket");
    }
  }
}

template <class Tlb> void check_edges() {
  for (const std::size_t entries : {0, 1, 3, 96, 100}) {
    bool refused = false;
    try {
      Tlb tlb(entries);
    } catch (const InvalidArgumentError &) {
      refused = true;
    }
    require(refused || (Tlb::Layout::kLeastSetBits == 0 && entries == 1), "a bad size");
  }
  Tlb tlb(64 * Tlb::kWays, 4);
  require(!tlb.fill(0x1000, {.pa = 0, .perms = kRead}, 4), "an ASID that is too large");
  require(tlb.lookup(0x1000, Access::read, 4) == kMiss, "has nothing");
  tlb.flush_asid(~0U);
  require(!tlb.fill(0x1000, {.pa = 0, .perms = kRead, .fault = Fault::not_present}, 0), "a fault");
  require(tlb.fill(0x1000, {.pa = 0, .perms = kRead}, 0), "PA 0");
  require(tlb.lookup(0x1008, Access::read, 0) == 8, "PA 0 is no miss");
  Evicted evicted;
  const typename Tlb::index_type index(6);
  std::uint64_t va = 0x1000;
  for (std::size_t way = 0; way < Tlb::kWays; ++way) { // others of its set
    require(!evicted.present, "room for each way");
    do {
      va += kPageBytes;
    } while (index.set_of(va) != index.set_of(0x1000));
    tlb.fill(va, {.pa = 0x7000, .perms = kRead}, 1, &evicted);
  }
  require(evicted.present && evicted.va == 0x1000 && evicted.pa == 0 && evicted.perms == kRead &&
              evicted.key == tlb.key_of(0) && evicted.key != tlb.key_of(1),
          "what was evicted");
  require(!tlb.fill(0x1000, {.pa = 0x1000, .perms = 0}, 1), "nothing is permitted");
}

// A batch of fills against the same one at a time.
template <class Tlb> void check_fill_all(std::uint64_t seed) {
  Tlb one(256), all(256);
  CounterRng rng(seed);
  std::array<std::uint64_t, 100> vas{};
  std::array<Translation, 100> found{};
  for (int round = 0; round < 200; ++round) {
    const auto asid = static_cast<std::uint32_t>(rng.below(4)) * 30'000; // one of them too large
    for (std::size_t i = 0; i < vas.size(); ++i) {
      vas[i] = rng.below(600) << kPageShift;
      found[i] = {.pa = rng.below(1000) << kPageShift,
                  .perms = static_cast<std::uint8_t>(rng.below(8)),
                  .global = rng.below(8) == 0,
                  .fault = rng.below(8) == 0 ? Fault::not_present : Fault::none};
      if (found[i].fault == Fault::none && !found[i].global) {
        one.fill(vas[i], found[i], asid);
      }
    }
    for (std::size_t i = 0; i < vas.size(); ++i) { // global ones come last, as in a batch
      if (found[i].fault == Fault::none && found[i].global) {
        one.fill(vas[i], found[i], asid);
      }
    }
    all.fill_all(vas.data(), found.data(), vas.size(), asid);
    if (rng.below(4) == 0) {
      one.flush_asid(asid);
      all.flush_asid(asid);
    }
    for (std::uint64_t va = 0; va < 600 << kPageShift; va += kPageBytes) {
      const Access access = kAccesses[rng.below(3)];
      require(one.lookup(va, access, asid) == all.lookup(va, access, asid), "a batch of fills");
    }
  }
}

template <class Tlb> void check(const char *name, std::uint64_t seed) {
  design = name;
  check_matrix<Tlb>();
  check_against_model<Tlb>(seed);
  check_many_flushes<Tlb>();
  check_large_pages<Tlb>();
  check_tickets<Tlb>();
  check_edges<Tlb>();
  if constexpr (Tlb::kWays == 1) {
    check_fill_all<Tlb>(seed);
  }
}

} // namespace

int main(int argc, char **argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  check<DirectTlb<PackedEntry<>>>("packed", seed);
  check<DirectTlb<PackedEntry<>, XorIndex>>("packed, xor", seed);
  check<DirectTlb<WideEntry>>("atomic16", seed);
  check<DirectTlb<WideEntry, XorIndex>>("atomic16, xor", seed);
  check<DirectTlb<SeqlockEntry>>("seqlock", seed);
  check<DirectTlb<PrivateEntry>>("private", seed);
  check<DirectTlb<PrivateEntry, CrcIndex>>("private, crc", seed);
  check<WaysTlb<4>>("ways4", seed);
  check<WaysTlb<8>>("ways8", seed);
  std::puts("ok");
}
