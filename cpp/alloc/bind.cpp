// The Python face of alloc: Allocator over SharedAllocator; rows, statistics and peers in bind_*.
#include <memory>
#include <string>

#include "bind.docs.hpp"
#include "bind_args.hpp"
#include "bind_files.hpp"

namespace vmperf::alloc {
namespace {

HugePages to_huge_pages(const std::string &word) {
  if (word != "never" && word != "madvise") {
    throw InvalidArgumentError("huge_pages", "'" + word + "'", "'never', 'madvise'");
  }
  return word == "never" ? HugePages::never : HugePages::madvise;
}

std::int64_t to_delay(const py::handle &value) {
  const auto number = py::reinterpret_steal<py::int_>(PyNumber_Index(value.ptr()));
  if (!number) {
    throw py::error_already_set();
  }
  int overflow = 0;
  const long long delay = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
  if (overflow != 0) {
    throw InvalidArgumentError("purge_delay_ms", py::str(number).cast<std::string>(),
                               "-1 (by purge() alone) to 1099511627776");
  }
  return delay;
}

std::shared_ptr<SharedAllocator> make(const py::object &arena_size,
                                      const py::object &purge_delay_ms,
                                      const std::string &huge_pages, bool checked, bool tags) {
  return std::make_shared<SharedAllocator>(
      Options{.arena_size_bytes = to_size(arena_size, "arena_size"),
              .purge_delay_ms = to_delay(purge_delay_ms),
              .huge_pages = to_huge_pages(huge_pages),
              .checked = checked,
              .tags = tags});
}

std::uint64_t allocate(const SharedAllocator &self, const py::object &size_bytes,
                       const py::object &alignment, const py::object &tag) {
  const std::uint64_t number = to_unsigned(tag, "tag", "0 to 63");
  if (number >= kMostTags) {
    throw InvalidArgumentError("tag", std::to_string(number), "0 to 63");
  }
  return to_address(self.allocate(to_size(size_bytes, "size_bytes"),
                                  to_unsigned(alignment, "alignment", "a power of two"),
                                  static_cast<unsigned>(number)));
}

void bind_blocks(AllocatorClass &one) {
  one.def("allocate", &allocate, py::arg("size_bytes"), py::kw_only(), py::arg("alignment") = 16,
          py::arg("tag") = 0, docs::Allocator_allocate)
      .def(
          "calloc",
          [](const SharedAllocator &self, const py::object &count, const py::object &size_bytes) {
            return to_address(
                self.calloc(to_size(count, "count"), to_size(size_bytes, "size_bytes")));
          },
          py::arg("count"), py::arg("size_bytes"), docs::Allocator_calloc)
      .def(
          "realloc",
          [](const SharedAllocator &self, const py::object &address, const py::object &size_bytes) {
            return to_address(
                self.reallocate(to_block(address), to_size(size_bytes, "size_bytes")));
          },
          py::arg("address"), py::arg("size_bytes"), docs::Allocator_realloc)
      .def(
          "deallocate",
          [](const SharedAllocator &self, const py::object &address) {
            self.deallocate(to_block(address));
          },
          py::arg("address"), docs::Allocator_deallocate)
      .def(
          "usable_size",
          [](const SharedAllocator &self, const py::object &address) {
            return self.usable_size(to_block(address));
          },
          py::arg("address"), docs::Allocator_usable_size)
      .def(
          "owns",
          [](const SharedAllocator &self, const py::object &address) {
            return self.owns(to_block(address));
          },
          py::arg("address"), docs::Allocator_owns);
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = docs::module;
  AllocatorClass one(m, "Allocator", docs::Allocator);
  const Options usual;
  one.def(py::init(&make), py::kw_only(), py::arg("arena_size") = usual.arena_size_bytes,
          py::arg("purge_delay_ms") = usual.purge_delay_ms, py::arg("huge_pages") = "never",
          py::arg("checked") = false, py::arg("tags") = false)
      .def("purge", &SharedAllocator::purge, py::call_guard<py::gil_scoped_release>(),
           docs::Allocator_purge)
      .def("close", &SharedAllocator::close, py::call_guard<py::gil_scoped_release>(),
           docs::Allocator_close)
      .def_property_readonly("is_closed", &SharedAllocator::is_closed,
                             "Whether `close` was called.")
      .def_property_readonly(
          "is_checked", [](const SharedAllocator &self) { return self.options().checked; },
          "Whether every address that is freed is tested.")
      .def_property_readonly(
          "arena_size", [](const SharedAllocator &self) { return self.options().arena_size_bytes; },
          "Address space set aside, in bytes; less than asked for where the system refused.")
      .def(
          "__enter__", [](SharedAllocator &self) -> SharedAllocator & { return self; },
          py::return_value_policy::reference)
      .def("__exit__", [](SharedAllocator &self, const py::args & /*exception*/) { self.close(); })
      .def("__repr__", [](const SharedAllocator &self) {
        return "Allocator(arena_size=" + std::to_string(self.options().arena_size_bytes) +
               (self.options().checked ? ", checked" : "") + (self.options().tags ? ", tags" : "") +
               (self.is_closed() ? ", closed)" : ")");
      });
  bind_blocks(one);
  bind_files(m); // some of which add methods to Allocator
}

} // namespace vmperf::alloc
