// The Python face of os: fingerprint, self-test and CPU features; the rest in bind_*.cpp.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <type_traits>

#include "vmperf/os/cpu.hpp"
#include "vmperf/os/kernels.hpp"
#include "vmperf/os/machine.hpp"

namespace py = pybind11;

namespace vmperf::os {

void bind_pages(py::module_ &m);
void bind_libraries(py::module_ &m);
void bind_process(py::module_ &m);

namespace {

// NOLINTBEGIN(misc-no-recursion): as deep as the tree, which is four levels
py::object to_python(const Fact &fact);

py::dict to_python(const Facts &facts) {
  py::dict out;
  for (const Field &field : facts) {
    out[py::str(field.name)] = to_python(field.value);
  }
  return out;
}

py::object to_python(const Fact &fact) {
  return std::visit(
      [](const auto &value) -> py::object {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Unknown>) {
          return py::none();
        } else if constexpr (std::is_same_v<T, Fact::List>) {
          py::list out;
          for (const Fact &item : value) {
            out.append(to_python(item));
          }
          return out;
        } else if constexpr (std::is_same_v<T, Facts>) {
          return to_python(value);
        } else {
          return py::cast(value);
        }
      },
      fact.value());
}
// NOLINTEND(misc-no-recursion)

py::list selftest_rows() {
  std::vector<KernelResult> results;
  {
    const py::gil_scoped_release release;
    results = selftest();
  }
  py::list rows;
  for (const KernelResult &result : results) {
    py::dict row;
    row["kernel"] = result.kernel;
    row["cycles"] = result.cycles;
    row["expected_cycles"] = result.expected_cycles;
    row["ns_per_op"] = result.ns_per_op;
    row["source"] = result.source;
    rows.append(row);
  }
  return rows;
}

py::dict machine_dict() {
  Facts facts;
  {
    const py::gil_scoped_release release;
    facts = machine();
  }
  return to_python(facts);
}

void bind_machine(py::module_ &m) {
  m.def("machine", &machine_dict, R"doc(Fingerprint of this machine and of this build.

Returns
-------
dict
    Nested, JSON-serialisable, keys in a stable order: ``cpu``, ``clocks`` (rates in Hz; ticks of
    the tick counter are not core cycles), ``timers`` (``cost_ns`` and ``step_ns`` of each),
    ``power``, ``memory`` (bytes), ``os``, ``build``, ``state`` (what changes by the minute) and
    ``unknown``. A value that can't be read is None, and ``unknown`` maps its dotted path to the
    reason.

Notes
-----
Takes 10 to 50 ms, because timers and clocks are measured and a forked child tries ptrace. The GIL
is released; safe from any thread.

References
----------
proc(5), sysfs, CPUID (Intel SDM vol. 2A), perf_event_open(2), ptrace(2).

Examples
--------
>>> from vmperf._core import os
>>> found = os.machine()
>>> found["memory"]["page_bytes"] == os.page_bytes()
True
>>> found["clocks"]["core_hz"] > 1e6
True
)doc");
  m.def("selftest", &selftest_rows, R"doc(Times kernels whose cost in core cycles is documented.

Returns
-------
list of dict
    One per kernel (``add``, ``imul``, ``l1_load``, ``store_forward``): ``kernel``; ``cycles``,
    core cycles per op; ``expected_cycles``, by the document, or None where none gives a figure;
    ``ns_per_op``; ``source``, the document or why there is no expectation.

Notes
-----
Each kernel is a chain of dependent instructions. ``store_forward`` stores to one address and loads
it back: cores that rename memory do that in 0 to 1 cycles, so it has no expectation. The best of
many batches spread over about 40 ms, between measurements of the core clock. The GIL is released.

References
----------
The AMD, Intel and Arm optimisation guides, Agner Fog's tables and uops.info, as named per row.

Examples
--------
>>> from vmperf._core import os
>>> [row["kernel"] for row in os.selftest()]
['add', 'imul', 'l1_load', 'store_forward']
)doc");
  m.def("has_feature", &has_feature, py::arg("name"), R"doc(Whether code may use a CPU feature here.

Parameters
----------
name : str
    Linux's name of it, e.g. "avx2", "avx512f", "asimd", "sve"; an unknown name is False.

Returns
-------
bool
    True only where the CPU has it and the operating system saves its registers.

Notes
-----
Never raises. Read once by CPUID and XGETBV (x86-64) or the kernel's hwcaps (AArch64), then cached.

Examples
--------
>>> from vmperf._core import os
>>> os.has_feature("sse2") or os.has_feature("asimd")
True
)doc");
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = "Operating system and CPU: fingerprint, self-test, pages, processes, libraries.";
  bind_machine(m);
  bind_pages(m);
  bind_libraries(m);
  bind_process(m);
}

} // namespace vmperf::os
