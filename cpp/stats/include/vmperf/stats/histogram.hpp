// A distribution of unsigned integers (ns, bytes, counts) that is recorded op by op: exact counts
// in log-linear buckets, as in HdrHistogram (Tene, hdrhistogram.org), whose bucket edges it shares.
//
// Values below 2^s are each a bucket of their own; above, every power of two has 2^(s-1) equal
// ones, so a bucket is at most 2^-(s-1) of its values wide. s = ceil(log2(2 * 10^digits)): 11 for 3
// digits.
//
//   index   0 .. 2^s - 1 | 2^(s-1) buckets of 2 | of 4 | of 8 | ... up to 2^64 - 1
//
// record() is a bit scan, two shifts and four additions, without a branch, allocation or failure;
// under 5 ns. The table is zeroed memory of the system, of which untouched pages take none: 3
// digits reserve 440 KiB and use what their values span. Merging is exact. Everything but quantiles
// and reading is inline, so that a workload records without linking anything. One writer at a time
// per object; const members may run on many threads.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"

namespace vmperf::stats {

/// Distribution-free, at least the confidence asked for. low is 0 and high infinite where too few
/// records lie beyond the quantile to bound it.
struct QuantileInterval {
  std::uint64_t quantile;
  double low, high;
};

class Histogram {
public:
  static constexpr int kMaxDigits = 5;
  static constexpr int kDefaultDigits = 3;

  /// Values that differ by less than 10^-significant_digits of themselves may share a bucket; 1
  /// to 5.
  explicit Histogram(int significant_digits = kDefaultDigits)
      : digits_(checked(significant_digits)), bits_(sub_bits(significant_digits)),
        mask_((std::uint64_t{1} << bits_) - 1), counts_(zeroed(n_buckets())) {}

  Histogram(const Histogram &other) : Histogram(other.digits_) { add(other); }
  Histogram(Histogram &&other) noexcept = default; ///< `other` may only be destroyed or assigned to
  Histogram &operator=(Histogram other) noexcept {
    swap(other);
    return *this;
  }
  ~Histogram() = default;

  void record(std::uint64_t value) noexcept { record_n(value, 1); }

  /// As `count` records of `value`; all counts together stay below 2^64.
  void record_n(std::uint64_t value, std::uint64_t count) noexcept {
    counts_[index_of(value)] += count;
    count_ += count;
    if (count == 1) { // a constant in record()
      add_to_sum(value, 0);
    } else {
      add_product(value, count);
    }
    // Of nothing recorded no bound is kept.
    const bool some = count != 0;
    min_ = std::min(min_, some ? value : min_);
    max_ = std::max(max_, some ? value : max_);
  }

  /// As if all that `other` recorded had been recorded here; it has as many digits, else
  /// InvalidArgumentError, as where both together would have 2^64 records.
  void merge(const Histogram &other) {
    if (other.digits_ != digits_) {
      throw InvalidArgumentError("other",
                                 "of " + std::to_string(other.digits_) + " significant digits",
                                 "a histogram of " + std::to_string(digits_));
    }
    if (other.count_ > ~count_) {
      throw InvalidArgumentError("other", "of " + std::to_string(other.count_) + " records",
                                 "at most " + std::to_string(~count_) + " more");
    }
    add(other);
  }

  /// Nothing recorded; the pages of the table stay, so that recording meets no page fault.
  void clear() noexcept {
    if (count_ != 0) {
      std::fill(counts_.get() + index_of(min_), counts_.get() + index_of(max_) + 1, 0);
    }
    count_ = sum_low_ = sum_high_ = max_ = 0;
    min_ = kNone;
  }

  [[nodiscard]] int significant_digits() const noexcept { return digits_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t min() const noexcept { return count_ == 0 ? 0 : min_; } ///< 0: empty
  [[nodiscard]] std::uint64_t max() const noexcept { return max_; }                   ///< 0: empty
  /// Of the values themselves, not of their buckets; exact up to 2^53, rounded above.
  [[nodiscard]] double sum() const noexcept {
    return static_cast<double>(sum_high_) * 0x1p64 + static_cast<double>(sum_low_);
  }

  /// The least value whose rank is a share q of the count or more: the highest value of its bucket,
  /// brought within [min, max]. q in [0, 1], at least one record.
  [[nodiscard]] std::uint64_t quantile(double q) const;
  /// Several, in the order of `q`.
  [[nodiscard]] std::vector<std::uint64_t> quantiles(std::span<const double> q) const;
  /// quantile(q) with the order statistics that hold the true quantile of independent records.
  [[nodiscard]] QuantileInterval quantile_interval(double q, double confidence = 0.95) const;
  /// The value of rank 1 to count, as quantile() has it. No check.
  [[nodiscard]] std::uint64_t value_at(std::uint64_t rank) const noexcept;

  [[nodiscard]] std::size_t n_buckets() const noexcept {
    return std::size_t{66 - bits_} << (bits_ - 1);
  }
  [[nodiscard]] std::size_t index_of(std::uint64_t value) const noexcept {
    // std::bit_width tests for 0, which value | mask_ is not.
    const unsigned top = 63U - static_cast<unsigned>(__builtin_clzll(value | mask_));
    const unsigned shift = top - (bits_ - 1);
    return (std::size_t{shift} << (bits_ - 1)) + static_cast<std::size_t>(value >> shift);
  }
  /// The least and the greatest value of a bucket.
  [[nodiscard]] std::uint64_t lowest(std::size_t index) const noexcept {
    const unsigned shift = shift_of(index);
    return (index - (std::uint64_t{shift} << (bits_ - 1))) << shift;
  }
  [[nodiscard]] std::uint64_t highest(std::size_t index) const noexcept {
    return lowest(index) + ((std::uint64_t{1} << shift_of(index)) - 1);
  }
  [[nodiscard]] std::uint64_t count_at(std::size_t index) const noexcept { return counts_[index]; }
  /// The buckets that may hold something: [first, last).
  [[nodiscard]] std::pair<std::size_t, std::size_t> used() const noexcept {
    return count_ == 0 ? std::pair<std::size_t, std::size_t>{0, 0}
                       : std::pair{index_of(min_), index_of(max_) + 1};
  }

  /// "VMH1", digits, then LEB128 numbers: min, max, sum (low, high 64 bits), buckets that hold
  /// something, and of each its distance from the one before (the first from -1) and its count.
  [[nodiscard]] std::vector<std::byte> to_bytes() const {
    std::vector<std::byte> bytes;
    for (const char letter : {'V', 'M', 'H', '1', static_cast<char>(digits_)}) {
      bytes.push_back(static_cast<std::byte>(letter));
    }
    const auto [first, last] = used();
    const auto *const table = counts_.get();
    const auto n_empty = std::count(table + first, table + last, std::uint64_t{0});
    const std::uint64_t n_filled = last - first - static_cast<std::uint64_t>(n_empty);
    for (const std::uint64_t number : {min(), max_, sum_low_, sum_high_, n_filled}) {
      append(bytes, number);
    }
    std::size_t next = 0;
    for (std::size_t i = first; i < last; ++i) {
      if (counts_[i] != 0) {
        append(bytes, i + 1 - next);
        append(bytes, counts_[i]);
        next = i + 1;
      }
    }
    return bytes;
  }

  /// Of bytes that to_bytes() could have written; any others are an InvalidArgumentError.
  [[nodiscard]] static Histogram from_bytes(std::span<const std::byte> bytes);

  friend bool operator==(const Histogram &a, const Histogram &b) noexcept {
    const auto [first, last] = a.used();
    return a.digits_ == b.digits_ && a.count_ == b.count_ && a.sum_low_ == b.sum_low_ &&
           a.sum_high_ == b.sum_high_ && a.min_ == b.min_ && a.max_ == b.max_ &&
           std::equal(a.counts_.get() + first, a.counts_.get() + last, b.counts_.get() + first);
  }

private:
  struct Free {
    void operator()(std::uint64_t *table) const noexcept { std::free(table); }
  };
  using Table = std::unique_ptr<std::uint64_t[], Free>; // NOLINT(modernize-avoid-c-arrays)

  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

  static int checked(int digits) {
    if (digits < 1 || digits > kMaxDigits) {
      throw InvalidArgumentError("significant_digits", std::to_string(digits), "1 to 5");
    }
    return digits;
  }

  static unsigned sub_bits(int digits) noexcept {
    std::uint64_t values = 2;
    for (; digits > 0; --digits) {
      values *= 10;
    }
    return static_cast<unsigned>(std::bit_width(values - 1));
  }

  static Table zeroed(std::size_t n) {
    auto *table = static_cast<std::uint64_t *>(std::calloc(n, sizeof(std::uint64_t)));
    if (table == nullptr) {
      throw std::bad_alloc();
    }
    return Table(table);
  }

  static void append(std::vector<std::byte> &bytes, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) {
      bytes.push_back(static_cast<std::byte>((number & 0x7fU) | 0x80U));
    }
    bytes.push_back(static_cast<std::byte>(number));
  }

  [[nodiscard]] unsigned shift_of(std::size_t index) const noexcept {
    const auto power = static_cast<unsigned>(index >> (bits_ - 1));
    return power == 0 ? 0 : power - 1;
  }

  void add_to_sum(std::uint64_t low, std::uint64_t high) noexcept {
    sum_low_ += low;
    sum_high_ += high + (sum_low_ < low ? 1U : 0U);
  }

  // value * count in 128 bits, by halves.
  void add_product(std::uint64_t value, std::uint64_t count) noexcept {
    constexpr std::uint64_t kHalf = 0xffff'ffff;
    const std::uint64_t low = (value & kHalf) * (count & kHalf);
    const std::uint64_t a = (value >> 32U) * (count & kHalf);
    const std::uint64_t b = (value & kHalf) * (count >> 32U);
    add_to_sum(low, (value >> 32U) * (count >> 32U));
    add_to_sum(a << 32U, a >> 32U);
    add_to_sum(b << 32U, b >> 32U);
  }

  void add(const Histogram &other) noexcept {
    const auto [first, last] = other.used();
    for (std::size_t i = first; i < last; ++i) {
      if (const std::uint64_t count = other.counts_[i]; count != 0) { // leaves untouched pages so
        counts_[i] += count;
      }
    }
    count_ += other.count_;
    add_to_sum(other.sum_low_, other.sum_high_);
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }

  void swap(Histogram &other) noexcept {
    std::swap(digits_, other.digits_);
    std::swap(bits_, other.bits_);
    std::swap(mask_, other.mask_);
    std::swap(counts_, other.counts_);
    std::swap(count_, other.count_);
    std::swap(sum_low_, other.sum_low_);
    std::swap(sum_high_, other.sum_high_);
    std::swap(min_, other.min_);
    std::swap(max_, other.max_);
  }

  int digits_;
  unsigned bits_; // s above
  std::uint64_t mask_;
  Table counts_;
  std::uint64_t count_ = 0, sum_low_ = 0, sum_high_ = 0;
  std::uint64_t min_ = kNone, max_ = 0;
};

} // namespace vmperf::stats
