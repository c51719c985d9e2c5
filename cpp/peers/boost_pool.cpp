// boost::pool, inlined: an intrusive free list over blocks that double. Compiled in where its
// headers are found. Source: Boost.Pool, boost/pool/pool.hpp, class pool.
#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"

#if __has_include(<boost/pool/pool.hpp>)
#include <boost/pool/pool.hpp>
#include <boost/version.hpp>
#define VMPERF_HAS_BOOST_POOL 1
#endif

namespace vmperf::peers {
namespace {

#ifdef VMPERF_HAS_BOOST_POOL

class BoostPool {
public:
  // 32 is Boost's own first block, where nothing is asked for.
  BoostPool(std::size_t item_bytes, std::size_t capacity)
      : pool_(item_bytes, capacity == 0 ? 32 : capacity + 1) {}
  void *allocate() { return pool_.malloc(); }
  void deallocate(void *item) { pool_.free(item); }
  [[nodiscard]] bool owns(void *item) const { return pool_.is_from(item); }

private:
  boost::pool<boost::default_user_allocator_malloc_free> pool_;
};

bench::Availability probe() {
  return {
      .status = bench::Status::ok,
      .reason = "",
      .version = std::to_string(BOOST_VERSION / 100000) + "." +
                 std::to_string(BOOST_VERSION / 100 % 1000) + "." +
                 std::to_string(BOOST_VERSION % 100),
  };
}

#else

class BoostPool {
public:
  BoostPool(std::size_t /*item_bytes*/, std::size_t /*capacity*/) {
    throw UnsupportedError(probe_text());
  }
  void *allocate() { return nullptr; }
  void deallocate(void * /*item*/) {}

  static const char *probe_text() {
    return "built without the headers of Boost.Pool: install Debian's libboost-dev (or Boost) and "
           "rebuild";
  }
};

bench::Availability probe() {
  return {.status = bench::Status::not_installed, .reason = BoostPool::probe_text(), .version = ""};
}

#endif

} // namespace

void declare_boost_pool(bench::Registry &registry) {
  pool::add_pool_design<BoostPool>(registry, "boost_pool",
                                   "boost::pool: intrusive free list, inlined")
      .peer()
      .place(1)
      .available(probe);
}

} // namespace vmperf::peers
