// What all programs (mutators) share. A program is a template over a space:
//
//   P(space, settings)   builds what lives as long as it does
//   step() -> checksum   one round of its work, the same one on every space for one seed
//   fault() -> text      empty, or what is wrong with what it reads back of its own data
//   objects()            how many objects its steps have made
//
// `size` is its one measure of how much lives: a depth, or a number of entries.
#pragma once

#include <cstdint>
#include <string>

#include "vmperf/base/rng.hpp"
#include "vmperf/gc/mutators/space.hpp"

namespace vmperf::gc {

struct ProgramSettings {
  std::uint64_t size = 0;
  std::uint64_t seed = 0;
  double longevity = 0.1;  ///< of churn, survivors: the share of objects that are kept for long
  std::uint64_t bytes = 0; ///< of churn: of every object; 0 = 16 to 512, log-uniform
  std::uint64_t shift_steps =
      0; ///< of churn: every so many steps `longevity` is taken tenfold, and
         ///< as it was again; 0 = never
};

/// Empty, or a sentence on two counts that differ.
[[nodiscard]] inline std::string equal(const char *what, std::uint64_t found,
                                       std::uint64_t expected) {
  return found == expected ? ""
                           : std::string(what) + ": " + std::to_string(found) + ", not " +
                                 std::to_string(expected) + "; ";
}

/// Reads all references of a table; for manual spaces, what a program holds at its end.
template <class S> void release_all(S &space, typename S::Ref table, std::size_t n) {
  if constexpr (S::kManual) {
    for (std::size_t i = 0; i < n; ++i) {
      if (const auto entry = space.load(table, i); entry != typename S::Ref{}) {
        space.release(entry);
      }
    }
    space.release(table);
  }
}

} // namespace vmperf::gc
