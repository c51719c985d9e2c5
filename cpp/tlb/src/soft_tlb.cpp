#include "vmperf/tlb/soft_tlb.hpp"

#include <algorithm>
#include <bit>

#include "vmperf/base/error.hpp"
#include "vmperf/tlb/visit.hpp"
#include "vmperf/tlb/words.hpp"

namespace vmperf::tlb {
namespace {

constexpr std::array<unsigned, 3> kShifts = {12, 21, 30};
constexpr unsigned kLeastVaBits = 32, kMostVaBits = 57, kLeastPaBits = 32, kMostPaBits = 52;

std::string sizes_of(const std::vector<std::uint64_t> &page_sizes) {
  std::string text;
  for (const std::uint64_t size : page_sizes) {
    text.append(text.empty() ? "" : ", ").append(std::to_string(size));
  }
  return text;
}

bool has_size(const SoftTlbOptions &options, std::uint64_t size_bytes) {
  const auto &sizes = options.page_sizes;
  return std::ranges::find(sizes, size_bytes) != sizes.end();
}

void check_between(const char *name, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value < least || value > most) {
    throw InvalidArgumentError(name, std::to_string(value),
                               std::to_string(least) + " to " + std::to_string(most));
  }
}

void check_page_sizes(const std::vector<std::uint64_t> &page_sizes) {
  const SoftTlbOptions all;
  if (page_sizes.empty()) {
    throw InvalidArgumentError("page_sizes", "empty", sizes_of(all.page_sizes));
  }
  for (std::size_t i = 0; i < page_sizes.size(); ++i) {
    if (!has_size(all, page_sizes[i]) || (i > 0 && page_sizes[i] <= page_sizes[i - 1])) {
      throw InvalidArgumentError("page_sizes", sizes_of(page_sizes),
                                 "some of " + sizes_of(all.page_sizes) + ", in this order");
    }
  }
}

// Large pages have fewer entries, as in CPUs: each covers more.
std::vector<Shape> second_shapes(const SoftTlbOptions &options) {
  std::vector<Shape> shapes;
  std::size_t entries = options.second_level;
  for (const unsigned shift : kShifts) {
    if (has_size(options, std::uint64_t{1} << shift)) {
      const std::size_t at_least = std::max<std::size_t>(entries, options.second_level_ways);
      shapes.push_back({at_least, options.second_level_ways, shift, options.index});
    }
    entries /= 16;
  }
  return shapes;
}

void check_options(const SoftTlbOptions &options) {
  check_page_sizes(options.page_sizes);
  check({options.entries, options.ways, kPageShift, options.index}, options.policy);
  check_between("victim", options.victim, 0, kMaxWays);
  check_between("va_bits", options.va_bits, kLeastVaBits, kMostVaBits);
  check_between("pa_bits", options.pa_bits, kLeastPaBits, kMostPaBits);
  check_between("degree", options.degree, 1, kMaxDegree);
  check_between("prefetch_buffer", options.prefetch_buffer, 1, kMaxWays);
}

void check_second(const SoftTlbOptions &options) {
  try {
    for (const Shape &shape : second_shapes(options)) {
      check(shape, options.policy);
    }
  } catch (const InvalidArgumentError &e) { // under the names that the caller knows
    throw InvalidArgumentError(e.argument == "ways" ? "second_level_ways" : "second_level", e.value,
                               e.allowed);
  }
}

} // namespace

SoftTlb::SoftTlb(SoftTlbOptions options) : options_(std::move(options)) {
  check_options(options_);
  first_ = make_first_level(options_, live_);
  packed_ = first_->packed();
  if (options_.victim != 0) {
    victim_.emplace(live_, options_.victim);
  }
  if (options_.second_level != 0) {
    check_second(options_);
    second_.emplace(live_, second_shapes(options_), options_.policy, options_.seed + 1);
  }
  if (!options_.prefetch.empty()) {
    prefetch_ = std::make_unique<Prefetching>(
        Prefetching{to_prefetcher(options_.prefetch), {live_, options_.prefetch_buffer}, {}, 0});
  }
}

std::uint64_t SoftTlb::resolve(std::uint64_t va, Access access, std::uint16_t asid) noexcept {
  const std::uint64_t page = va >> kPageShift;
  const Key key = live_.key(asid);
  Slot piece;
  if (victim_ && victim_->take(page, key, access, piece)) {
    ++counts_.victim_hits;
    promote(va, piece, key, asid);
    return piece.pa(va, kPageShift);
  }
  if (second_ && second_->lookup(va, key, access, piece)) {
    ++counts_.second_level_hits;
    promote(va, piece, key, asid);
    return piece.pa(va, kPageShift);
  }
  if (prefetch_ != nullptr && prefetch_->buffer.take(page, key, access, piece)) {
    if (second_) {
      const Translation whole{
          .pa = piece.pa(va, kPageShift), .page_shift = piece.page_shift(), .perms = piece.perms()};
      second_->insert(va, whole, piece.context, key);
    }
    promote(va, piece, key, asid);
    train(page, asid);
    return piece.pa(va, kPageShift);
  }
  ++counts_.misses;
  train(page, asid);
  return kMiss;
}

void SoftTlb::promote(std::uint64_t va, const Slot &piece, Key key, std::uint16_t asid) noexcept {
  const Translation found{.pa = piece.pa(va, kPageShift),
                          .page_shift = piece.page_shift(),
                          .perms = piece.perms(),
                          .global = piece.context == key.global};
  Slot evicted;
  if (first_->fill(va, found, piece, key, asid, evicted)) {
    ++counts_.evictions;
    if (victim_) {
      victim_->put(evicted, {evicted.context, key.global});
    }
  }
}

void SoftTlb::fill(std::uint64_t va, const Translation &found, std::uint16_t asid) {
  check_fill(va, found);
  if ((found.perms & kAnyPerm) == 0) { // nothing to keep, but what there was is out of date
    erase_range(va, va, asid);
    return;
  }
  const std::uint64_t context = live_.assign(asid, found.global);
  const Key key = live_.key(asid);
  const Slot piece = Slot::of(va >> kPageShift, context, found, kPageShift);
  ++counts_.fills;
  if (victim_) {
    victim_->erase(piece.page, key); // it may permit less
  }
  if (prefetch_ != nullptr) {
    prefetch_->buffer.erase(piece.page, key);
  }
  if (second_) {
    second_->insert(va, found, context, key);
  }
  promote(va, piece, key, asid);
}

std::uint8_t SoftTlb::to_page_shift(std::uint64_t size_bytes) const {
  if (!has_size(options_, size_bytes)) {
    throw InvalidArgumentError("size_bytes", std::to_string(size_bytes),
                               sizes_of(options_.page_sizes));
  }
  return static_cast<std::uint8_t>(std::countr_zero(size_bytes));
}

void SoftTlb::check_canonical(std::uint64_t va) const {
  if (!is_canonical(va)) {
    throw InvalidArgumentError("va", std::to_string(va),
                               "an address whose bits above bit " +
                                   std::to_string(options_.va_bits - 1) + " are copies of it");
  }
}

void SoftTlb::check_fill(std::uint64_t va, const Translation &found) const {
  const std::uint64_t size_bytes = std::uint64_t{1} << (found.page_shift & 63U);
  (void)to_page_shift(size_bytes);
  check_canonical(va);
  if ((found.pa >> options_.pa_bits) != 0) {
    throw InvalidArgumentError("pa", std::to_string(found.pa),
                               "addresses of " + std::to_string(options_.pa_bits) +
                                   " bits; more by pa_bits");
  }
  if (((va ^ found.pa) & (size_bytes - 1)) != 0) {
    throw InvalidArgumentError("pa", std::to_string(found.pa),
                               "an address as far into a page of size_bytes (" +
                                   std::to_string(size_bytes) + ") as va");
  }
}

std::size_t SoftTlb::translate(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                               std::size_t n, Access access, std::uint16_t asid,
                               std::uint32_t *misses) noexcept {
  std::size_t n_missed = 0;
  for (std::size_t at = 0, done = 0; at < n; at += done) {
    // Written over from its start on: what is kept of a block never outruns what is read of it.
    std::uint32_t *const found = misses + n_missed;
    const std::size_t most = std::min(n - at, kBlock);
    const FirstLevel::Batch block{va + at, pa + at, fault + at, most, found};
    const std::size_t in_block = first_->lookup_some(block, access, asid, done);
    counts_.lookups += done;
    for (std::size_t i = 0; i < in_block; ++i) {
      const std::size_t missed = at + found[i];
      pa[missed] = retry(va[missed], access, asid, i != 0);
      fault[missed] = 0;
      if (pa[missed] == kMiss) {
        const Fault why = is_canonical(va[missed]) ? Fault::miss : Fault::non_canonical;
        fault[missed] = static_cast<std::uint8_t>(why);
        misses[n_missed++] = static_cast<std::uint32_t>(missed);
      }
    }
  }
  return n_missed;
}

void SoftTlb::translate_all(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                            std::size_t n, Access access, std::uint16_t asid) noexcept {
  std::array<std::uint32_t, kBlock> misses;
  for (std::size_t at = 0; at < n; at += kBlock) {
    translate(va + at, pa + at, fault + at, std::min(n - at, kBlock), access, asid, misses.data());
  }
}

void SoftTlb::train(std::uint64_t page, std::uint16_t asid) noexcept {
  if (prefetch_ == nullptr) {
    return;
  }
  prefetch_->guesses.count = 0;
  prefetch_->asid = asid;
  visit_held(prefetch_->prefetcher,
             [&](auto &p) { p.train(page, options_.degree, prefetch_->guesses); });
}

bool SoftTlb::wants(std::uint64_t page) noexcept {
  const std::uint64_t va = page << kPageShift;
  if ((va >> kPageShift) != page || !is_canonical(va)) {
    return false;
  }
  prefetch_->buffer.note_issued();
  const bool present = holds(va, prefetch_->asid);
  if (present) {
    prefetch_->buffer.note_present();
  }
  return !present;
}

bool SoftTlb::holds(std::uint64_t va, std::uint16_t asid) const noexcept {
  const Key key = live_.key(asid);
  const std::uint64_t page = va >> kPageShift;
  if (first_->holds(page, key) || (victim_ && victim_->has(page, key)) ||
      (prefetch_ != nullptr && prefetch_->buffer.has(page, key))) {
    return true;
  }
  return second_ && second_->holds(va, key);
}

void SoftTlb::keep_prefetched(std::uint64_t page, const Translation &found) {
  if (found.fault != Fault::none) {
    return;
  }
  check_fill(page << kPageShift, found);
  const std::uint64_t context = live_.assign(prefetch_->asid, found.global);
  prefetch_->buffer.put(Slot::of(page, context, found, kPageShift), live_.key(prefetch_->asid));
}

void SoftTlb::flush() noexcept {
  ++counts_.flush_all;
  live_.flush();
  first_->flush();
}

void SoftTlb::flush_asid(std::uint16_t asid) noexcept {
  ++counts_.flush_asid;
  live_.flush_asid(asid);
  first_->flush_asid(asid);
}

void SoftTlb::flush_page(std::uint64_t va, std::uint64_t size_bytes, std::uint16_t asid) {
  (void)to_page_shift(size_bytes);
  ++counts_.flush_page;
  const std::uint64_t start = va & ~(size_bytes - 1);
  erase_range(start, start + (size_bytes - 1), asid);
}

void SoftTlb::flush_range(std::uint64_t lo, std::uint64_t hi, std::uint16_t asid) {
  if (lo > hi) {
    throw InvalidArgumentError("hi", std::to_string(hi), "lo (" + std::to_string(lo) + ") or more");
  }
  ++counts_.flush_range;
  erase_range(lo, hi, asid);
}

void SoftTlb::erase_range(std::uint64_t first_va, std::uint64_t last_va,
                          std::uint16_t asid) noexcept {
  const Key key = live_.key(asid);
  const std::uint64_t first = first_va >> kPageShift;
  const std::uint64_t last = last_va >> kPageShift;
  first_->flush_pages(first, last, key, asid);
  if (victim_) {
    victim_->erase_pages(first, last, key);
  }
  if (second_) {
    second_->erase_range(first_va, last_va, key);
  }
  if (prefetch_ != nullptr) {
    prefetch_->buffer.erase_pages(first, last, key);
  }
}

SoftTlbStats SoftTlb::stats() const noexcept {
  SoftTlbStats all = counts_;
  all.second_level_evictions = second_ ? second_->evictions() : 0;
  if (prefetch_ != nullptr) {
    all.prefetch = prefetch_->buffer.counts();
  }
  return all;
}

} // namespace vmperf::tlb
