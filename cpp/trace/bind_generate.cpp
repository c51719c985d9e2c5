// Traces from distributions.
#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <vector>

#include "bind_generate.docs.hpp"
#include "vmperf/trace/words.hpp"

namespace py = pybind11;

namespace vmperf::trace {

void bind_generate(py::module_ &m) {
  const GenerateOptions given;
  m.def(
      "generate",
      [](std::uint64_t n_allocations, std::uint64_t least_bytes, std::uint64_t most_bytes,
         const std::optional<std::vector<std::uint64_t>> &sizes, const std::string &lifetimes,
         std::uint64_t live, std::uint32_t threads, double handed_over, double realloc,
         std::uint64_t gap_ns, std::uint64_t seed) {
        const py::gil_scoped_release released;
        return generate({n_allocations, least_bytes, most_bytes,
                         sizes.value_or(std::vector<std::uint64_t>{}), to_lifetimes(lifetimes),
                         live, threads, handed_over, realloc, gap_ns, seed});
      },
      py::arg("n_allocations") = given.n_allocations, py::kw_only(),
      py::arg("least_bytes") = given.least_bytes, py::arg("most_bytes") = given.most_bytes,
      py::arg("sizes") = py::none(), py::arg("lifetimes") = word_of(given.lifetimes),
      py::arg("live") = given.live, py::arg("threads") = given.threads,
      py::arg("handed_over") = given.handed_over, py::arg("realloc") = given.realloc,
      py::arg("gap_ns") = given.gap_ns, py::arg("seed") = given.seed, docs::generate);
}

} // namespace vmperf::trace
