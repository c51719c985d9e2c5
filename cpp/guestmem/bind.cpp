// The Python face of guest memory: regions, ranges, views.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <tuple>

#include "bind.docs.hpp"
#include "bind_args.hpp"
#include "bind_files.hpp"

namespace vmperf::guestmem {
namespace {

Region region_of(py::handle start, py::handle size_bytes, bool read_only) {
  return {.start = to_unsigned(start, "start"),
          .size_bytes = to_unsigned(size_bytes, "size_bytes"),
          .read_only = read_only};
}

Region make_region(const IntArg &start, const IntArg &size_bytes, bool read_only) {
  return region_of(start, size_bytes, read_only);
}

Region to_region(const py::handle &given) {
  if (py::isinstance<Region>(given)) {
    return given.cast<Region>();
  }
  if (!py::isinstance<py::tuple>(given) && !py::isinstance<py::list>(given)) {
    throw py::type_error("regions must hold Region objects or (start, size_bytes) pairs, not " +
                         std::string(Py_TYPE(given.ptr())->tp_name));
  }
  const auto pair = py::reinterpret_borrow<py::sequence>(given);
  if (pair.size() != 2) {
    throw InvalidArgumentError("a region", "a sequence of " + std::to_string(pair.size()),
                               "a Region or (start, size_bytes)");
  }
  return region_of(py::object(pair[0]), py::object(pair[1]), false);
}

std::shared_ptr<GuestMemory> make(const py::iterable &given, bool track_dirty) {
  std::vector<Region> regions;
  for (const py::handle one : given) {
    regions.push_back(to_region(one));
  }
  return std::make_shared<PyMemory>(regions, track_dirty);
}

py::bytes read(const GuestMemory &memory, const IntArg &address, const IntArg &size_bytes) {
  const std::uint64_t gpa = to_word(address.ptr(), "address");
  const std::uint64_t n = to_word(size_bytes.ptr(), "size_bytes");
  if (n != 0 && memory.host(gpa, n, Access::read) == nullptr) {
    static_cast<void>(memory.view(gpa, n, Access::read)); // raises, before memory is asked for
  }
  auto data = py::reinterpret_steal<py::bytes>(
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(n)));
  if (!data) {
    throw py::error_already_set();
  }
  auto *to = reinterpret_cast<std::byte *>(PyBytes_AS_STRING(data.ptr()));
  run(n, [&] { memory.read(gpa, std::span(to, n)); });
  return data;
}

void write(GuestMemory &memory, const IntArg &address, const BufferArg &data) {
  const std::uint64_t gpa = to_word(address.ptr(), "address");
  const Bytes from(data, "data");
  run(from.span().size(), [&] { memory.write(gpa, from.span()); });
}

void load(GuestMemory &memory, const IntArg &address, const BufferArg &data) {
  const std::uint64_t gpa = to_word(address.ptr(), "address");
  const Bytes from(data, "data");
  run(from.span().size(), [&] { memory.load(gpa, from.span()); });
}

py::array_t<std::uint8_t> view(const GuestMemory &memory, const IntArg &address,
                               const IntArg &size_bytes) {
  const std::uint64_t gpa = to_unsigned(address, "address");
  const std::uint64_t n = to_unsigned(size_bytes, "size_bytes");
  auto seen = std::make_unique<View>(memory.view(gpa, n, Access::read));
  const auto *data = reinterpret_cast<const std::uint8_t *>(seen->bytes.data());
  const bool writable = memory.host(gpa, n, Access::write) != nullptr;
  const py::capsule owner(seen.get(), [](void *p) { delete static_cast<View *>(p); });
  std::ignore = seen.release(); // the capsule's now
  py::array_t<std::uint8_t> array(static_cast<py::ssize_t>(n), data, owner);
  if (!writable && n != 0) {
    array.attr("flags").attr("writeable") = false;
  }
  return array;
}

std::string region_text(const Region &region) {
  return "Region(start=" + std::to_string(region.start) +
         ", size_bytes=" + std::to_string(region.size_bytes) +
         (region.read_only ? ", read_only=True)" : ")");
}

std::vector<Region> regions_of(const GuestMemory &memory) {
  return {memory.regions().begin(), memory.regions().end()};
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = docs::module;
  py::class_<Region>(m, "Region", docs::Region)
      .def(py::init(&make_region), py::arg("start"), py::arg("size_bytes"), py::kw_only(),
           py::arg("read_only") = false)
      .def_readonly("start", &Region::start, "Address of its first byte.")
      .def_readonly("size_bytes", &Region::size_bytes, "Size in bytes.")
      .def_readonly("read_only", &Region::read_only, "Whether the guest's writes are refused.")
      .def("__eq__",
           [](const Region &region, const py::object &other) {
             return py::isinstance<Region>(other) && region == other.cast<const Region &>();
           })
      .def("__hash__",
           [](const Region &r) {
             return py::hash(py::make_tuple(r.start, r.size_bytes, r.read_only));
           })
      .def("__repr__", &region_text);
  MemoryClass(m, "GuestMemory", docs::GuestMemory, py::custom_type_setup(let_collector_see_devices))
      .def(py::init(&make), py::arg("regions"), py::kw_only(), py::arg("track_dirty") = true)
      .def("read", &read, py::arg("address"), py::arg("size_bytes"), docs::GuestMemory_read)
      .def("write", &write, py::arg("address"), py::arg("data"), docs::GuestMemory_write)
      .def("load", &load, py::arg("address"), py::arg("data"), docs::GuestMemory_load)
      .def("view", &view, py::arg("address"), py::arg("size_bytes"), docs::GuestMemory_view)
      .def_property_readonly("regions", &regions_of, "The regions, ascending: a list of `Region`.")
      .def_property("track_dirty", &GuestMemory::is_tracking_dirty,
                    &GuestMemory::set_dirty_tracking,
                    "Whether writes mark their pages; what is written while it is off is not.")
      .def("__repr__", [](const GuestMemory &memory) {
        std::string text = "GuestMemory([";
        for (const Region &region :
             memory.regions().first(std::min<std::size_t>(memory.regions().size(), 4))) {
          text += (text.back() == '[' ? "" : ", ") + region_text(region);
        }
        return text + (memory.regions().size() > 4 ? ", ...])" : "])");
      });
  bind_files(m); // which add methods to GuestMemory
}

} // namespace vmperf::guestmem
