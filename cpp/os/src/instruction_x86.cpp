#if defined(__x86_64__)

#include <sys/ptrace.h>
#include <sys/user.h>

#include <cerrno>

#include "instruction.hpp"

namespace vmperf::os {
namespace {

struct Opcode {
  std::size_t at = 0; ///< index of the opcode's first byte
  bool repeated = false;
};

bool is_prefix(std::uint8_t byte) noexcept {
  return byte == 0x66 || byte == 0x67 || byte == 0x2e || byte == 0x36 || byte == 0x3e ||
         byte == 0x26 || byte == 0x64 || byte == 0x65 || byte == 0xf2 || byte == 0xf3;
}

// Legacy prefixes in any order, then REX at last.
Opcode find_opcode(std::span<const std::uint8_t> bytes) noexcept {
  Opcode found;
  while (found.at < bytes.size() && is_prefix(bytes[found.at])) {
    found.repeated = found.repeated || bytes[found.at] == 0xf2 || bytes[found.at] == 0xf3;
    ++found.at;
  }
  if (found.at < bytes.size() && (bytes[found.at] & 0xf0U) == 0x40) {
    ++found.at;
  }
  return found;
}

bool is_string(std::uint8_t op) noexcept {
  return (op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf) || (op >= 0x6c && op <= 0x6f);
}

InstructionKind two_byte(std::uint8_t op) noexcept {
  if (op >= 0x80 && op <= 0x8f) {
    return InstructionKind::jump;
  }
  const bool hint = op == 0x1f || op == 0x1e; // nop, endbr64
  return hint ? InstructionKind::control : InstructionKind::work;
}

// Opcodes whose meaning stands in the middle field of the byte that follows; registers only.
InstructionKind of_group(std::uint8_t op, unsigned field) noexcept {
  switch (op) {
  case 0x81:
  case 0x83:
    if (field == 7) {
      return InstructionKind::control;
    }
    return field == 0 || field == 5 ? InstructionKind::counter : InstructionKind::work;
  case 0xff:
  case 0xfe:
    return field <= 1 ? InstructionKind::counter : InstructionKind::work;
  case 0xf6:
  case 0xf7:
    return field <= 1 ? InstructionKind::control : InstructionKind::work;
  default:
    return InstructionKind::work;
  }
}

InstructionKind of_registers(std::uint8_t op, unsigned field) noexcept {
  const bool compares = op >= 0x38 && op <= 0x3b;
  const bool tests = op == 0x84 || op == 0x85;
  const bool moves = op == 0x89 || op == 0x8b;
  return compares || tests || moves ? InstructionKind::control : of_group(op, field);
}

} // namespace

InstructionKind kind_of(std::span<const std::uint8_t> bytes) noexcept {
  const auto [at, repeated] = find_opcode(bytes);
  if (at + 1 >= bytes.size()) {
    return InstructionKind::work;
  }
  const std::uint8_t op = bytes[at];
  const std::uint8_t next = bytes[at + 1];
  if (repeated && is_string(op)) {
    return InstructionKind::string;
  }
  if (op == 0x0f) {
    return two_byte(next);
  }
  if ((op >= 0x70 && op <= 0x7f) || op == 0xeb || op == 0xe9) {
    return InstructionKind::jump;
  }
  if (op == 0x90 || op == 0x3c || op == 0x3d || op == 0xa8 || op == 0xa9) {
    return InstructionKind::control; // nop, compare and test of the accumulator
  }
  if (op == 0x05 || op == 0x2d || op == 0x8d) {
    return InstructionKind::counter; // add and sub of the accumulator, lea
  }
  const bool registers = next >= 0xc0;
  return registers ? of_registers(op, (unsigned{next} >> 3U) & 7U) : InstructionKind::work;
}

std::optional<std::uintptr_t> next_instruction(pid_t child) noexcept {
  errno = 0;
  const long where = ptrace(PTRACE_PEEKUSER, child, offsetof(user_regs_struct, rip), nullptr);
  return errno == 0 ? std::optional(static_cast<std::uintptr_t>(where)) : std::nullopt;
}

} // namespace vmperf::os

#endif
