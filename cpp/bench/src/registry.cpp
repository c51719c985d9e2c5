#define VMPERF_REGISTRY_INLINE
#include "vmperf/bench/registry.inl"

namespace vmperf::bench {

Registry &registry() {
  static Registry instance;
  return instance;
}

} // namespace vmperf::bench
