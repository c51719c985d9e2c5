// The status of a case. Anything but ok is a refusal or a failure with a reason; the run goes on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vmperf::bench {

enum class Status : std::uint8_t {
  ok,
  optimised_away,
  unverified,
  below_resolution,
  too_noisy,
  crashed,
  timed_out,
  not_installed,
  unsupported,
};

[[nodiscard]] std::string_view to_text(Status status) noexcept;

/// Whether a design can run here, and which version of it was found.
struct Availability {
  Status status = Status::ok; ///< ok, not_installed or unsupported
  std::string reason;         ///< why not, and what would supply it
  std::string version;        ///< of a peer: what was found
};

} // namespace vmperf::bench
