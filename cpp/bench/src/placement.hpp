// One placement of buffers: blocks of random size held while workloads are made move whatever they
// allocate, and a stack shift moves their frames. Without it one lucky or unlucky address decides
// a whole measurement (4 KiB aliasing alone made copies differ by a fifth between processes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace vmperf::bench {

class Placement {
public:
  Placement(std::uint64_t seed, std::uint64_t process, std::uint64_t number);

  [[nodiscard]] std::size_t stack_shift_bytes() const noexcept { return stack_shift_bytes_; }

private:
  std::vector<std::unique_ptr<std::byte[]>> padding_; // NOLINT(modernize-avoid-c-arrays)
  std::size_t stack_shift_bytes_;
};

} // namespace vmperf::bench
