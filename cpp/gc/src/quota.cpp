#include "vmperf/gc/quota.hpp"

#include <algorithm>
#include <cmath>

namespace vmperf::gc {

namespace {

// Rates forget half of what was at each sample.
constexpr double kForget = 0.5;
// What a byte of the nursery costs is taken at its worst at once, and forgotten slowly: where
// collections of much and of little that survives take turns, the mean of both holds no target.
constexpr double kRelax = 0.05;
// Of a cost that stays the loop's poles are 0.42 and -0.12: it does not swing.
constexpr double kProportional = 0.05;
constexpr double kIntegral = 0.65;
constexpr double kMinorShare = 0.5; ///< of the target, for minor collections
constexpr double kMostMinorShare = 0.85;
constexpr double kLeastSlice = 1.0 / 20; ///< of the target
constexpr double kFixedGrows = 1.02;     ///< a collection, so that it is forgotten in 100
constexpr double kAhead = 1.25;          ///< slices are longer than needed, since rates vary
constexpr double kPausedShare = 0.42;    ///< of a window; the claim is a half
constexpr std::uint64_t kLeastItems = 2048;
constexpr double kFirstItemNs = 10;
constexpr double kBlockLoss = 4.0 / 3; ///< of space, by objects that end a block early

double mean(double old, double fresh) noexcept {
  return old + (1 - kForget) * (fresh - old);
}

} // namespace

void PauseWindow::add(std::int64_t begin_ns, std::int64_t end_ns) {
  if (first_ > 64 && first_ * 2 > spans_.size()) {
    spans_.erase(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  spans_.push_back({begin_ns, end_ns});
  sum_ += end_ns - begin_ns;
}

std::int64_t PauseWindow::paused(std::int64_t now_ns) {
  const std::int64_t from = now_ns - window_ns_;
  while (first_ < spans_.size() && spans_[first_].end <= from) {
    sum_ -= spans_[first_].end - spans_[first_].begin;
    ++first_;
  }
  const bool cut = first_ < spans_.size() && spans_[first_].begin < from;
  return sum_ - (cut ? from - spans_[first_].begin : 0);
}

Quota::Quota(const QuotaLimits &limits)
    : limits_(limits), log_least_(std::log(static_cast<double>(limits.least_nursery_bytes))),
      log_most_(std::log(
          static_cast<double>(std::max(limits.most_nursery_bytes, limits.least_nursery_bytes)))),
      log_nursery_(log_most_), item_ns_(kFirstItemNs),
      finish_ns_(static_cast<double>(limits.target_ns) / 10) {}

void Quota::minor(std::int64_t ns, std::uint64_t nursery_bytes, std::uint64_t promoted_bytes,
                  std::int64_t mutator_ns) {
  promoted_ = std::max(mean(promoted_, static_cast<double>(promoted_bytes)), 0.0);
  mutator_ns_ = mean(mutator_ns_, static_cast<double>(mutator_ns));
  hurry_ = 1;
  const auto ns_now = static_cast<double>(ns);
  fixed_ns_ = fixed_ns_ == 0 ? ns_now : std::min(fixed_ns_ * kFixedGrows, ns_now);
  const double took = std::log(static_cast<double>(std::max<std::int64_t>(ns, 1)));
  const double of = std::log(static_cast<double>(std::max<std::uint64_t>(nursery_bytes, 1)));
  const double goal = std::log(static_cast<double>(limits_.target_ns) * kMinorShare);
  // What was asked for early says little of a full nursery: fixed costs are most of it.
  if (of < log_nursery_ - std::log(4.0) && took < goal) {
    return;
  }
  const double fresh = took - of;
  log_byte_ns_ =
      !seen_ || fresh > log_byte_ns_ ? fresh : log_byte_ns_ + kRelax * (fresh - log_byte_ns_);
  const double error = goal - (log_byte_ns_ + log_nursery_);
  double change = kIntegral * error + (seen_ ? kProportional * (error - error_) : 0);
  clamped_ = 0;
  if (change < 0) {
    const double floor = least_change();
    clamped_ = change < floor ? kClampedUtilisation : 0;
    change = std::max(change, floor);
  }
  seen_ = true;
  error_ = error;
  log_nursery_ = std::clamp(log_nursery_ + change, log_least_, log_most_);
  if (log_nursery_ <= log_least_ || log_nursery_ >= log_most_) {
    clamped_ |= kClampedNursery;
  }
}

// A nursery is not made so small that collections take twice as long as the mutator is left, unless
// the target is missed otherwise; and where a collection takes as long whatever is in the nursery,
// that helps nothing either.
double Quota::least_change() const noexcept {
  const double estimate = std::exp(log_byte_ns_ + log_nursery_);
  // Both means lag behind the nursery: a third of the way at a time, lest it swings.
  const double worth = std::log(estimate / std::max(mutator_ns_ * 2, 1.0)) / 3;
  const double most = static_cast<double>(limits_.target_ns) * kMostMinorShare;
  return fixed_ns_ > most ? worth : std::min(worth, std::log(most / estimate));
}

void Quota::marked(std::int64_t ns, std::uint64_t items) {
  if (items >= kLeastItems) { // of fewer most is the cold start
    item_ns_ = mean(item_ns_, static_cast<double>(ns) / static_cast<double>(items));
  }
}

void Quota::finished(std::int64_t ns) {
  finish_ns_ = mean(finish_ns_, static_cast<double>(ns));
}

double Quota::collections_left(std::uint64_t space_left) const noexcept {
  return static_cast<double>(space_left) / std::max(promoted_ * kBlockLoss, 1.0);
}

// What pauses leave for marking when nothing presses.
double Quota::usual_slice_ns() const noexcept {
  const auto target = static_cast<double>(limits_.target_ns);
  const auto minor = static_cast<double>(minor_estimate_ns());
  const double fair = mutator_ns_ * kPausedShare / (1 - kPausedShare) - minor;
  return std::max(std::min(target * 0.9 - minor, fair), target * kLeastSlice);
}

bool Quota::begin(std::uint64_t items, std::uint64_t space_left) const {
  // Twice the collections that it should take, and some: what lives may have grown.
  const double needed = static_cast<double>(items) * item_ns_ / usual_slice_ns() * 2 + 4;
  return promoted_ > 0 && collections_left(space_left) <= needed;
}

std::int64_t Quota::slice(std::uint64_t items_left, std::uint64_t space_left,
                          std::int64_t until_deadline_ns, std::int64_t paused_ns,
                          std::int64_t window_ns) {
  const double work = static_cast<double>(items_left) * item_ns_ * kAhead;
  const double left = std::max(collections_left(space_left), 1.0);
  const double least = static_cast<double>(limits_.target_ns) * kLeastSlice;
  const auto deadline = static_cast<double>(std::max<std::int64_t>(until_deadline_ns, 0));
  const double fair =
      std::max(static_cast<double>(window_ns) * kPausedShare - static_cast<double>(paused_ns), 0.0);
  double budget = std::max(work / left, least);
  hurry_ = deadline > 0 ? std::min(1.0, deadline / budget) : 1;
  if (budget > deadline) {
    budget = deadline;
    clamped_ |= kClampedDeadline;
  }
  const bool room_to_wait = work / std::max(usual_slice_ns(), 1.0) * 1.2 < left;
  if (budget > fair && room_to_wait) {
    budget = fair;
    clamped_ |= kClampedUtilisation;
  }
  return static_cast<std::int64_t>(budget);
}

std::uint64_t Quota::nursery_bytes() const noexcept {
  const double bytes = std::exp(log_nursery_) * hurry_;
  return std::clamp(static_cast<std::uint64_t>(std::llround(bytes)), limits_.least_nursery_bytes,
                    std::max(limits_.most_nursery_bytes, limits_.least_nursery_bytes));
}

std::int64_t Quota::minor_estimate_ns() const noexcept {
  return seen_ ? static_cast<std::int64_t>(std::exp(log_byte_ns_ + log_nursery_)) : 0;
}

std::int64_t Quota::finish_estimate_ns() const noexcept {
  return static_cast<std::int64_t>(finish_ns_);
}

std::int64_t Quota::mark_estimate_ns(std::uint64_t items) const noexcept {
  return static_cast<std::int64_t>(static_cast<double>(items) * item_ns_);
}

} // namespace vmperf::gc
