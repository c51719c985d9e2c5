// std::pmr::unsynchronized_pool_resource of the C++ library, or synchronized_pool_resource, called
// as its users do: through the virtual functions of std::pmr::memory_resource, sized for the one
// item size it serves. Source: ISO C++20, [mem.res.pool].
#include <algorithm>
#include <memory_resource>

#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/api/shared.hpp"

namespace vmperf::peers {
namespace {

class Pmr {
public:
  Pmr(std::size_t item_bytes, std::size_t /*capacity*/)
      : resource_(std::pmr::pool_options{
            .max_blocks_per_chunk = 0,
            .largest_required_pool_block = item_bytes,
        }),
        item_bytes_(item_bytes), align_(pool::proof::owed_align(item_bytes)) {}
  void *allocate() { return resource_.allocate(item_bytes_, align_); }
  void deallocate(void *item) { resource_.deallocate(item, item_bytes_, align_); }
  void drop_all() { resource_.release(); }

private:
  std::pmr::unsynchronized_pool_resource resource_;
  std::size_t item_bytes_, align_;
};

// Several threads: the resource with a lock around it.
class SynchronizedPmr {
public:
  SynchronizedPmr(std::size_t item_bytes, std::size_t /*capacity*/)
      : resource_(std::pmr::pool_options{
            .max_blocks_per_chunk = 0,
            .largest_required_pool_block = item_bytes,
        }),
        item_bytes_(item_bytes), align_(pool::proof::owed_align(item_bytes)) {}
  void *allocate() { return resource_.allocate(item_bytes_, align_); }
  void deallocate(void *item) { resource_.deallocate(item, item_bytes_, align_); }

private:
  std::pmr::synchronized_pool_resource resource_;
  std::size_t item_bytes_, align_;
};

bench::Availability probe() {
#ifdef _GLIBCXX_RELEASE
  return {
      .status = bench::Status::ok,
      .reason = "",
      .version = "libstdc++ " + std::to_string(_GLIBCXX_RELEASE),
  };
#else
  return {.status = bench::Status::ok, .reason = "", .version = ""};
#endif
}

} // namespace

void declare_pmr(bench::Registry &registry) {
  pool::add_pool_design<Pmr>(registry, "pmr",
                             "std::pmr::unsynchronized_pool_resource: size lookup behind a virtual "
                             "call; several threads: synchronized_pool_resource")
      .peer()
      .place(1)
      .runs("pool/shared", pool::shared_maker<SynchronizedPmr>())
      .available(probe);
}

} // namespace vmperf::peers
