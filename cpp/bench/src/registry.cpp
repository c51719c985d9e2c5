#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {

Registry &registry() {
  static Registry instance;
  return instance;
}

} // namespace vmperf::bench
