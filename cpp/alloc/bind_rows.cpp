// The part of Allocator's Python face that deals in arrays: rows of addresses, live blocks, the map
// of the arena, arrays in memory of the allocator.
#include "bind_rows.docs.hpp"

#include <pybind11/numpy.h>

#include <memory>
#include <span>
#include <utility>

#include "bind_args.hpp"

namespace vmperf::alloc {
namespace {

using Addresses = py::array_t<std::uint64_t, py::array::c_style>;

// NumPy is loaded by the first array and not before: whoever replays a trace has none.
void name_fields() {
  static bool done = false; // written with the GIL held
  if (!std::exchange(done, true)) {
    PYBIND11_NUMPY_DTYPE(BlockRow, address, size_bytes, tag);
    PYBIND11_NUMPY_DTYPE_EX(Extent, offset_bytes, "offset_bytes", bytes, "size_bytes", block_bytes,
                            "block_bytes", live_blocks, "live_blocks", n_blocks, "n_blocks",
                            purged_pages, "purged_pages");
  }
}

// Moved out: the array's base owns the rows.
template <class Row> py::array to_array(std::vector<Row> rows) {
  name_fields();
  auto owned = std::make_unique<std::vector<Row>>(std::move(rows));
  const auto *data = owned->data();
  const auto count = static_cast<py::ssize_t>(owned->size());
  const py::capsule base(owned.get(), [](void *p) { delete static_cast<std::vector<Row> *>(p); });
  owned.release(); // NOLINT(bugprone-unused-return-value): the capsule owns it
  return py::array_t<Row>(count, data, base);
}

Addresses allocate_n(const SharedAllocator &self, const py::object &size_bytes,
                     const py::object &n) {
  const std::size_t size = to_size(size_bytes, "size_bytes");
  const std::uint64_t count = to_unsigned(n, "n", "0 to 1099511627776");
  if (count > std::uint64_t{1} << 40U) {
    throw InvalidArgumentError("n", std::to_string(count), "0 to 1099511627776");
  }
  Addresses addresses(static_cast<py::ssize_t>(count));
  const std::span<std::uint64_t> row(addresses.mutable_data(), count);
  const py::gil_scoped_release unlocked;
  self.allocate_n(size, row);
  return addresses;
}

void deallocate_n(const SharedAllocator &self, const py::array_t<std::uint64_t, 0> &addresses) {
  if (addresses.ndim() != 1) {
    throw InvalidArgumentError("addresses", std::to_string(addresses.ndim()) + " dimensions", "1");
  }
  const auto given = addresses.unchecked<1>();
  std::vector<std::uint64_t> row;
  row.reserve(static_cast<std::size_t>(given.shape(0)));
  for (py::ssize_t i = 0; i < given.shape(0); ++i) {
    row.push_back(given(i));
  }
  const py::gil_scoped_release unlocked;
  self.deallocate_n(row);
}

// An array's memory, which outlives close().
struct Held {
  std::shared_ptr<Allocator> allocator;
  void *block;
};

py::ssize_t to_extent(const py::handle &value) {
  const auto number = py::reinterpret_steal<py::int_>(PyNumber_Index(value.ptr()));
  if (!number) {
    throw py::error_already_set();
  }
  const py::ssize_t extent = PyLong_AsSsize_t(number.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    throw InvalidArgumentError("shape", "with " + py::str(number).cast<std::string>(),
                               "what has 0 to 2**63 - 1 bytes");
  }
  return extent;
}

std::vector<py::ssize_t> to_shape(const py::object &shape) {
  if (PyIndex_Check(shape.ptr()) != 0) {
    return {to_extent(shape)};
  }
  std::vector<py::ssize_t> extents;
  for (const py::handle one : py::iter(shape)) {
    extents.push_back(to_extent(one));
  }
  return extents;
}

std::size_t bytes_of(const py::dtype &type, const std::vector<py::ssize_t> &shape) {
  auto bytes = static_cast<std::size_t>(type.itemsize());
  for (const py::ssize_t n : shape) {
    if (n < 0 || __builtin_mul_overflow(bytes, static_cast<std::size_t>(n), &bytes) ||
        bytes > static_cast<std::size_t>(PTRDIFF_MAX)) {
      throw InvalidArgumentError("shape", "with " + std::to_string(n),
                                 "what has 0 to 2**63 - 1 bytes");
    }
  }
  return bytes;
}

py::array make_array(const SharedAllocator &self, const py::object &dtype,
                     const py::object &shape) {
  const auto type = py::dtype::from_args(dtype);
  if (type.attr("hasobject").cast<bool>()) {
    throw InvalidArgumentError("dtype", py::str(type).cast<std::string>(), "one without objects");
  }
  const std::vector<py::ssize_t> sizes = to_shape(shape);
  constexpr std::size_t kLine = 64;
  auto held = std::make_unique<Held>(Held{.allocator = self.live(), .block = nullptr});
  held->block = self.allocate(bytes_of(type, sizes), kLine, 0);
  void *data = held->block;
  const py::capsule base(held.get(), [](void *p) {
    const std::unique_ptr<Held> last(static_cast<Held *>(p));
    static_cast<void>(last->allocator->try_deallocate(last->block));
  });
  held.release(); // NOLINT(bugprone-unused-return-value): the capsule owns it
  return {type, sizes, {}, data, base};
}

} // namespace

void bind_rows(py::module_ &m) {
  allocator_of(m)
      .def("allocate_n", &allocate_n, py::arg("size_bytes"), py::arg("n"),
           docs::Allocator_allocate_n)
      .def("deallocate_n", &deallocate_n, py::arg("addresses").noconvert(),
           docs::Allocator_deallocate_n)
      .def(
          "walk", [](const SharedAllocator &self) { return to_array(self.blocks()); },
          docs::Allocator_walk)
      .def(
          "fragmentation", [](const SharedAllocator &self) { return to_array(self.extents()); },
          docs::Allocator_fragmentation)
      .def("array", &make_array, py::arg("dtype"), py::arg("shape"), docs::Allocator_array);
}

} // namespace vmperf::alloc
