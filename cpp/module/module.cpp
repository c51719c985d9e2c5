// vmperf._core: one module over all components. The table in cpp/CMakeLists.txt writes
// components.inc; a component named there without bind() fails at import by name. What one binds is
// registered at its first use (components.hpp).
#include <pybind11/pybind11.h>

#include <string_view>

#include "components.hpp"
#include "declare_all.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/version.hpp"

namespace py = pybind11;

#define VMPERF_BINDS(name)                                                                         \
  namespace vmperf::name {                                                                         \
  void bind(py::module_ &m);                                                                       \
  }
#include "vmperf/components.inc"
#undef VMPERF_BINDS

namespace vmperf {
void bind_errors(py::module_ &m);

namespace {

// The registry is bench's: it is filled as bench is.
void declare_benchmarks() {
  declare_all(bench::registry());
}

void add(py::module_ &core, const char *name, Bind bind) {
  add_component(core, name, bind,
                std::string_view(name) == "bench" ? &declare_benchmarks : nullptr);
}

} // namespace
} // namespace vmperf

PYBIND11_MODULE(_core, m) {
  m.doc() = "Native core of vmperf: every component is a submodule.";
  m.attr("__version__") = VMPERF_VERSION;
  vmperf::bind_errors(m);
#define VMPERF_BINDS(name) vmperf::add(m, #name, &vmperf::name::bind);
#include "vmperf/components.inc"
}
