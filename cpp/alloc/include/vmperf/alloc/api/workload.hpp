// What the allocator workloads share: the design, how a block is touched, and the proof of the face
// behind it. Used by benches, designs and peers only. One thread, unless a workload says otherwise.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/alloc/api/calls.hpp"
#include "vmperf/alloc/api/proof.hpp"
#include "vmperf/alloc/api/setup.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"

namespace vmperf::alloc {

[[noreturn]] void fail_allocation(std::size_t size); ///< VmperfError: it returned null

/// Writes what `touch` says; none writes nothing.
template <Touch touch>
[[gnu::always_inline]] inline void write_block(void *block, std::size_t size) noexcept {
  if constexpr (touch == Touch::first) {
    proof::write_first(block);
  } else if constexpr (touch == Touch::pages) {
    auto *at = static_cast<std::byte *>(block);
    for (std::size_t done = 0; done + sizeof(std::uint64_t) <= size; done += kPageBytes) {
      proof::write_first(at + done);
    }
  } else if constexpr (touch == Touch::all) {
    std::memset(block, 0x5a, size);
  }
}

/// Calls loop.template operator()<touch>().
template <class Loop> auto with_touch(Touch touch, Loop loop) {
  switch (touch) {
  case Touch::none:
    return loop.template operator()<Touch::none>();
  case Touch::pages:
    return loop.template operator()<Touch::pages>();
  case Touch::all:
    return loop.template operator()<Touch::all>();
  case Touch::first:
    break;
  }
  return loop.template operator()<Touch::first>();
}

template <Calls C> class AllocWorkload : public bench::Workload {
protected:
  AllocWorkload(Face face, C calls, Setup setup)
      : face_(std::move(face)), calls_(calls), setup_(setup) {}

  /// A block that is there: null ends the case as crashed, with its size.
  template <Touch touch>
  [[nodiscard, gnu::always_inline]] static void *take(const C &calls, std::size_t size) {
    void *block = calls.allocate(size);
    if (block == nullptr) [[unlikely]] {
      fail_allocation(size);
    }
    write_block<touch>(block, size);
    bench::sink(block);
    return block;
  }

  /// Nothing where `fault` says something already.
  [[nodiscard]] bench::Verification prove(std::string fault,
                                          std::span<const std::size_t> sizes) const {
    if (face_.allocates_nothing) {
      return bench::Verification::passed();
    }
    return {fault.empty() ? proof::try_face(face_, sizes) : std::move(fault)};
  }

  Face face_;
  C calls_;
  Setup setup_;
};

} // namespace vmperf::alloc
