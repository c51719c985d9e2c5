// The Python face of Mode and of the second stage.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "bind_args.hpp"
#include "bind_mode.docs.hpp"
#include "vmperf/mmu/second_stage.hpp"

namespace vmperf::mmu {
namespace {

std::string to_text(const Mode &mode) {
  const std::array<std::pair<const char *, bool>, 9> all = {{{"user", mode.user},
                                                             {"wp", mode.wp},
                                                             {"nxe", mode.nxe},
                                                             {"smep", mode.smep},
                                                             {"smap", mode.smap},
                                                             {"ac", mode.ac},
                                                             {"sum", mode.sum},
                                                             {"mxr", mode.mxr},
                                                             {"pan", mode.pan}}};
  std::string text;
  for (const auto &[name, on] : all) {
    text += (text.empty() ? "" : ", ") + std::string(name) + (on ? "=True" : "=False");
  }
  return "Mode(" + text + ")";
}

} // namespace

void bind_mode(py::module_ &m) {
  const Mode given;
  auto mode = py::reinterpret_borrow<py::class_<Mode>>(m.attr("Mode"));
  mode.def(py::init([](bool user, bool wp, bool nxe, bool smep, bool smap, bool ac, bool sum,
                       bool mxr,
                       bool pan) { return Mode{user, wp, nxe, smep, smap, ac, sum, mxr, pan}; }),
           py::kw_only(), py::arg("user") = given.user, py::arg("wp") = given.wp,
           py::arg("nxe") = given.nxe, py::arg("smep") = given.smep, py::arg("smap") = given.smap,
           py::arg("ac") = given.ac, py::arg("sum") = given.sum, py::arg("mxr") = given.mxr,
           py::arg("pan") = given.pan)
      .def_readonly("user", &Mode::user, "Whether CPL 3, U or EL0 asks.")
      .def_readonly("wp", &Mode::wp, "x86 CR0.WP: the supervisor obeys read-only pages.")
      .def_readonly("nxe", &Mode::nxe, "x86 EFER.NXE; without it bit 63 is reserved.")
      .def_readonly("smep", &Mode::smep, "x86 CR4.SMEP: no user page is executed.")
      .def_readonly("smap", &Mode::smap, "x86 CR4.SMAP: no user page is read or written.")
      .def_readonly("ac", &Mode::ac, "x86 EFLAGS.AC, which lifts SMAP.")
      .def_readonly("sum", &Mode::sum, "RISC-V: the supervisor may read and write user pages.")
      .def_readonly("mxr", &Mode::mxr, "RISC-V: what may be executed may be read.")
      .def_readonly("pan", &Mode::pan, "AArch64: EL1 reads and writes no page of EL0.")
      .def("__eq__",
           [](const Mode &self, const py::object &other) {
             return py::isinstance<Mode>(other) && self == other.cast<const Mode &>();
           })
      .def("__hash__", [](const Mode &self) { return py::hash(py::str(to_text(self))); })
      .def("__repr__", &to_text);

  auto stage = py::reinterpret_borrow<py::class_<SecondStage>>(m.attr("SecondStage"));
  stage
      .def(py::init([](PageTable &table, const py::object &entries) {
             return std::make_unique<SecondStage>(table, to_number(entries, "entries"));
           }),
           py::arg("table"), py::arg("entries") = 1024, py::keep_alive<1, 2>())
      .def("flush", &SecondStage::flush, docs::SecondStage_flush)
      .def_property_readonly("entries", &SecondStage::entries, "Entries of the nested TLB.")
      .def_property_readonly(
          "stats",
          [](const SecondStage &s) {
            py::dict all;
            all["walks"] = s.stats().n_walks;
            all["flushes"] = s.stats().n_flushes;
            return all;
          },
          "Counts so far: walks of the second table, flushes.");
}

} // namespace vmperf::mmu
