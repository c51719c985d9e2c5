// The Python face of the page tables: PageTable.
#include <memory>
#include <string>

#include "bind.docs.hpp"
#include "bind_args.hpp"
#include "bind_files.hpp"
#include "vmperf/mmu/second_stage.hpp"

namespace vmperf::mmu {
namespace {

AdUpdate to_ad(const std::string &word) {
  if (word != "hardware" && word != "software") {
    throw InvalidArgumentError("ad", word, "hardware, software");
  }
  return word == "hardware" ? AdUpdate::hardware : AdUpdate::software;
}

std::unique_ptr<PageTable> make(const std::string &fmt, guestmem::GuestMemory &mem,
                                const py::object &tables, const Mode &mode, const std::string &ad,
                                const py::object &pa_bits, std::optional<SecondStage *> nested) {
  const Range range = to_range(tables, "tables");
  return std::make_unique<PageTable>(
      format_of(fmt), mem,
      PageTable::Options{.mode = mode,
                         .ad = to_ad(ad),
                         .pa_bits = static_cast<unsigned>(to_number(pa_bits, "pa_bits", 64)),
                         .tables_start = range.start,
                         .tables_size_bytes = range.size_bytes,
                         .nested = nested.value_or(nullptr)});
}

void bind_changes(TableClass &table) {
  table
      .def(
          "map",
          [](PageTable &t, const py::object &va, const py::object &pa, const py::object &size_bytes,
             const std::string &flags, const py::object &n_pages) {
            t.map(to_number(va, "va"), to_number(pa, "pa"), to_number(size_bytes, "size_bytes"),
                  flags_of(flags), to_number(n_pages, "n_pages"));
          },
          py::arg("va"), py::arg("pa"), py::arg("size_bytes") = kPageBytes, py::arg("flags") = "rw",
          py::arg("n_pages") = 1, docs::PageTable_map)
      .def(
          "unmap",
          [](PageTable &t, const py::object &va, const py::object &size_bytes) {
            return t.unmap(to_number(va, "va"), to_number(size_bytes, "size_bytes"));
          },
          py::arg("va"), py::arg("size_bytes") = kPageBytes, docs::PageTable_unmap)
      .def(
          "protect",
          [](PageTable &t, const py::object &va, const py::object &size_bytes,
             const std::string &flags) {
            return t.protect(to_number(va, "va"), to_number(size_bytes, "size_bytes"),
                             flags_of(flags));
          },
          py::arg("va"), py::arg("size_bytes"), py::arg("flags"), docs::PageTable_protect);
}

void bind_facts(TableClass &table) {
  table
      .def_property_readonly(
          "fmt", [](const PageTable &t) { return std::string(name_of(t.format())); },
          "Name of the format.")
      .def_property("mode", &PageTable::mode, &PageTable::set_mode,
                    "The `Mode` that walks ask in; flush TLBs when it changes.")
      .def_property_readonly("root", &PageTable::root, "Physical address of the top table.")
      .def_property_readonly("levels", &PageTable::levels, "Levels of tables: 3 to 5.")
      .def_property_readonly("pa_bits", &PageTable::pa_bits, "Width of physical addresses in bits.")
      .def_property_readonly(
          "ad",
          [](const PageTable &t) { return t.ad() == AdUpdate::hardware ? "hardware" : "software"; },
          "Who sets accessed and dirty bits: 'hardware' or 'software'.")
      .def_property_readonly("n_tables", &PageTable::n_tables, "Table pages in use, of 4096 bytes.")
      .def("__repr__", [](const PageTable &t) {
        return "PageTable('" + std::string(name_of(t.format())) +
               "', n_tables=" + std::to_string(t.n_tables()) + ")";
      });
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = docs::module;
  // Signatures name these, which are registered at the first use of their modules.
  const py::module_ core = py::module_::import("vmperf._core");
  const py::object memory = core.attr("guestmem").attr("GuestMemory");
  const py::object tlb = core.attr("tlb").attr("SoftTlb");
  py::class_<Mode> mode(m, "Mode", docs::Mode);
  py::class_<SecondStage> stage(m, "SecondStage", docs::SecondStage);
  py::class_<WalkCache> cache(m, "WalkCache", docs::WalkCache);
  TableClass table(m, "PageTable", docs::PageTable);
  bind_files(m); // these classes among them: signatures name them
  table.def(py::init(&make), py::arg("fmt"), py::arg("mem"), py::kw_only(),
            py::arg("tables") = py::none(), py::arg("mode") = Mode{}, py::arg("ad") = "hardware",
            py::arg("pa_bits") = 0, py::arg("nested") = py::none(), py::keep_alive<1, 3>(),
            py::keep_alive<1, 8>());
  bind_changes(table);
  bind_facts(table);
}

} // namespace vmperf::mmu
