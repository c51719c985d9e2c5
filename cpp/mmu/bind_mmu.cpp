// The Python face of the MMU over SoftTlb.
#include <memory>
#include <string>

#include "bind_args.hpp"
#include "bind_mmu.docs.hpp"
#include "vmperf/mmu/mmu.hpp"
#include "vmperf/mmu/second_stage.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

namespace vmperf::mmu {
namespace {

using SoftMmu = Mmu<tlb::SoftTlb>;
using MmuClass = py::class_<SoftMmu>;

std::unique_ptr<SoftMmu> make(PageTable &table, tlb::SoftTlb &tlb, MaybeCache walk_cache,
                              std::optional<const SecondStage *> nested) {
  if (nested && *nested != table.nested()) {
    throw InvalidArgumentError("nested", "another second stage", "None, or that of `table`");
  }
  return std::make_unique<SoftMmu>(table, tlb, walk_cache.value_or(nullptr));
}

py::tuple translate(SoftMmu &mmu, const py::object &vas, const std::string &access,
                    const py::object &asid, const py::object &out) {
  const Addresses addresses = to_addresses(vas);
  const bool is_given = !out.is_none();
  if (is_given && (!py::isinstance<py::tuple>(out) || py::len(out) != 2)) {
    throw py::type_error("out must be a pair of arrays (pa, fault)");
  }
  const py::object first = is_given ? py::object(out[py::int_(0)]) : py::none();
  const py::object second = is_given ? py::object(out[py::int_(1)]) : py::none();
  auto pa = to_output<std::uint64_t>(first, "out[0]", addresses);
  auto fault = to_output<std::uint8_t>(second, "out[1]", addresses);
  mmu.translate(addresses.data(), pa.mutable_data(), fault.mutable_data(),
                static_cast<std::size_t>(addresses.size()), to_access(access), to_asid(asid));
  return py::make_tuple(pa, fault);
}

py::bytes read(SoftMmu &mmu, const py::object &va, const py::object &size_bytes,
               const py::object &asid) {
  const std::uint64_t size = to_number(size_bytes, "size_bytes", std::uint64_t{1} << 32U);
  std::string bytes(size, '\0');
  mmu.read(to_number(va, "va"), std::as_writable_bytes(std::span(bytes)), to_asid(asid));
  return {bytes};
}

void write(SoftMmu &mmu, const py::object &va, const py::buffer &data, const py::object &asid) {
  const py::bytes copy(py::reinterpret_steal<py::object>(PyBytes_FromObject(data.ptr())));
  const std::string_view bytes = copy;
  mmu.write(to_number(va, "va"), std::as_bytes(std::span(bytes)), to_asid(asid));
}

void bind_flushes(MmuClass &mmu) {
  mmu.def("flush", &SoftMmu::flush, docs::Mmu_flush)
      .def(
          "flush_asid", [](SoftMmu &m, const py::object &asid) { m.flush_asid(to_asid(asid)); },
          py::arg("asid"), docs::Mmu_flush_asid)
      .def(
          "flush_page",
          [](SoftMmu &m, const py::object &va, const py::object &size_bytes,
             const py::object &asid) {
            m.flush_page(to_number(va, "va"), to_number(size_bytes, "size_bytes"), to_asid(asid));
          },
          py::arg("va"), py::arg("size_bytes") = kPageBytes, py::arg("asid") = 0,
          docs::Mmu_flush_page)
      .def(
          "flush_range",
          [](SoftMmu &m, const py::object &lo, const py::object &hi, const py::object &asid) {
            m.flush_range(to_number(lo, "lo"), to_number(hi, "hi"), to_asid(asid));
          },
          py::arg("lo"), py::arg("hi"), py::arg("asid") = 0, docs::Mmu_flush_range);
}

} // namespace

void bind_mmu(py::module_ &m) {
  MmuClass mmu(m, "Mmu", docs::Mmu);
  mmu.def(py::init(&make), py::arg("table"), py::arg("tlb"), py::arg("walk_cache") = py::none(),
          py::arg("nested") = py::none(), py::keep_alive<1, 2>(), py::keep_alive<1, 3>(),
          py::keep_alive<1, 4>())
      .def(
          "set_table",
          [](SoftMmu &self, const py::object &asid, PageTable &table) {
            self.set_table(to_asid(asid), table);
          },
          py::arg("asid"), py::arg("table"), py::keep_alive<1, 3>(), docs::Mmu_set_table)
      .def(
          "lookup",
          [](SoftMmu &self, const py::object &va, const std::string &access,
             const py::object &asid) {
            return self.lookup(to_number(va, "va"), to_access(access), to_asid(asid));
          },
          py::arg("va"), py::arg("access") = "r", py::arg("asid") = 0, docs::Mmu_lookup)
      .def("translate", &translate, py::arg("vas"), py::arg("access") = "r", py::arg("asid") = 0,
           py::arg("out") = py::none(), docs::Mmu_translate)
      .def("read", &read, py::arg("va"), py::arg("size_bytes"), py::arg("asid") = 0, docs::Mmu_read)
      .def("write", &write, py::arg("va"), py::arg("data"), py::arg("asid") = 0, docs::Mmu_write)
      .def_property_readonly(
          "stats",
          [](const SoftMmu &self) {
            py::dict all;
            all["walks"] = self.stats().n_walks;
            all["refs"] = self.stats().n_refs;
            all["faults"] = self.stats().n_faults;
            return all;
          },
          "Counts so far: walks after misses, table entries that they read, faults.");
  bind_flushes(mmu);
}

} // namespace vmperf::mmu
