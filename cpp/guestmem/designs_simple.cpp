// What one writes at once, and the copies of the C library without any check.
#include <cstring>
#include <set>
#include <stdexcept>

#include "vmperf/bench/registry.hpp"
#include "vmperf/guestmem/api.hpp"
#include "vmperf/guestmem/guest_memory.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::guestmem {
namespace {

class Naive {
public:
  explicit Naive(const Layout &layout) : tracking_(layout.track_dirty) {
    for (const Region &region : layout.regions) {
      parts_.emplace_back(region, os::Mapping(region.size_bytes));
    }
  }

  template <class T> [[nodiscard]] T read(std::uint64_t gpa) const {
    T value;
    std::memcpy(&value, find(gpa, sizeof(T)), sizeof(T));
    return value;
  }
  template <class T> void write(std::uint64_t gpa, T value) {
    this->write(gpa, reinterpret_cast<const std::byte *>(&value), sizeof(T));
  }
  void read(std::uint64_t gpa, std::byte *to, std::size_t n) const {
    std::memcpy(to, find(gpa, n), n);
  }
  void write(std::uint64_t gpa, const std::byte *from, std::size_t n) {
    std::memcpy(find(gpa, n), from, n);
    for (std::uint64_t page = gpa / kPageBytes; tracking_ && page <= (gpa + n - 1) / kPageBytes;
         ++page) {
      dirty_.insert(page);
    }
  }

private:
  [[nodiscard]] std::byte *find(std::uint64_t gpa, std::size_t n) const {
    for (const auto &[region, memory] : parts_) {
      if (gpa >= region.start && gpa + n <= region.start + region.size_bytes) {
        return memory.data() + (gpa - region.start);
      }
    }
    throw std::out_of_range("in no region");
  }

  std::vector<std::pair<Region, os::Mapping>> parts_;
  std::set<std::uint64_t> dirty_;
  bool tracking_;
};

// Addresses are offsets from one pointer, and nobody asks where the memory ends.
class Libc {
public:
  explicit Libc(const Layout &layout)
      : memory_(layout.regions), base_(reinterpret_cast<std::uintptr_t>(memory_.host_base())) {}

  void read(std::uint64_t gpa, std::byte *to, std::size_t n) const { copy_(to, at(gpa), n); }
  void write(std::uint64_t gpa, const std::byte *from, std::size_t n) { copy_(at(gpa), from, n); }

private:
  [[nodiscard]] std::byte *at(std::uint64_t gpa) const noexcept {
    return reinterpret_cast<std::byte *>(base_ + gpa); // NOLINT(performance-no-int-to-ptr)
  }

  GuestMemory memory_;
  std::uintptr_t base_;
  void *(*copy_)(void *, const void *, std::size_t) = bench::opaque(&std::memcpy);
};

} // namespace

void declare_designs_simple(bench::Registry &registry) {
  add_memory_design<Naive>(registry, "naive",
                           "a loop over the regions, memcpy, dirty pages in a std::set");
  registry.design("guestmem", "libc", "memcpy of the C library, without checks or dirty pages")
      .runs("guestmem/bulk_read", range_maker<BulkReadWorkload, Libc>())
      .runs("guestmem/bulk_write", range_maker<BulkWriteWorkload, Libc>());
}

} // namespace vmperf::guestmem
