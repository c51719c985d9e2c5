// Copies between two buffers at a chosen distance of their addresses within a page.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/steps.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::bench {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 32U;

struct Libc {
  [[gnu::always_inline]] static void copy(std::byte *to, const std::byte *from, std::size_t bytes) {
    std::memcpy(to, from, bytes);
  }
};

struct Naive {
  [[gnu::always_inline]] static void copy(std::byte *to, const std::byte *from, std::size_t bytes) {
    std::size_t i = 0;
    for (; i + sizeof(std::uint64_t) <= bytes; i += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, from + i, sizeof word);
      word = opaque(word); // or compilers make a call of memcpy of the loop
      std::memcpy(to + i, &word, sizeof word);
    }
    for (; i < bytes; ++i) {
      to[i] = from[i];
    }
  }
};

template <class Copy, std::uint64_t Steps> class Memcpy final : public Workload {
public:
  Memcpy(std::size_t bytes, std::size_t offset, std::uint64_t seed)
      : from_memory_(bytes), to_memory_(bytes + offset), bytes_(bytes), from_(from_memory_.data()),
        to_(to_memory_.data() + offset), rng_(seed) {
    for (std::size_t i = 0; i < bytes; ++i) {
      from_[i] = static_cast<std::byte>(rng_.at(i));
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    const std::size_t bytes = opaque(bytes_);
    for (std::uint64_t left = n * Steps; left != 0; --left) {
      ++copies_;
      std::memcpy(from_, &copies_, sizeof copies_); // so that no copy equals the one before
      Copy::copy(to_, from_, bytes);
      sink(to_);
    }
    std::uint64_t stamp = 0;
    std::memcpy(&stamp, to_, sizeof stamp);
    return stamp;
  }

  [[nodiscard]] Verification verify() override {
    std::uint64_t stamp = 0;
    std::memcpy(&stamp, to_, sizeof stamp);
    if (stamp != copies_) {
      return Verification::failed("the last copy is not the one that was asked for");
    }
    for (std::size_t i = sizeof stamp; i < bytes_; ++i) {
      if (to_[i] != static_cast<std::byte>(rng_.at(i))) {
        return Verification::failed("byte " + std::to_string(i) + " of the copy is wrong");
      }
    }
    return Verification::passed();
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return kUnlimited / Steps; }

private:
  os::Mapping from_memory_, to_memory_;
  std::size_t bytes_;
  std::byte *from_, *to_;
  CounterRng rng_; // of the bytes copied
  std::uint64_t copies_ = 0;
};

template <class Copy> WorkloadPtr make_memcpy(const Params &params) {
  const std::size_t bytes = params.get_size("bytes", sizeof(std::uint64_t), kMostBytes);
  const std::size_t offset = params.get_size("offset");
  if (offset >= os::page_bytes()) {
    throw InvalidArgumentError("offset", std::to_string(offset),
                               "0 to a page of " + std::to_string(os::page_bytes()) + " less 1");
  }
  return with_steps(params, [&]<std::uint64_t Steps>() -> WorkloadPtr {
    return std::make_unique<Memcpy<Copy, Steps>>(bytes, offset, params.seed());
  });
}

} // namespace

void declare_benches_memcpy(Registry &registry) {
  registry.benchmark("bench/memcpy")
      .summary("copy `bytes` from the start of a page to `offset` bytes into another one")
      .op("`steps` copies, the first word changed before each")
      .fooled_by("the same two buffers every time: up to the cache's size they stay in it")
      .fooled_by("loads that share the low 12 address bits with a store under way wait for it: "
                 "`offset` decides, and where a buffer isn't placed by hand, luck does")
      .fooled_by("the word written just before the copy is forwarded from the store queue")
      .varies("copies are numbered")
      .tag("noise")
      .axis("bytes", {64, 4096, 1048576}, 4096)
      .axis("offset", {0, 16, 64, 2048}, 0)
      .axis("steps", {1, 100, 101}, 1)
      .design("libc", "memcpy of the C library", make_memcpy<Libc>)
      .design("naive", "a loop over words of 8 bytes", make_memcpy<Naive>);
}

} // namespace vmperf::bench
