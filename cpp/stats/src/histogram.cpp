#include "vmperf/stats/histogram.hpp"

#include <cmath>
#include <numeric>
#include <optional>

#include "checks.hpp"

namespace vmperf::stats {
namespace {

[[noreturn]] void refuse(const std::string &what) {
  throw InvalidArgumentError("data", what, "the bytes of Histogram.to_bytes()");
}

// Numbers in LEB128, of the shortest form only, so that equal histograms have equal bytes.
class Reader {
public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (at_ == bytes_.size()) {
      refuse("truncated at byte " + std::to_string(at_));
    }
    return std::to_integer<std::uint8_t>(bytes_[at_++]);
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t next = byte();
      const std::uint64_t part = next & 0x7fU;
      const bool too_large = shift == 63 && part > 1;
      const bool not_shortest = shift != 0 && next == 0;
      if (too_large || not_shortest || shift > 63) {
        refuse("no number before byte " + std::to_string(at_));
      }
      value |= part << shift;
      if (next < 0x80U) {
        return value;
      }
    }
  }

  [[nodiscard]] bool done() const noexcept { return at_ == bytes_.size(); }

private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

// The rank of a quantile: the least one that is a share q of n or more. One step down first, as
// q * n may be rounded to just above a whole number (0.07 * 100).
std::uint64_t rank_of(double q, std::uint64_t n) {
  const double rank = std::ceil(std::nextafter(q * static_cast<double>(n), 0.0));
  return rank >= static_cast<double>(n)
             ? n
             : std::max(static_cast<std::uint64_t>(rank), std::uint64_t{1});
}

} // namespace

std::uint64_t Histogram::value_at(std::uint64_t rank) const noexcept {
  const auto [first, last] = used();
  std::uint64_t seen = 0;
  for (std::size_t i = first; i < last; ++i) {
    seen += counts_[i];
    if (seen >= rank) {
      return std::min(highest(i), max_);
    }
  }
  return max_;
}

std::uint64_t Histogram::quantile(double q) const {
  check_probability(q, "q");
  if (count_ == 0) {
    throw InvalidArgumentError("q", text(q), "none of an empty histogram");
  }
  return value_at(rank_of(q, count_));
}

std::vector<std::uint64_t> Histogram::quantiles(std::span<const double> q) const {
  std::vector<std::uint64_t> result;
  result.reserve(q.size());
  for (const double one : q) {
    result.push_back(quantile(one));
  }
  return result;
}

Histogram Histogram::from_bytes(std::span<const std::byte> bytes) {
  Reader reader(bytes);
  for (const char letter : {'V', 'M', 'H', '1'}) {
    if (reader.byte() != static_cast<std::uint8_t>(letter)) {
      refuse("without its first bytes, VMH1");
    }
  }
  const int digits = reader.byte();
  if (digits < 1 || digits > kMaxDigits) {
    refuse("of " + std::to_string(digits) + " significant digits");
  }
  const std::uint64_t min = reader.number();
  const std::uint64_t max = reader.number();
  const std::uint64_t sum_low = reader.number();
  const std::uint64_t sum_high = reader.number();
  const std::uint64_t n_filled = reader.number();
  Histogram result(digits);
  Histogram least(digits); // its sum: of the lowest values that the buckets may stand for
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < n_filled; ++i) {
    const std::uint64_t step = reader.number();
    const std::uint64_t count = reader.number();
    if (step == 0 || step > result.n_buckets() - next || count == 0 || count > ~result.count_) {
      refuse("of an impossible bucket, number " + std::to_string(i));
    }
    next += step;
    result.record_n(result.highest(next - 1), count);
    least.record_n(result.lowest(next - 1), count);
  }
  const auto sum = std::pair{sum_high, sum_low};
  const bool bounds_fit = n_filled == 0
                              ? min == 0 && max == 0
                              : min <= max && result.index_of(min) == result.index_of(least.min_) &&
                                    result.index_of(max) == result.index_of(result.max_);
  if (!reader.done() || !bounds_fit || sum < std::pair{least.sum_high_, least.sum_low_} ||
      sum > std::pair{result.sum_high_, result.sum_low_}) {
    refuse("of bounds, a sum or a length that do not fit its buckets");
  }
  result.sum_low_ = sum_low;
  result.sum_high_ = sum_high;
  result.min_ = n_filled == 0 ? kNone : min;
  result.max_ = max;
  return result;
}

} // namespace vmperf::stats
