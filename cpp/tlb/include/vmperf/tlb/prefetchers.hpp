// Who guesses the next page: predictors trained on the page numbers of misses, one struct each.
//
//   next_page   p -> p + 1, p + 2, ...
//   stride      the same distance twice in a row -> p + d, p + 2d, ...
//   distance    a table from one distance to the two that last followed it -> p + d1, p + d2
//   markov      a table from a page to the two that last followed it
//
// train() is O(degree) and gives up to kMaxDegree pages, never the page itself; whether they exist
// is the walker's matter. Tables are direct-mapped, their rows tagged. One thread.
// Sources: Kandiraju and Sivasubramaniam, Going the Distance for TLB Prefetching: An
// Application-driven Study, ISCA 2002 (all four for TLBs); Joseph and Grunwald, Prefetching using
// Markov Predictors, ISCA 1997.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace vmperf::tlb {

inline constexpr unsigned kMaxDegree = 8;

/// Pages in the order of how likely they are.
struct Guesses {
  std::array<std::uint64_t, kMaxDegree> pages{};
  unsigned count = 0;

  void add(std::uint64_t page) noexcept { pages[count++] = page; }
};

/// Two successors, the newest first.
struct Followers {
  std::uint64_t key = 0;
  std::array<std::uint64_t, 2> next{};
  unsigned count = 0;

  void put(std::uint64_t key_now, std::uint64_t follower) noexcept {
    if (count == 0 || key != key_now) {
      key = key_now;
      next[0] = follower;
      count = 1;
    } else if (next[0] != follower) {
      next[1] = next[0];
      next[0] = follower;
      count = 2;
    }
  }
  [[nodiscard]] bool has(std::uint64_t key_now) const noexcept {
    return count != 0 && key == key_now;
  }
};

class NextPage {
public:
  static void train(std::uint64_t page, unsigned degree, Guesses &out) noexcept {
    for (unsigned i = 1; i <= degree; ++i) {
      out.add(page + i);
    }
  }
};

class Stride {
public:
  void train(std::uint64_t page, unsigned degree, Guesses &out) noexcept {
    const std::uint64_t distance = page - last_; // modulo 2^64, so backwards, too
    if (seen_ > 1 && distance == stride_ && distance != 0) {
      for (unsigned i = 1; i <= degree; ++i) {
        out.add(page + i * distance);
      }
    }
    stride_ = distance;
    last_ = page;
    seen_ += seen_ < 2 ? 1 : 0;
  }

private:
  std::uint64_t last_ = 0, stride_ = 0;
  unsigned seen_ = 0; ///< misses, up to 2: before that there is no distance
};

class Distance {
public:
  static constexpr std::size_t kRows = 256;

  void train(std::uint64_t page, unsigned degree, Guesses &out) noexcept {
    const std::uint64_t distance = page - last_;
    if (seen_ > 1) {
      rows_[last_distance_ % kRows].put(last_distance_, distance);
    }
    if (seen_ > 0) {
      const Followers &row = rows_[distance % kRows];
      for (unsigned i = 0; row.has(distance) && i < row.count && i < degree; ++i) {
        if (row.next[i] != 0) {
          out.add(page + row.next[i]);
        }
      }
    }
    last_distance_ = distance;
    last_ = page;
    seen_ += seen_ < 2 ? 1 : 0;
  }

private:
  std::array<Followers, kRows> rows_{};
  std::uint64_t last_ = 0, last_distance_ = 0;
  unsigned seen_ = 0;
};

class Markov {
public:
  static constexpr std::size_t kRows = 1024;

  void train(std::uint64_t page, unsigned degree, Guesses &out) noexcept {
    if (seen_) {
      rows_[last_ % kRows].put(last_, page);
    }
    const Followers &row = rows_[page % kRows];
    for (unsigned i = 0; row.has(page) && i < row.count && i < degree; ++i) {
      if (row.next[i] != page) {
        out.add(row.next[i]);
      }
    }
    last_ = page;
    seen_ = true;
  }

private:
  std::array<Followers, kRows> rows_{};
  std::uint64_t last_ = 0;
  bool seen_ = false;
};

using AnyPrefetcher = std::variant<NextPage, Stride, Distance, Markov>;

/// "next_page", "stride", "distance", "markov"; InvalidArgumentError for any other word.
[[nodiscard]] AnyPrefetcher to_prefetcher(const std::string &word);

} // namespace vmperf::tlb
