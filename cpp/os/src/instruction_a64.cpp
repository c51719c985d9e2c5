#if defined(__aarch64__)

#include "instruction.hpp"

namespace vmperf::os {

InstructionKind kind_of(std::span<const std::uint8_t> /*bytes*/) noexcept {
  return InstructionKind::work;
}

std::optional<std::uintptr_t> next_instruction(pid_t /*child*/) noexcept {
  return std::nullopt;
}

} // namespace vmperf::os

#endif
