// PageMap, which may answer misses of SoftTlb, the fault codes, and what a SoftTlb is made of.
#include <pybind11/native_enum.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "bind_args.hpp"
#include "bind_arrays.docs.hpp"
#include "vmperf/tlb/page_map.hpp"
#include "vmperf/tlb/words.hpp"

namespace vmperf::tlb {
namespace {

void bind_page_map(py::module_ &m) {
  py::class_<PageMap>(m, "PageMap", docs::PageMap)
      .def(py::init<>())
      .def(
          "map",
          [](PageMap &map, const py::object &va, const py::object &pa, const py::object &size_bytes,
             const std::string &perms, const py::object &asid, bool is_global) {
            map.map(to_number(va, "va"), to_number(pa, "pa"), to_number(size_bytes, "size_bytes"),
                    to_perms(perms), to_asid(asid), is_global);
          },
          py::arg("va"), py::arg("pa"), py::arg("size_bytes") = 4096, py::arg("perms") = "rwx",
          py::arg("asid") = 0, py::kw_only(), py::arg("is_global") = false, docs::PageMap_map)
      .def(
          "unmap",
          [](PageMap &map, const py::object &va, const py::object &size_bytes,
             const py::object &asid, bool is_global) {
            return map.unmap(to_number(va, "va"), to_number(size_bytes, "size_bytes"),
                             to_asid(asid), is_global);
          },
          py::arg("va"), py::arg("size_bytes") = 4096, py::arg("asid") = 0, py::kw_only(),
          py::arg("is_global") = false, docs::PageMap_unmap)
      .def("__len__", &PageMap::size, "Pages that are mapped.");
}

void bind_fault(py::module_ &m) {
  py::native_enum<Fault>(m, "Fault", "enum.IntEnum", docs::Fault)
      .value("none", Fault::none)
      .value("miss", Fault::miss)
      .value("not_present", Fault::not_present)
      .value("protection", Fault::protection)
      .value("non_canonical", Fault::non_canonical)
      .value("reserved_bit", Fault::reserved_bit)
      .value("bus", Fault::bus)
      .value("access_flag", Fault::access_flag)
      .finalize();
}

} // namespace

void bind_arrays(py::module_ &m) {
  bind_page_map(m);
  bind_fault(m);
  auto tlb = py::reinterpret_borrow<TlbClass>(m.attr("SoftTlb"));
  tlb.def_property_readonly(
         "entries", [](const SoftTlb &t) { return t.options().entries; },
         "Entries of the first level.")
      .def_property_readonly(
          "ways", [](const SoftTlb &t) { return t.options().ways; }, "Ways of the first level.")
      .def_property_readonly(
          "policy", [](const SoftTlb &t) { return word_of(t.options().policy); },
          "Replacement policy of the set-associative levels.")
      .def_property_readonly(
          "index", [](const SoftTlb &t) { return word_of(t.options().index); }, "Index function.")
      .def_property_readonly("sync", &SoftTlb::sync,
                             "How the first level is safe beside a writer: what 'auto' became.")
      .def("__repr__", [](const SoftTlb &t) {
        return "SoftTlb(entries=" + std::to_string(t.options().entries) +
               ", ways=" + std::to_string(t.options().ways) + ", sync='" + t.sync() + "')";
      });
}

} // namespace vmperf::tlb
