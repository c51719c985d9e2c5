// The powers of x that crc32c.inl multiplies by. Products of words come out times x, and those of
// 32 by 32 bits in the low word: where an exponent is odd, that is in it.

struct Shift {
  std::uint64_t low, high; ///< what an 8-byte half of 16 bytes is multiplied by
};

/// Products come out times x, and the bits of a constant lie in its upper half.
constexpr Shift shift_of(std::uint32_t to_128, std::uint32_t to_64) {
  return {.low = std::uint64_t{to_128} << 32U, .high = std::uint64_t{to_64} << 32U};
}

/// Moves 16 bytes `bits` ahead.
constexpr Shift shift_by(int bits) {
  return shift_of(power_of_x(bits + 63), power_of_x(bits - 1));
}

// NOLINTBEGIN(modernize-avoid-c-arrays): a unit has no header with inline code

/// The constant of each 16 bytes before the end of the message; the last moves nothing.
constexpr std::size_t kPieces = 104;
struct alignas(64) Distances {
  Shift at[kPieces];
};
constexpr Distances kDistance = [] {
  Distances table{};
  std::uint32_t low = power_of_x(63);
  std::uint32_t high = power_of_x(-1);
  const std::uint32_t piece = power_of_x(128);
  for (std::size_t i = kPieces; i-- > 0; low = times(low, piece), high = times(high, piece)) {
    table.at[i] = shift_of(low, high);
  }
  return table;
}();

/// multiply(c, kAhead.at[n]) as a word is the CRC c moved n bytes ahead, for another step() from 0.
struct Ahead {
  std::uint32_t at[64 + 8 + 1];
};
constexpr Ahead kAhead = [] {
  Ahead table{};
  std::uint32_t factor = power_of_x(-33);
  const std::uint32_t byte = power_of_x(8);
  for (std::uint32_t &at : table.at) {
    at = factor;
    factor = times(factor, byte);
  }
  return table;
}();

constexpr std::size_t kSums = 12;
constexpr std::size_t kStepsAtOnce = 8; // of each of three runs, beside twelve folds
constexpr std::size_t kStepBytes = 8 * kStepsAtOnce;
constexpr std::size_t kMostRounds = 32;

/// What a block of so many rounds needs.
struct alignas(32) Round {
  Shift over;           ///< the sums, over the runs
  std::uint32_t run[3]; ///< each run's CRC, to where the first sum is at the end of the block
};
template <class F> struct Rounds {
  static constexpr int kFoldBits = static_cast<int>(8 * kSums * F::kBytes);
  Round at[kMostRounds + 1]{};

  constexpr Rounds() {
    const std::uint32_t step_bits = power_of_x(8 * kStepBytes);
    const std::uint32_t fold_bits = power_of_x(kFoldBits);
    std::uint32_t run = power_of_x(0);
    std::uint32_t folds = power_of_x(31 - kFoldBits);
    for (Round &round : at) {
      const std::uint32_t runs = times(run, times(run, run));
      round.over =
          shift_of(times(runs, power_of_x(kFoldBits + 63)), times(runs, power_of_x(kFoldBits - 1)));
      round.run[2] = folds;
      round.run[1] = times(run, round.run[2]);
      round.run[0] = times(run, round.run[1]);
      run = times(run, step_bits);
      folds = times(folds, fold_bits);
    }
  }
};
template <class F> constexpr Rounds<F> kRounds{};
template <class F> constexpr Shift kFold = shift_by(Rounds<F>::kFoldBits);

// NOLINTEND(modernize-avoid-c-arrays)
