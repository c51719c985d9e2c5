// The Python face of the pools: StackPool over HandlePool.
#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "bind.docs.hpp"
#include "bind_args.hpp"
#include "bind_files.hpp"
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

} // namespace

void bind(py::module_ &m) {
  m.doc() = docs::module;
  PoolClass stack_pool(m, "StackPool", docs::StackPool);
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
          docs::StackPool_with_capacity)
      .def("allocate", &HandlePool::allocate, docs::StackPool_allocate)
      .def(
          "deallocate",
          [](HandlePool &pool, const py::object &handle) {
            pool.deallocate(to_unsigned(handle, "handle", "0 to 18446744073709551615"));
          },
          py::arg("handle"), docs::StackPool_deallocate)
      .def(
          "preallocate",
          [](HandlePool &pool, const py::object &n) {
            const std::size_t count = to_count(n, "n");
            const py::gil_scoped_release unlocked;
            pool.preallocate(count);
          },
          py::arg("n"), docs::StackPool_preallocate)
      .def("purge", &HandlePool::purge, py::call_guard<py::gil_scoped_release>(),
           docs::StackPool_purge)
      .def("close", &HandlePool::close, py::call_guard<py::gil_scoped_release>(),
           docs::StackPool_close)
      .def("advise_capacity", &HandlePool::advise_capacity, py::kw_only(),
           py::arg("headroom") = 0.0, docs::StackPool_advise_capacity)
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
  bind_files(m); // some of which add methods to StackPool
}

} // namespace vmperf::pool
