// Scalars of one size at drawn addresses, read or written. Used by benches, designs and peers only.
// One thread; making one is O(working set), verify() O(addresses).
//
// A batch begins at the head of the table of addresses, so its checksum is the same each time and
// for each design: the sum of what was read, or the last value written, read back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/guestmem/api/layout.hpp"

namespace vmperf::guestmem {

/// 32 KiB of addresses, read in order: as many as a predictor of branches finds hard to learn, and
/// in 32 bits each, so that they pass through the first-level cache without emptying it.
inline constexpr std::size_t kScalarAddresses = 8192;

/// Drawn multiples of size_bytes.
[[nodiscard]] inline std::vector<std::uint32_t>
draw_scalars(const Layout &layout, std::uint64_t size_bytes, std::uint64_t stream) {
  const auto drawn = layout.draw(kScalarAddresses, size_bytes, size_bytes, stream);
  std::vector<std::uint32_t> gpas(drawn.size());
  std::ranges::transform(drawn, gpas.begin(),
                         [](std::uint64_t gpa) { return static_cast<std::uint32_t>(gpa); });
  return gpas;
}

template <class D, class T> class ReadWorkload final : public bench::Workload {
public:
  explicit ReadWorkload(const Layout &layout)
      : design_(layout), gpas_(draw_scalars(layout, sizeof(T), 1)) {
    fill(design_, layout);
    std::uint64_t sum = 0;
    for (const std::uint64_t gpa : gpas_) {
      before_.push_back(sum);
      sum += layout.template value<T>(gpa);
    }
    round_ = sum;
  }

  std::uint64_t run(std::uint64_t n) override {
    done_ = n;
    std::uint64_t sum = 0;
    while (n != 0) {
      const std::size_t count = std::min<std::uint64_t>(n, gpas_.size());
      const std::uint32_t *gpa = gpas_.data();
      for (const std::uint32_t *const end = gpa + count; gpa != end; ++gpa) {
        const T value = design_.template read<T>(*gpa);
        bench::sink(value);
        sum += value;
      }
      n -= count;
    }
    sum_ = sum;
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    const std::uint64_t wanted = done_ / gpas_.size() * round_ + before_[done_ % gpas_.size()];
    return {sum_ == wanted ? "" : "the values read do not add up to those that were written"};
  }

private:
  D design_;
  std::vector<std::uint32_t> gpas_;
  std::vector<std::uint64_t> before_;
  std::uint64_t round_ = 0, done_ = 0, sum_ = 0;
};

template <class D, class T> class WriteWorkload final : public bench::Workload {
public:
  explicit WriteWorkload(const Layout &layout)
      : design_(layout), gpas_(draw_scalars(layout, sizeof(T), 2)), track_(layout.track_dirty) {
    fill(design_, layout);
  }

  std::uint64_t run(std::uint64_t n) override {
    done_ = n;
    std::uint64_t i = 0;
    while (i != n) {
      const std::size_t count = std::min<std::uint64_t>(n - i, gpas_.size());
      const std::uint32_t *gpa = gpas_.data();
      for (const std::uint32_t *const end = gpa + count; gpa != end; ++gpa, ++i) {
        design_.write(*gpa, value_of(i));
        bench::sink(gpa);
      }
    }
    return n == 0 ? 0 : design_.template read<T>(gpas_[(n - 1) % gpas_.size()]);
  }

  [[nodiscard]] bench::Verification verify() override {
    std::map<std::uint64_t, T> last; // what the last batch left at each address that it came to
    for (std::uint64_t i = done_ - std::min<std::uint64_t>(done_, gpas_.size()); i < done_; ++i) {
      last[gpas_[i % gpas_.size()]] = value_of(i);
    }
    for (const auto &[gpa, value] : last) {
      if (design_.template read<T>(gpa) != value) {
        return {"another value than was written is at " + std::to_string(gpa)};
      }
    }
    return {std::string(check_dirty())};
  }

private:
  static T value_of(std::uint64_t i) noexcept { return static_cast<T>(i * 0x9e3779b1 >> 3U); }

  // A page more than was written since is no mistake: fill() and earlier batches wrote, too.
  std::string_view check_dirty() {
    if constexpr (requires { design_.dirty_pages(); }) {
      if (track_) {
        const auto pages = design_.dirty_pages();
        const std::set<std::uint64_t> marked(pages.begin(), pages.end());
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(done_, gpas_.size()); ++i) {
          if (!marked.contains(gpas_[i] & ~(kPageBytes - 1))) {
            return "a page that was written is not marked";
          }
        }
        done_ = 0; // the marks are taken
      }
    }
    return {};
  }

  D design_;
  std::vector<std::uint32_t> gpas_;
  bool track_;
  std::uint64_t done_ = 0;
};

/// A workload for the axis size_bytes: 1, 2, 4 or 8.
template <template <class, class> class W, class D> bench::Maker scalar_maker() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    const Layout layout = Layout::from(params);
    switch (params.get_size("size_bytes", 1, 8)) {
    case 1:
      return std::make_unique<W<D, std::uint8_t>>(layout);
    case 2:
      return std::make_unique<W<D, std::uint16_t>>(layout);
    case 4:
      return std::make_unique<W<D, std::uint32_t>>(layout);
    case 8:
      return std::make_unique<W<D, std::uint64_t>>(layout);
    default:
      throw InvalidArgumentError("size_bytes", std::to_string(params.get_size("size_bytes")),
                                 "1, 2, 4, 8");
    }
  };
}

} // namespace vmperf::guestmem
