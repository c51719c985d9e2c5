// Arrays: gather, scatter, and the list of dirty pages.
#include <pybind11/numpy.h>

#include <memory>
#include <tuple>
#include <utility>

#include "bind_args.hpp"
#include "bind_arrays.hpp"
#include "bind_items.docs.hpp"

namespace vmperf::guestmem {
namespace {

py::array gather(const GuestMemory &memory, const py::object &addresses, const py::object &dtype,
                 const py::object &out) {
  const Addresses from(addresses);
  py::array to = out.is_none() ? make_like(from.array(), to_item_dtype(dtype))
                               : check_out(out, from.array(), dtype);
  const auto item = static_cast<unsigned>(to.itemsize());
  void *const data = to.mutable_data();
  run(from.gpas().size() * item,
      [&] { memory.gather_items(from.gpas(), data, from.gpas().size(), item); });
  return to;
}

void scatter(GuestMemory &memory, const py::object &addresses, const py::object &values,
             const py::object &dtype) {
  const Addresses to(addresses);
  const py::array from = to_items(values, dtype);
  check_shapes(from, to.array(), "values");
  const auto item = static_cast<unsigned>(from.itemsize());
  const void *const data = from.data();
  run(to.gpas().size() * item,
      [&] { memory.scatter_items(to.gpas(), data, to.gpas().size(), item); });
}

py::array_t<std::uint64_t> dirty_pages(GuestMemory &memory) {
  auto pages = std::make_unique<std::vector<std::uint64_t>>();
  {
    const py::gil_scoped_release released;
    *pages = memory.dirty_pages();
  }
  const std::span<const std::uint64_t> span(*pages);
  const py::capsule owner(pages.get(),
                          [](void *p) { delete static_cast<std::vector<std::uint64_t> *>(p); });
  std::ignore = pages.release(); // the capsule's now
  return py::array_t<std::uint64_t>(static_cast<py::ssize_t>(span.size()), span.data(), owner);
}

void mark_dirty(GuestMemory &memory, const IntArg &address, const IntArg &size_bytes) {
  memory.mark_dirty(to_unsigned(address, "address"), to_unsigned(size_bytes, "size_bytes"));
}

} // namespace

void bind_items(py::module_ &m) {
  memory_class_of(m)
      .def("gather", &gather, py::arg("addresses"), py::arg("dtype") = py::none(), py::kw_only(),
           py::arg("out") = py::none(), docs::GuestMemory_gather)
      .def("scatter", &scatter, py::arg("addresses"), py::arg("values"),
           py::arg("dtype") = py::none(), docs::GuestMemory_scatter)
      .def("dirty_pages", &dirty_pages, docs::GuestMemory_dirty_pages)
      .def("mark_dirty", &mark_dirty, py::arg("address"), py::arg("size_bytes"),
           docs::GuestMemory_mark_dirty);
}

} // namespace vmperf::guestmem
