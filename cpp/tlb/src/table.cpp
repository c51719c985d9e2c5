// Sizes and memory of tables.
#include "vmperf/tlb/table.hpp"

#include <bit>
#include <cstdint>
#include <string>

#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::tlb::detail {
namespace {

constexpr unsigned kMostBits = 30;

} // namespace

unsigned checked_set_bits(std::size_t entries, std::size_t ways, unsigned least) {
  if (ways == 0 || ways > entries) {
    throw InvalidArgumentError("ways", std::to_string(ways),
                               "1 to the number of entries, " + std::to_string(entries));
  }
  if (entries % ways != 0) {
    throw InvalidArgumentError("entries", std::to_string(entries),
                               "multiples of ways, " + std::to_string(ways));
  }
  const std::size_t sets = entries / ways;
  if (!is_power_of_two(sets) || sets < (std::size_t{1} << least) ||
      entries > (std::size_t{1} << kMostBits)) {
    throw InvalidArgumentError("entries", std::to_string(entries),
                               std::to_string(ways) + " ways times a power of two from " +
                                   std::to_string(std::size_t{1} << least) + " to " +
                                   std::to_string((std::size_t{1} << kMostBits) / ways));
  }
  return static_cast<unsigned>(std::countr_zero(sets));
}

os::Mapping map_table(std::size_t bytes) {
  try {
    os::Mapping memory(bytes);
    if (const auto huge = os::huge_page_bytes(); huge && bytes >= *huge) {
      memory = os::Mapping(bytes, *huge);
      memory.advise(os::Advice::huge_page);
    }
    return memory;
  } catch (const OsError &) {
    throw CapacityError("table of a TLB", bytes, 0);
  }
}

} // namespace vmperf::tlb::detail
