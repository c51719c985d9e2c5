// Bindings: minimum mutator utilisation of a run with pauses.
#include "bind_arrays.hpp"
#include "bind_utilisation.docs.hpp"
#include "vmperf/stats/utilisation.hpp"

namespace vmperf::stats {

void bind_utilisation(py::module_ &m) {
  m.def(
      "min_mutator_utilisation",
      [](const Ints &start_ns, const Ints &ns, const Ints &windows_ns, std::int64_t begin_ns,
         std::int64_t end_ns) {
        const PauseTimes pauses{.start_ns = span_of(start_ns, "start_ns"),
                                .ns = span_of(ns, "ns"),
                                .begin_ns = begin_ns,
                                .end_ns = end_ns};
        const auto windows = span_of(windows_ns, "windows_ns");
        return to_array(without_gil([&] { return min_mutator_utilisation(pauses, windows); }));
      },
      py::arg("start_ns").noconvert(), py::arg("ns").noconvert(), py::arg("windows_ns").noconvert(),
      py::kw_only(), py::arg("begin_ns"), py::arg("end_ns"), docs::min_mutator_utilisation);
}

} // namespace vmperf::stats
