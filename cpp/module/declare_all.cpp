#include "declare_all.hpp"

// declares.inc has a line for each file of benchmarks and designs; one that does not define its
// function stops the import by that function's name.
#define VMPERF_DECLARES(component, file)                                                           \
  namespace vmperf::component {                                                                    \
  void declare_##file(bench::Registry &registry);                                                  \
  }
#include "vmperf/declares.inc"
#undef VMPERF_DECLARES

namespace vmperf {

void declare_all(bench::Registry &registry) {
#define VMPERF_DECLARES(component, file) component::declare_##file(registry);
#include "vmperf/declares.inc"
#undef VMPERF_DECLARES
  registry.arrange();
}

} // namespace vmperf
