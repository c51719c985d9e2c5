// The Python face of SharedPool, and its statistics.
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <string>

#include "bind_args.hpp"
#include "bind_shared.docs.hpp"
#include "vmperf/pool/handle_shared_pool.hpp"

namespace vmperf::pool {
namespace {

std::string to_text(const SharedPoolStats &s) {
  return "SharedPoolStats(capacity=" + std::to_string(s.capacity) +
         ", available=" + std::to_string(s.available) +
         ", in_magazines=" + std::to_string(s.in_magazines) + ", live=" + std::to_string(s.live) +
         ", slabs=" + std::to_string(s.slabs) + ", magazines=" + std::to_string(s.magazines) +
         ", threads=" + std::to_string(s.threads) + ", bytes=" + std::to_string(s.bytes) + ")";
}

void bind_shared_stats(py::module_ &m) {
  using Stats = SharedPoolStats;
  py::class_<Stats>(m, "SharedPoolStats", docs::SharedPoolStats)
      .def_readonly("capacity", &Stats::capacity, "Slots in all slabs.")
      .def_readonly("available", &Stats::available,
                    "Free slots that any thread can have: fresh, and in the depot.")
      .def_readonly("in_magazines", &Stats::in_magazines,
                    "Free slots that threads keep for themselves.")
      .def_readonly("live", &Stats::live, "Slots handed out and not returned.")
      .def_readonly("slabs", &Stats::slabs, "Slabs held.")
      .def_readonly("magazines", &Stats::magazines, "Magazines made.")
      .def_readonly("threads", &Stats::threads, "Threads with magazines of their own.")
      .def_readonly("bytes", &Stats::bytes, "Bytes held: slabs and magazines.")
      .def("__eq__",
           [](const Stats &self, const py::object &other) {
             return py::isinstance<Stats>(other) && self == other.cast<const Stats &>();
           })
      .def("__hash__", [](const Stats &self) { return py::hash(py::str(to_text(self))); })
      .def("__repr__", &to_text);
}

} // namespace

void bind_shared(py::module_ &m) {
  bind_shared_stats(m);
  using Pool = HandleSharedPool;
  py::class_<Pool>(m, "SharedPool", docs::SharedPool)
      .def(py::init([](const py::object &item_size_bytes, const py::object &capacity,
                       const py::object &align, const py::object &magazine_capacity) {
             return std::make_unique<Pool>(
                 to_unsigned(item_size_bytes, "item_size_bytes",
                             "1 to " + std::to_string(kMaxItemBytes)),
                 to_count(capacity, "capacity"),
                 to_unsigned(align, "align",
                             "a power of two from 1 to " + std::to_string(kMaxAlign)),
                 to_unsigned(magazine_capacity, "magazine_capacity",
                             "1 to " + std::to_string(kMaxMagazineCapacity)));
           }),
           py::arg("item_size_bytes") = 64, py::arg("capacity") = 0, py::kw_only(),
           py::arg("align") = 64, py::arg("magazine_capacity") = kMagazineCapacity)
      .def("allocate", &Pool::allocate, docs::SharedPool_allocate)
      .def(
          "deallocate",
          [](Pool &pool, const py::object &handle) {
            pool.deallocate(to_unsigned(handle, "handle", "0 to 18446744073709551615"));
          },
          py::arg("handle"), docs::SharedPool_deallocate)
      .def(
          "preallocate",
          [](Pool &pool, const py::object &n) {
            const std::size_t count = to_count(n, "n");
            const py::gil_scoped_release unlocked;
            pool.preallocate(count);
          },
          py::arg("n"), docs::SharedPool_preallocate)
      .def("close", &Pool::close, docs::SharedPool_close)
      .def("stats", &Pool::stats, py::call_guard<py::gil_scoped_release>(), docs::SharedPool_stats)
      .def_property_readonly(
          "capacity", [](const Pool &pool) { return pool.stats().capacity; }, "Slots in all slabs.")
      .def_property_readonly("magazine_capacity", &Pool::magazine_capacity, "Slots of a magazine.")
      .def_property_readonly("is_closed", &Pool::is_closed, "Whether `close` was called.")
      .def_property_readonly(
          "item_size_bytes", [](const Pool &pool) { return pool.shape().item_bytes; },
          "Size of an item in bytes.")
      .def_property_readonly(
          "align", [](const Pool &pool) { return pool.shape().align; },
          "Alignment of every slot in bytes.")
      .def(
          "__enter__", [](Pool &pool) -> Pool & { return pool; },
          py::return_value_policy::reference)
      .def("__exit__", [](Pool &pool, const py::args & /*exception*/) { pool.close(); })
      .def("__repr__", [](const Pool &pool) {
        return "SharedPool(item_size_bytes=" + std::to_string(pool.shape().item_bytes) +
               ", align=" + std::to_string(pool.shape().align) +
               ", magazine_capacity=" + std::to_string(pool.magazine_capacity()) +
               (pool.is_closed() ? ", closed)" : ")");
      });
}

} // namespace vmperf::pool
