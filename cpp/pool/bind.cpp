// The Python face of the pools: StackPool over HandlePool, and its statistics.
#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "bind_args.hpp"
#include "bind_docs.hpp"
#include "bind_rows.hpp"
#include "vmperf/pool/handle_pool.hpp"

namespace vmperf::pool {
namespace {

Layout to_layout(const std::string &layout) {
  if (layout != "array" && layout != "intrusive") {
    throw InvalidArgumentError("layout", layout, "array, intrusive");
  }
  return layout == "array" ? Layout::array : Layout::intrusive;
}

Figures to_figures(const py::object &stats) {
  if (py::isinstance<py::bool_>(stats)) {
    return stats.cast<bool>() ? Figures::derived : Figures::none;
  }
  const auto given = py::str(stats).cast<std::string>();
  if (!py::isinstance<py::str>(stats) || given != "operations") {
    throw InvalidArgumentError("stats", given, "True, False, 'operations'");
  }
  return Figures::operations;
}

std::unique_ptr<HandlePool> make(const py::object &item_size_bytes, const py::object &capacity,
                                 const py::object &align, const std::string &layout, bool checked,
                                 const py::object &stats) {
  return std::make_unique<HandlePool>(HandlePool::Options{
      .item_bytes =
          to_unsigned(item_size_bytes, "item_size_bytes", "1 to " + std::to_string(kMaxItemBytes)),
      .capacity = to_count(capacity, "capacity"),
      .align = to_unsigned(align, "align", "a power of two from 1 to " + std::to_string(kMaxAlign)),
      .layout = to_layout(layout),
      .checked = checked,
      .figures = to_figures(stats),
  });
}

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

void bind_stats(py::module_ &m) {
  using Stats = HandlePool::Stats;
  py::class_<Stats>(m, "PoolStats", R"doc(What a pool holds, as ``StackPool.stats()`` found it.

A value: it does not change with the pool. Two are equal where all fields are.

Examples
--------
>>> from vmperf.pool import StackPool
>>> with StackPool(64, 10) as pool:
...     slot = pool.allocate()
...     stats = pool.stats()
>>> stats.capacity, stats.available, stats.live, stats.high_water, stats.slabs
(10, 9, 1, 1, 1)
)doc")
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
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = "Pools of objects of one size.\n\n"
            "C++ code inlines them from <vmperf/pool/stack_pool.hpp>; Python drives and inspects "
            "them.\nThe benchmarks ``pool/*`` time them beside other allocators.";
  bind_stats(m);
  bind_shared(m);
  bind_row_classes(m);
  PoolClass stack_pool(m, "StackPool", kStackPoolDoc);
  stack_pool
      .def(py::init(&make), py::arg("item_size_bytes") = 64, py::arg("capacity") = 0, py::kw_only(),
           py::arg("align") = 64, py::arg("layout") = "array", py::arg("checked") = true,
           py::arg("stats") = true)
      .def_static(
          "with_capacity",
          [](const py::object &n, const py::object &item_size_bytes, const py::object &align,
             const std::string &layout, bool checked, const py::object &stats) {
            return make(item_size_bytes, n, align, layout, checked, stats);
          },
          py::arg("n"), py::kw_only(), py::arg("item_size_bytes") = 64, py::arg("align") = 64,
          py::arg("layout") = "array", py::arg("checked") = true, py::arg("stats") = true,
          kWithCapacityDoc)
      .def("allocate", &HandlePool::allocate, kAllocateDoc)
      .def(
          "deallocate",
          [](HandlePool &pool, const py::object &handle) {
            pool.deallocate(to_unsigned(handle, "handle", "0 to 18446744073709551615"));
          },
          py::arg("handle"), kDeallocateDoc)
      .def(
          "preallocate",
          [](HandlePool &pool, const py::object &n) {
            const std::size_t count = to_count(n, "n");
            const py::gil_scoped_release unlocked;
            pool.preallocate(count);
          },
          py::arg("n"), kPreallocateDoc)
      .def("purge", &HandlePool::purge, py::call_guard<py::gil_scoped_release>(), kPurgeDoc)
      .def("close", &HandlePool::close, py::call_guard<py::gil_scoped_release>(), kCloseDoc)
      .def("stats", &HandlePool::stats, kStatsDoc)
      .def("advise_capacity", &HandlePool::advise_capacity, py::kw_only(),
           py::arg("headroom") = 0.0, kAdviseDoc)
      .def_property_readonly("is_closed", &HandlePool::is_closed, "Whether `close` was called.")
      .def_property_readonly(
          "is_checked", [](const HandlePool &p) { return p.options().checked; },
          "Whether `deallocate` tests its handle.")
      .def_property_readonly(
          "item_size_bytes", [](const HandlePool &pool) { return pool.options().item_bytes; },
          "Size of an item in bytes.")
      .def_property_readonly(
          "layout",
          [](const HandlePool &p) {
            return p.options().layout == Layout::array ? "array" : "intrusive";
          },
          "How free slots are kept: 'array' or 'intrusive'.")
      .def_property_readonly(
          "align", [](const HandlePool &pool) { return pool.options().align; },
          "Alignment of every slot in bytes.")
      .def(
          "__enter__", [](HandlePool &pool) -> HandlePool & { return pool; },
          py::return_value_policy::reference)
      .def("__exit__", [](HandlePool &pool, const py::args & /*exception*/) { pool.close(); })
      .def("__repr__", [](const HandlePool &pool) {
        return "StackPool(item_size_bytes=" + std::to_string(pool.options().item_bytes) +
               ", align=" + std::to_string(pool.options().align) +
               (pool.options().checked ? ", checked" : ", unchecked") +
               (pool.is_closed() ? ", closed)" : ")");
      });
  bind_rows(stack_pool);
}

} // namespace vmperf::pool
