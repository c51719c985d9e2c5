// Submodules that are filled at their first use: `import vmperf` pays for a name and an empty
// module each, whatever a component binds. Any attribute counts as use, also a docstring, dir() or
// vars(); what the import system asks for (__spec__, __name__, ...) does not. O(1) until then, once
// the component's bind(); afterwards the submodule is an ordinary module. Threads that meet at the
// first use wait for each other. Source: importlib.util.LazyLoader, which does the same to source
// files.
#pragma once

#include <pybind11/pybind11.h>

namespace vmperf {

using Bind = void (*)(pybind11::module_ &);

/// Adds an empty submodule; at its first use it is filled by `bind`, and then `after` is called
/// where there is one.
void add_component(pybind11::module_ &core, const char *name, Bind bind, void (*after)() = nullptr);

} // namespace vmperf
