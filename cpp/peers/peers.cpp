#include "peers.hpp"

namespace vmperf::peers {

void declare(bench::Registry &registry) {
  declare_mimalloc(registry);
  declare_boost_pool(registry);
  declare_pmr(registry);
  declare_aocl(registry);
  declare_highway(registry);
  declare_isal(registry);
  declare_google_crc32c(registry);
}

} // namespace vmperf::peers
