// The error tree. A caller's mistake or a failed resource is an exception from here; a programmer's
// mistake is an assert. Hot paths return a status or nullptr instead and never throw.
// Messages say what was wrong, the value, what is allowed and what to do.
// Python sees the same names (cpp/module/errors.cpp is the only map). Thread-safe: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace vmperf {

struct VmperfError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An argument out of range, of the wrong kind or unknown.
struct InvalidArgumentError : VmperfError {
  std::string argument, value, allowed;

  InvalidArgumentError(std::string argument_name, std::string given, std::string allowed_values)
      : VmperfError(argument_name + " is " + given + "; allowed: " + allowed_values),
        argument(std::move(argument_name)), value(std::move(given)),
        allowed(std::move(allowed_values)) {}
};

/// Memory or another bounded resource is exhausted; the object stays as it was.
struct CapacityError : VmperfError {
  std::uint64_t requested_bytes, limit_bytes;

  CapacityError(const std::string &what, std::uint64_t requested, std::uint64_t limit)
      : VmperfError(what + ": " + std::to_string(requested) + " bytes asked for, limit " +
                    std::to_string(limit)),
        requested_bytes(requested), limit_bytes(limit) {}
};

/// A double free, a foreign pointer, a bad header: found by a checked API.
struct CorruptionError : VmperfError {
  using VmperfError::VmperfError;
};

/// A file that is not what it should be: truncated, foreign, or of a newer format.
struct TraceFormatError : VmperfError {
  std::string path;
  std::uint64_t offset;

  TraceFormatError(std::string file, std::uint64_t at, const std::string &reason)
      : VmperfError(file + " at byte " + std::to_string(at) + ": " + reason), path(std::move(file)),
        offset(at) {}
};

/// An operating system call failed.
struct OsError : VmperfError {
  int code;
  std::string call;

  OsError(std::string failed_call, int error_number, const std::string &reason)
      : VmperfError(failed_call + ": " + reason), code(error_number), call(std::move(failed_call)) {
  }
};

/// The CPU, kernel or build lacks what was asked for; the message says what would supply it.
struct UnsupportedError : VmperfError {
  using VmperfError::VmperfError;
};

/// A measurement that cannot be trusted and is therefore refused.
struct MeasurementError : VmperfError {
  std::string reason; ///< optimised_away, below_resolution, unverified, too_noisy, unlike_machines

  MeasurementError(std::string reason_word, const std::string &detail)
      : VmperfError(reason_word + ": " + detail), reason(std::move(reason_word)) {}
};

} // namespace vmperf
