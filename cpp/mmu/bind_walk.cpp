// The Python face of walks: Walk, WalkCache, and what PageTable says about addresses.
#include <memory>
#include <string>

#include "bind_args.hpp"
#include "bind_walk.docs.hpp"

namespace vmperf::mmu {
namespace {

using tlb::Translation;

std::string to_perms(std::uint8_t perms) {
  std::string text;
  for (const tlb::Access access : {tlb::Access::read, tlb::Access::write, tlb::Access::execute}) {
    text += (perms & tlb::perm_of(access)) != 0 ? std::string(1, tlb::letter_of(access)) : "";
  }
  return text;
}

std::string to_text(const Translation &walk) {
  if (walk.fault != tlb::Fault::none) {
    return "Walk(fault='" + std::string(word_of(walk.fault)) +
           "', level=" + std::to_string(walk.level) + ", refs=" + std::to_string(walk.refs) + ")";
  }
  return "Walk(pa=" + std::to_string(walk.pa) +
         ", size_bytes=" + std::to_string(std::uint64_t{1} << walk.page_shift) + ", perms='" +
         to_perms(walk.perms) + "', level=" + std::to_string(walk.level) +
         ", refs=" + std::to_string(walk.refs) + ")";
}

void bind_result(py::module_ &m) {
  py::class_<Translation>(m, "Walk", docs::Walk)
      .def_readonly("pa", &Translation::pa, "Physical address; 0 with a fault.")
      .def_readonly("level", &Translation::level,
                    "Level of the leaf, or of the entry that stopped the walk: 1 is 4 KiB.")
      .def_property_readonly(
          "size_bytes", [](const Translation &w) { return std::uint64_t{1} << w.page_shift; },
          "Size of the page in bytes.")
      .def_property_readonly(
          "perms", [](const Translation &w) { return to_perms(w.perms); },
          "What the page permits in the table's mode: letters of rwx.")
      .def_property_readonly(
          "fault", [](const Translation &w) { return word_of(w.fault); },
          "Why there is no translation, a name of `vmperf.tlb.Fault`; 'none' where there is one.")
      .def_readonly("is_global", &Translation::global, "Whether it holds for all ASIDs.")
      .def_readonly("refs", &Translation::refs, "Table entries read, of both stages.")
      .def_readonly("stage", &Translation::stage, "2 where the second stage stopped the walk.")
      .def("__repr__", &to_text);
}

void bind_cache(py::module_ &m) {
  const WalkCache::Sizes given;
  auto cache = py::reinterpret_borrow<py::class_<WalkCache>>(m.attr("WalkCache"));
  cache
      .def(py::init([](const py::object &level2, const py::object &level3, const py::object &level4,
                       const py::object &level5) {
             return std::make_unique<WalkCache>(
                 WalkCache::Sizes{to_number(level2, "level2"), to_number(level3, "level3"),
                                  to_number(level4, "level4"), to_number(level5, "level5")});
           }),
           py::kw_only(), py::arg("level2") = given.level2, py::arg("level3") = given.level3,
           py::arg("level4") = given.level4, py::arg("level5") = given.level5)
      .def("flush", &WalkCache::flush, docs::WalkCache_flush)
      .def(
          "flush_asid", [](WalkCache &c, const py::object &asid) { c.flush_asid(to_asid(asid)); },
          py::arg("asid"), docs::WalkCache_flush_asid)
      .def_property_readonly(
          "stats",
          [](const WalkCache &c) {
            py::dict all;
            all["inserted"] = c.stats().n_inserted;
            all["flushes"] = c.stats().n_flushes;
            all["clears"] = c.stats().n_clears;
            return all;
          },
          "Counts so far: tables entered, flushes, clears when contexts ran out.");
}

} // namespace

void bind_walk(py::module_ &m) {
  PYBIND11_NUMPY_DTYPE_EX(Translation, pa, "pa", page_shift, "page_shift", perms, "perms", global,
                          "is_global", fault, "fault", level, "level", refs, "refs", stage,
                          "stage");
  bind_result(m);
  bind_cache(m);
  auto table = py::reinterpret_borrow<TableClass>(m.attr("PageTable"));
  table
      .def(
          "walk",
          [](const PageTable &t, const py::object &va, const py::object &access, MaybeCache cache,
             const py::object &asid) {
            return t.walk(to_number(va, "va"), to_purpose(access), cache.value_or(nullptr),
                          to_asid(asid));
          },
          py::arg("va"), py::arg("access") = py::none(), py::arg("walk_cache") = py::none(),
          py::arg("asid") = 0, docs::PageTable_walk)
      .def(
          "walk_batch",
          [](const PageTable &t, const py::object &vas, const py::object &access, MaybeCache cache,
             const py::object &asid, const py::object &out) -> py::array {
            const Addresses addresses = to_addresses(vas);
            Walks walks = to_output<Translation>(out, "out", addresses);
            const auto n = static_cast<std::size_t>(addresses.size());
            t.walk_all({addresses.data(), n}, {walks.mutable_data(), n}, to_purpose(access),
                       cache.value_or(nullptr), to_asid(asid));
            return walks;
          },
          py::arg("vas"), py::arg("access") = py::none(), py::arg("walk_cache") = py::none(),
          py::arg("asid") = 0, py::arg("out") = py::none(), docs::PageTable_walk_batch);
}

} // namespace vmperf::mmu
