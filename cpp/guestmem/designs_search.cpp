// A binary search over the regions for each access: what memory without a table does.
#include <algorithm>
#include <cstring>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/guestmem/api.hpp"
#include "vmperf/memops/copy.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::guestmem {
namespace {

struct Part {
  std::uint64_t start, size_bytes;
  os::Mapping memory, dirty; ///< the second a byte a page
};

class Search {
public:
  explicit Search(const Layout &layout) : tracking_(layout.track_dirty) {
    for (const Region &region : layout.regions) { // ascending
      parts_.push_back({.start = region.start,
                        .size_bytes = region.size_bytes,
                        .memory = os::Mapping(region.size_bytes),
                        .dirty = os::Mapping(region.size_bytes / kPageBytes)});
    }
  }

  template <class T> [[nodiscard, gnu::always_inline]] T read(std::uint64_t gpa) const {
    const Part &part = find(gpa, sizeof(T));
    T value;
    std::memcpy(&value, part.memory.data() + (gpa - part.start), sizeof(T));
    return value;
  }
  template <class T> [[gnu::always_inline]] void write(std::uint64_t gpa, T value) {
    const Part &part = find(gpa, sizeof(T));
    std::memcpy(part.memory.data() + (gpa - part.start), &value, sizeof(T));
    mark(part, gpa - part.start, sizeof(T));
  }
  void read(std::uint64_t gpa, std::byte *to, std::size_t n) const {
    const Part &part = find(gpa, n);
    memops::copy(to, part.memory.data() + (gpa - part.start), n);
  }
  void write(std::uint64_t gpa, const std::byte *from, std::size_t n) {
    const Part &part = find(gpa, n);
    memops::copy(part.memory.data() + (gpa - part.start), from, n);
    mark(part, gpa - part.start, n);
  }

private:
  [[nodiscard, gnu::always_inline]] const Part &find(std::uint64_t gpa, std::size_t n) const {
    const auto after = std::ranges::upper_bound(parts_, gpa, {}, &Part::start);
    if (after != parts_.begin()) [[likely]] {
      const Part &part = *(after - 1);
      if (n <= part.size_bytes && gpa - part.start <= part.size_bytes - n) [[likely]] {
        return part;
      }
    }
    throw OutOfRangeFault("in no region", gpa, n, 'r', gpa);
  }

  [[gnu::always_inline]] void mark(const Part &part, std::uint64_t offset, std::size_t n) const {
    if (tracking_) {
      const std::uint64_t last = (offset + n - 1) >> kPageShift;
      for (std::uint64_t page = offset >> kPageShift; page <= last; ++page) {
        part.dirty.data()[page] = std::byte{1};
      }
    }
  }

  std::vector<Part> parts_;
  bool tracking_;
};

} // namespace

void declare_designs_search(bench::Registry &registry) {
  add_memory_design<Search>(registry, "search", "a binary search over the regions");
}

} // namespace vmperf::guestmem
