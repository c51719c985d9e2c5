#include "vmperf/tlb/prefetchers.hpp"

#include "vmperf/base/error.hpp"

namespace vmperf::tlb {

AnyPrefetcher to_prefetcher(const std::string &word) {
  if (word == "next_page") {
    return NextPage();
  }
  if (word == "stride") {
    return Stride();
  }
  if (word == "distance") {
    return Distance();
  }
  if (word == "markov") {
    return Markov();
  }
  throw InvalidArgumentError("prefetch", "'" + word + "'",
                             "None, next_page, stride, distance, markov");
}

} // namespace vmperf::tlb
