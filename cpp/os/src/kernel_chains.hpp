// The chains of the self-test, one definition per architecture. Each does n_ops() dependent ops.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vmperf::os {

inline constexpr int kChainUnroll = 50;

/// One cell per cache line, each holding the address of the next.
struct ChaseRing {
  static constexpr std::size_t kLines = 64;
  struct alignas(64) Line {
    void *next;
  };
  std::array<Line, kLines> lines;

  ChaseRing() noexcept {
    // 37 is coprime to 64: one cycle over all lines, with a stride that isn't the next line's.
    for (std::size_t i = 0; i < kLines; ++i) {
      lines[i].next = &lines[(i + 37) % kLines];
    }
  }
};

/// Each runs `iterations` times kChainUnroll ops.
void add_ops(int iterations) noexcept;
void imul_ops(int iterations) noexcept;
void l1_load_ops(ChaseRing &ring, int iterations) noexcept;
void store_forward_ops(int iterations) noexcept;

} // namespace vmperf::os
