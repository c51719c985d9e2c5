#include "vmperf/bench/status.hpp"

namespace vmperf::bench {

std::string_view to_text(Status status) noexcept {
  switch (status) {
  case Status::ok:
    return "ok";
  case Status::optimised_away:
    return "optimised_away";
  case Status::unverified:
    return "unverified";
  case Status::below_resolution:
    return "below_resolution";
  case Status::too_noisy:
    return "too_noisy";
  case Status::crashed:
    return "crashed";
  case Status::timed_out:
    return "timed_out";
  case Status::not_installed:
    return "not_installed";
  case Status::unsupported:
    return "unsupported";
  }
  return "?";
}

} // namespace vmperf::bench
