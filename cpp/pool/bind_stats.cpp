// The Python face of StackPool's statistics.
#include "bind_stats.docs.hpp"

#include <string>

#include "bind_rows.hpp"

namespace vmperf::pool {
namespace {

std::string to_text(const HandlePool::Stats &s) {
  return "PoolStats(capacity=" + std::to_string(s.capacity) +
         ", available=" + std::to_string(s.available) + ", live=" + std::to_string(s.live) +
         ", high_water=" + std::to_string(s.high_water) + ", slabs=" + std::to_string(s.slabs) +
         ", bytes=" + std::to_string(s.bytes) +
         ", resident_bytes=" + std::to_string(s.resident_bytes) +
         (s.has_counts ? ", n_allocated=" + std::to_string(s.counts.n_allocated) +
                             ", n_deallocated=" + std::to_string(s.counts.n_deallocated)
                       : std::string()) +
         ")";
}

} // namespace

void bind_stats(py::module_ &m) {
  using Stats = HandlePool::Stats;
  py::class_<Stats>(m, "PoolStats", docs::PoolStats)
      .def_readonly("capacity", &Stats::capacity, "Slots in all slabs.")
      .def_readonly("available", &Stats::available, "Slots to be had without growth.")
      .def_readonly("live", &Stats::live, "Slots handed out: capacity - available.")
      .def_readonly("high_water", &Stats::high_water, "The most slots ever live at once, exactly.")
      .def_readonly("slabs", &Stats::slabs, "Slabs held.")
      .def_readonly("bytes", &Stats::bytes, "Bytes held: slabs and the pool's tables.")
      .def_readonly("resident_bytes", &Stats::resident_bytes,
                    "Bytes of the slabs whose pages are in memory now, asked of the kernel.")
      .def_property_readonly(
          "n_allocated",
          [](const Stats &s) {
            return s.has_counts ? py::object(py::int_(s.counts.n_allocated))
                                : py::object(py::none());
          },
          "Slots handed out so far, or None where operations are not counted.")
      .def_property_readonly(
          "n_deallocated",
          [](const Stats &s) {
            return s.has_counts ? py::object(py::int_(s.counts.n_deallocated))
                                : py::object(py::none());
          },
          "Slots taken back so far, or None where operations are not counted.")
      .def("__eq__",
           [](const Stats &self, const py::object &other) {
             return py::isinstance<Stats>(other) && self == other.cast<const Stats &>();
           })
      .def("__hash__", [](const Stats &self) { return py::hash(py::str(to_text(self))); })
      .def("__repr__", &to_text);
  stack_pool_of(m).def("stats", &HandlePool::stats, docs::StackPool_stats);
}

} // namespace vmperf::pool
