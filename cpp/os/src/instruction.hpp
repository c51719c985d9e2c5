// What an instruction is for, told from its bytes as far as evidence of work needs it: whether it
// may do work at all, or only keeps a loop going. One implementation per architecture; where there
// is none, nothing is told.
// Sources: Intel SDM vol. 2A ch. 2 and appendix A.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/types.h>

namespace vmperf::os {

enum class InstructionKind : std::uint8_t {
  work,    ///< all that is not below: loads, stores, arithmetic of two registers, calls, ...
  control, ///< compares and moves of registers, tests, nops
  jump,    ///< conditional or not, to a place known
  counter, ///< adds a constant to a register: the loop's counter, or an op that only does that
  string,  ///< a string instruction with a prefix: steps once per repetition
};

/// Bytes that tell any kind: the longest instruction that this architecture has.
inline constexpr std::size_t kLongestInstruction = 15;

/// The kind of the instruction that begins here; `work` where it is not understood.
[[nodiscard]] InstructionKind kind_of(std::span<const std::uint8_t> bytes) noexcept;

/// The address that a stopped, traced child goes on from; nothing where this is not known.
[[nodiscard]] std::optional<std::uintptr_t> next_instruction(pid_t child) noexcept;

} // namespace vmperf::os
