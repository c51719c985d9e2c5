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

/// A guest access that cannot be done: where, how much, and how ('r', 'w' or 'x').
struct MemoryFault : VmperfError {
  std::uint64_t address, size_bytes;
  char access;

  MemoryFault(const std::string &message, std::uint64_t at, std::uint64_t bytes, char how)
      : VmperfError(message), address(at), size_bytes(bytes), access(how) {}
};

/// An access past a region's end, into a hole, or past the end of the address space.
/// region_end is the end of the region that holds `address`, or `address` where none does.
struct OutOfRangeFault : MemoryFault {
  std::uint64_t region_end;

  OutOfRangeFault(const std::string &message, std::uint64_t at, std::uint64_t bytes, char how,
                  std::uint64_t end)
      : MemoryFault(message, at, bytes, how), region_end(end) {}
};

/// What a page or a region forbids. level is that of the table entry which stopped the walk (1 =
/// that of the smallest pages), 0 where no table was asked; reason is one word.
struct PageFault : MemoryFault {
  int level;
  std::string reason;

  PageFault(const std::string &message, std::uint64_t at, std::uint64_t bytes, char how,
            int table_level, std::string reason_word)
      : MemoryFault(message, at, bytes, how), level(table_level), reason(std::move(reason_word)) {}
};

/// An access at an address that is not a multiple of what its target asks for.
struct AlignmentFault : MemoryFault {
  std::uint64_t alignment;

  AlignmentFault(const std::string &message, std::uint64_t at, std::uint64_t bytes, char how,
                 std::uint64_t needed)
      : MemoryFault(message, at, bytes, how), alignment(needed) {}
};

/// A measurement that cannot be trusted and is therefore refused.
struct MeasurementError : VmperfError {
  std::string reason; ///< optimised_away, below_resolution, unverified, too_noisy, unlike_machines

  MeasurementError(std::string reason_word, const std::string &detail)
      : VmperfError(reason_word + ": " + detail), reason(std::move(reason_word)) {}
};

} // namespace vmperf
