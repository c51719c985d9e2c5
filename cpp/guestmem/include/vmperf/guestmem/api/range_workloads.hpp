// Ranges of one size at drawn addresses, copied out of the guest's memory or into it, and batches
// of single words. Used by benches, designs and peers only. One thread; making one is O(working
// set), verify() O(ops of the last batch).
//
// Each copy is used: a word of what was read enters the checksum, and its place changes; a word of
// what is written changes before each copy. Batches begin alike, so checksums are the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/guestmem/api/layout.hpp"

namespace vmperf::guestmem {

inline constexpr std::size_t kRangeAddresses = 512;
inline constexpr std::uint64_t kRangeAlign = 64;

/// Axis size_bytes: a multiple of 8 that fits a region's part of the working set, which grows where
/// it does not.
struct RangeSetup {
  Layout layout;
  std::uint64_t size_bytes = 0;

  [[nodiscard]] static RangeSetup from(const bench::Params &params);
};

template <class D> class BulkReadWorkload final : public bench::Workload {
public:
  explicit BulkReadWorkload(const RangeSetup &setup)
      : layout_(setup.layout), design_(setup.layout), buffer_(setup.size_bytes),
        gpas_(setup.layout.draw(kRangeAddresses, setup.size_bytes, kRangeAlign, 3)) {
    fill(design_, layout_);
  }

  std::uint64_t run(std::uint64_t n) override {
    done_ = n;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      design_.read(gpas_[i % kRangeAddresses], buffer_.data(), buffer_.size());
      bench::sink(buffer_.data());
      std::uint64_t word = 0;
      std::memcpy(&word, buffer_.data() + place(i), 8);
      sum += word;
    }
    sum_ = sum;
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t wanted = 0;
    for (std::uint64_t i = 0; i < done_; ++i) {
      wanted += layout_.word(gpas_[i % kRangeAddresses] + place(i));
    }
    if (sum_ != wanted) {
      return {"the words read do not add up to those that were written"};
    }
    for (const std::uint64_t gpa : gpas_) { // and all bytes of each range
      std::ranges::fill(buffer_, std::byte{0});
      design_.read(gpa, buffer_.data(), buffer_.size());
      std::vector<std::byte> all(buffer_.size());
      layout_.contents(gpa, all);
      if (all != buffer_) {
        return {"a byte differs from what was written"};
      }
    }
    return {};
  }

private:
  [[nodiscard]] std::size_t place(std::uint64_t i) const noexcept {
    return i * 8 & (buffer_.size() - 8); // sizes are powers of two
  }

  Layout layout_;
  D design_;
  std::vector<std::byte> buffer_;
  std::vector<std::uint64_t> gpas_;
  std::uint64_t done_ = 0, sum_ = 0;
};

template <class D> class BulkWriteWorkload final : public bench::Workload {
public:
  explicit BulkWriteWorkload(const RangeSetup &setup)
      : design_(setup.layout), buffer_(setup.size_bytes),
        gpas_(setup.layout.draw(kRangeAddresses, setup.size_bytes, kRangeAlign, 4)) {
    fill(design_, setup.layout);
    setup.layout.contents(0, buffer_);
  }

  std::uint64_t run(std::uint64_t n) override {
    done_ = n;
    for (std::uint64_t i = 0; i < n; ++i) {
      std::memcpy(buffer_.data(), &i, 8);
      bench::sink(buffer_.data());
      design_.write(gpas_[i % kRangeAddresses], buffer_.data(), buffer_.size());
    }
    bench::sink(&design_);
    std::uint64_t word = 0;
    if (n != 0) {
      design_.read(gpas_[(n - 1) % kRangeAddresses], reinterpret_cast<std::byte *>(&word), 8);
    }
    return word;
  }

  [[nodiscard]] bench::Verification verify() override {
    const std::uint64_t least = done_ - std::min(done_, kProved);
    std::vector<std::byte> back(buffer_.size());
    for (std::uint64_t i = done_; i-- != least;) {
      if (!is_overwritten(i)) {
        std::memcpy(buffer_.data(), &i, 8); // as it was when it was written
        design_.read(gpas_[i % kRangeAddresses], back.data(), back.size());
        if (back != buffer_) {
          return {"what was written is not there"};
        }
      }
    }
    return {};
  }

private:
  static constexpr std::uint64_t kProved = 64; ///< so many of the last ops

  [[nodiscard]] bool is_overwritten(std::uint64_t op) const {
    const std::uint64_t gpa = gpas_[op % kRangeAddresses];
    for (std::uint64_t later = op + 1; later < done_; ++later) {
      const std::uint64_t other = gpas_[later % kRangeAddresses];
      if (other - gpa < buffer_.size() || gpa - other < buffer_.size()) {
        return true;
      }
    }
    return false;
  }

  D design_;
  std::vector<std::byte> buffer_;
  std::vector<std::uint64_t> gpas_;
  std::uint64_t done_ = 0;
};

/// Axis batch: so many words of drawn addresses an op.
template <class D> class GatherWorkload final : public bench::Workload {
public:
  explicit GatherWorkload(const bench::Params &params)
      : layout_(Layout::from(params)), design_(layout_),
        gpas_(layout_.draw(params.get_size("batch", 1, 1U << 20U), 8, 8, 5)), out_(gpas_.size()) {
    fill(design_, layout_);
  }

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      gather();
      bench::sink(out_.data());
      sum += out_[i % out_.size()];
    }
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::ranges::fill(out_, 0);
    gather();
    for (std::size_t i = 0; i < out_.size(); ++i) {
      if (out_[i] != layout_.word(gpas_[i])) {
        return {"a word differs from what was written"};
      }
    }
    return {};
  }

private:
  [[gnu::always_inline]] void gather() {
    if constexpr (requires { design_.gather(gpas_, out_); }) {
      design_.gather(gpas_, out_);
    } else {
      for (std::size_t i = 0; i < gpas_.size(); ++i) {
        out_[i] = design_.template read<std::uint64_t>(gpas_[i]);
      }
    }
  }

  Layout layout_;
  D design_;
  std::vector<std::uint64_t> gpas_, out_;
};

template <template <class> class W, class D> bench::Maker range_maker() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<W<D>>(RangeSetup::from(params));
  };
}

} // namespace vmperf::guestmem
