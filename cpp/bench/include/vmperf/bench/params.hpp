// The parameters of a case: axis name -> value. Plain values, ordered by name so that two equal
// sets print and hash alike. Beside them goes the seed of the run, which is no axis: a maker draws
// its data from it, so that one seed gives the same data and another one other data.
// Lookup O(log axes); never used inside a timed loop.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vmperf/base/error.hpp"

namespace vmperf::bench {

using Value = std::variant<std::int64_t, double, std::string>;

/// The text of a value as the command line takes it.
[[nodiscard]] std::string to_text(const Value &value);

/// The words of a text axis and what each stands for.
template <class E> using Choices = std::initializer_list<std::pair<std::string_view, E>>;

class Params {
public:
  /// Of makers that nobody gave a seed.
  static constexpr std::uint64_t kDefaultSeed = 20240917;

  Params() = default;
  void set(std::string name, Value value) { values_.insert_or_assign(std::move(name), value); }

  /// The value of an axis; InvalidArgumentError where there is none or it has another type.
  [[nodiscard]] std::int64_t get_int(std::string_view name) const;
  [[nodiscard]] double get_double(std::string_view name) const;
  [[nodiscard]] const std::string &get_string(std::string_view name) const;

  /// A non-negative integer as a size; InvalidArgumentError outside [least, most].
  [[nodiscard]] std::size_t get_size(std::string_view name, std::size_t least = 0,
                                     std::size_t most = kAnySize) const;

  /// What a word stands for: `params.get_choice<Mode>("mode", {{"fast", Mode::fast}, ...})`;
  /// InvalidArgumentError with the allowed words for any other one.
  template <class E> [[nodiscard]] E get_choice(std::string_view name, Choices<E> choices) const;

  /// The same where the word itself is wanted.
  [[nodiscard]] const std::string &get_word(std::string_view name,
                                            const std::vector<std::string_view> &words) const;

  /// Whether the benchmark has this axis: makers that serve several read what there is.
  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }

  /// The seed of all data that a maker draws. Streams of CounterRng keep its uses apart.
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  void set_seed(std::uint64_t seed) noexcept { seed_ = seed; }

  [[nodiscard]] const std::map<std::string, Value, std::less<>> &values() const noexcept {
    return values_;
  }

private:
  static constexpr std::size_t kAnySize = ~std::size_t{0};

  std::map<std::string, Value, std::less<>> values_;
  std::uint64_t seed_ = kDefaultSeed;
};

} // namespace vmperf::bench

#include "vmperf/bench/params.inl"
