// How the designs compare, search and scan pages.
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include "designs.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/api/scan_workload.hpp"
#include "vmperf/memops/scan.hpp"

namespace vmperf::memops {
namespace {

using Bytes = const std::byte *;

[[gnu::always_inline]] inline std::uint64_t sign_of(int order) {
  return static_cast<std::uint64_t>(1 + (order > 0 ? 1 : 0) - (order < 0 ? 1 : 0));
}

struct Public {
  static int compare(Bytes a, Bytes b, std::size_t n) { return memops::compare(a, b, n); }
  static std::size_t find(Bytes p, std::size_t n) { return find_byte(p, kNeedle, n); }
  static bool zero(Bytes p, std::size_t n) { return is_zero(p, n); }
};

struct Naive {
  static int compare(Bytes a, Bytes b, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      if (a[i] != b[i]) {
        return a[i] < b[i] ? -1 : 1;
      }
    }
    return 0;
  }
  static std::size_t find(Bytes p, std::size_t n) {
    std::size_t i = 0;
    while (i < n && p[i] != std::byte{kNeedle}) {
      ++i;
    }
    return i;
  }
  static bool zero(Bytes p, std::size_t n) {
    std::size_t i = 0;
    while (i < n && p[i] == std::byte{0}) {
      ++i;
    }
    return i == n;
  }
};

class Libc {
public:
  [[nodiscard]] int compare(Bytes a, Bytes b, std::size_t n) const { return memcmp_(a, b, n); }
  [[nodiscard]] std::size_t find(Bytes p, std::size_t n) const {
    const void *found = memchr_(p, kNeedle, n);
    return found == nullptr ? n : static_cast<std::size_t>(static_cast<Bytes>(found) - p);
  }
  // The known trick: a range that equals itself a byte further on has one byte throughout.
  [[nodiscard]] bool zero(Bytes p, std::size_t n) const {
    return *p == std::byte{0} && memcmp_(p, p + 1, n - 1) == 0;
  }

private:
  using Find = const void *(const void *, int, std::size_t);
  Indirect<Ops::Compare> memcmp_{std::memcmp};
  Indirect<Find> memchr_{static_cast<Find *>(std::memchr)};
};

class AtLevel {
public:
  explicit AtLevel(const Ops &table)
      : compare_(table.compare), find_(table.find_byte), zero_(table.is_zero) {}
  [[nodiscard]] int compare(Bytes a, Bytes b, std::size_t n) const { return compare_(a, b, n); }
  [[nodiscard]] std::size_t find(Bytes p, std::size_t n) const { return find_(p, kNeedle, n); }
  [[nodiscard]] bool zero(Bytes p, std::size_t n) const { return zero_(p, n); }

private:
  Indirect<Ops::Compare> compare_;
  Indirect<Ops::Find> find_;
  Indirect<Ops::IsZero> zero_;
};

// --- pages ---------------------------------------------------------------------------------------

constexpr std::size_t kPage = 4096;

// Two ranges of pages; of the first half the pages are zero, of the second those are equal to it.
class Pages {
public:
  Pages(std::size_t count, bool diff)
      : memory_((diff ? 2 : 1) * count * kPage), count_(count), special_(count) {
    CounterRng rng(kSeed, 6);
    std::byte *const a = memory_.data();
    if (diff) {
      write_pattern(a, count * kPage);
      std::copy_n(a, count * kPage, a + count * kPage);
    } else {
      std::fill_n(a, count * kPage, std::byte{0});
    }
    for (std::size_t i = 0; i < count; ++i) {
      special_[i] = rng.below(2) == 0;
      std::byte &drawn = a[i * kPage + rng.below(kPage)];
      drawn ^= special_[i] ? std::byte{0} : std::byte{1};
    }
  }
  [[nodiscard]] Bytes first() const { return memory_.data(); }
  [[nodiscard]] Bytes second() const { return memory_.data() + count_ * kPage; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] bool is_special(std::size_t page) const { return special_[page]; }

private:
  os::Mapping memory_;
  std::size_t count_;
  std::vector<bool> special_;
};

struct Found {
  std::unique_ptr<bool[]> zero;      // NOLINT(modernize-avoid-c-arrays)
  std::vector<std::uint64_t> differ; // indices
};

template <class Fn> void find_zero(const Fn &fn, const Pages &pages, Found &found) {
  if constexpr (std::is_same_v<Fn, Public>) {
    zero_pages(pages.first(), pages.count() * kPage, kPage, {found.zero.get(), pages.count()});
  } else {
    for (std::size_t i = 0; i < pages.count(); ++i) {
      found.zero[i] = fn.zero(pages.first() + i * kPage, kPage);
    }
  }
}

template <class Fn> void find_different(const Fn &fn, const Pages &pages, Found &found) {
  if constexpr (std::is_same_v<Fn, Public>) {
    found.differ = page_diff(pages.first(), pages.second(), pages.count() * kPage, kPage);
  } else {
    found.differ.clear();
    for (std::size_t i = 0; i < pages.count(); ++i) {
      if (fn.compare(pages.first() + i * kPage, pages.second() + i * kPage, kPage) != 0) {
        found.differ.push_back(i);
      }
    }
  }
}

template <class Fn> class PageScan final : public bench::Workload {
public:
  PageScan(Fn fn, std::size_t count, bool diff)
      : fn_(fn), pages_(count, diff), diff_(diff),
        // NOLINTNEXTLINE(modernize-avoid-c-arrays): a vector of bool is no array of them
        found_{std::make_unique<bool[]>(count), {}} {}

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (; n != 0; --n) {
      if (diff_) {
        find_different(fn_, pages_, found_);
        sum += found_.differ.size();
      } else {
        find_zero(fn_, pages_, found_);
        sum += found_.zero[n % pages_.count()] ? 1 : 0;
      }
      bench::sink(sum);
    }
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::size_t next = 0;
    for (std::size_t i = 0; i < pages_.count(); ++i) {
      const bool differs = next < found_.differ.size() && found_.differ[next] == i;
      next += differs ? 1 : 0;
      if (diff_ ? differs == pages_.is_special(i) : found_.zero[i] != pages_.is_special(i)) {
        return bench::Verification::failed("page " + std::to_string(i) + " was judged wrongly");
      }
      found_.zero[i] = !found_.zero[i]; // the next run() proves itself
    }
    found_.differ.clear();
    return bench::Verification::passed();
  }

private:
  Fn fn_;
  Pages pages_;
  bool diff_;
  Found found_;
};

template <class Fn> bench::WorkloadPtr make_page_scan(Fn fn, const bench::Params &params) {
  const std::size_t pages = read_size(params, "pages", 1, kMostBytes / 2 / kPage);
  const bool diff = read_word(params, "work", {"zero_pages", "page_diff"}) == 1;
  return std::make_unique<PageScan<Fn>>(fn, pages, diff);
}

// --- designs -------------------------------------------------------------------------------------

template <class Fn> struct CompareWith {
  Fn fn;
  std::uint64_t operator()(Bytes a, Bytes b, std::size_t n) const {
    return sign_of(fn.compare(a, b, n));
  }
};
template <class Fn> struct FindWith {
  Fn fn;
  std::uint64_t operator()(Bytes p, Bytes, std::size_t n) const { return fn.find(p, n); }
};
template <class Fn> struct ZeroWith {
  Fn fn;
  std::uint64_t operator()(Bytes p, Bytes, std::size_t n) const { return fn.zero(p, n) ? 1 : 0; }
};

// get() makes the functions when a workload is made: a level's are not there on every CPU.
template <class Get> void run_scans(bench::Design &design, Get get) {
  using Fn = decltype(get());
  design
      .runs("memops/compare",
            [get](const bench::Params &params) {
              return scan_maker(Scan::compare, CompareWith<Fn>{get()})(params);
            })
      .runs("memops/find_byte",
            [get](const bench::Params &params) {
              return scan_maker(Scan::find_byte, FindWith<Fn>{get()})(params);
            })
      .runs("memops/is_zero",
            [get](const bench::Params &params) {
              return scan_maker(Scan::is_zero, ZeroWith<Fn>{get()})(params);
            })
      .runs("memops/page_scan",
            [get](const bench::Params &params) { return make_page_scan(get(), params); });
}

} // namespace

void add_scans(Designs &designs) {
  run_scans(designs.best, [] { return Public(); });
  run_scans(designs.naive, [] { return Naive(); });
  run_scans(designs.libc, [] { return Libc(); });
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    run_scans(*designs.levels[i], [level = kLevels[i]] { return AtLevel(table_of(level)); });
  }
}

} // namespace vmperf::memops
