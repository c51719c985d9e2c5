// The Python face of the TLB: SoftTlb, its construction and its scalar calls.
#include <pybind11/stl.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "bind.docs.hpp"
#include "bind_args.hpp"
#include "bind_files.hpp"
#include "vmperf/tlb/words.hpp"

namespace vmperf::tlb {
namespace {

constexpr std::uint64_t kMostEntries = std::uint64_t{1} << 32U; // what a TLB itself allows is less

unsigned to_small(const py::handle &value, const char *name) {
  return static_cast<unsigned>(to_number(value, name, std::numeric_limits<std::uint32_t>::max()));
}

std::vector<std::uint64_t> to_sizes(const py::iterable &sizes) {
  std::vector<std::uint64_t> all;
  for (const py::handle size : sizes) {
    all.push_back(to_number(size, "page_sizes"));
  }
  return all;
}

std::string to_prefetch(const py::object &word) {
  const std::string text = word.is_none() ? "" : word.cast<std::string>();
  if (text.empty() && !word.is_none()) {
    (void)to_prefetcher(text); // refuses it
  }
  return text;
}

std::unique_ptr<SoftTlb> make(const py::object &entries, const py::object &ways,
                              const py::iterable &page_sizes, const std::string &policy,
                              const std::string &index, const py::object &victim,
                              const py::object &second_level, const py::object &prefetch,
                              const std::string &sync, const py::object &second_level_ways,
                              const py::object &degree, const py::object &prefetch_buffer,
                              const py::object &va_bits, const py::object &pa_bits, bool count_hits,
                              const py::object &seed) {
  return std::make_unique<SoftTlb>(SoftTlbOptions{
      .entries = to_number(entries, "entries", kMostEntries),
      .ways = to_small(ways, "ways"),
      .page_sizes = to_sizes(page_sizes),
      .policy = to_policy(policy),
      .index = to_index(index),
      .victim = to_small(victim, "victim"),
      .second_level = to_number(second_level, "second_level", kMostEntries),
      .second_level_ways = to_small(second_level_ways, "second_level_ways"),
      .prefetch = to_prefetch(prefetch),
      .degree = to_small(degree, "degree"),
      .prefetch_buffer = to_small(prefetch_buffer, "prefetch_buffer"),
      .sync = to_sync(sync),
      .va_bits = to_small(va_bits, "va_bits"),
      .pa_bits = to_small(pa_bits, "pa_bits"),
      .count_hits = count_hits,
      .seed = to_number(seed, "seed"),
  });
}

py::object lookup(SoftTlb &tlb, const py::object &va, const std::string &access,
                  const py::object &asid) {
  const std::uint64_t at = to_number(va, "va");
  tlb.check_canonical(at);
  const std::uint64_t pa = tlb.lookup(at, to_access(access), to_asid(asid));
  return pa == kMiss ? py::object(py::none()) : py::object(py::int_(pa));
}

void fill(SoftTlb &tlb, const py::object &va, const py::object &pa, const py::object &size_bytes,
          const std::string &perms, const py::object &asid, bool is_global) {
  const Translation found{.pa = to_number(pa, "pa"),
                          .page_shift = tlb.to_page_shift(to_number(size_bytes, "size_bytes")),
                          .perms = to_perms(perms),
                          .global = is_global};
  tlb.fill(to_number(va, "va"), found, to_asid(asid));
}

py::dict stats(const SoftTlb &tlb) {
  py::dict all;
  tlb.stats().each([&all](const char *name, std::uint64_t count) { all[name] = count; });
  return all;
}

void bind_calls(TlbClass &tlb) {
  tlb.def("lookup", &lookup, py::arg("va"), py::arg("access") = "r", py::arg("asid") = 0,
          docs::SoftTlb_lookup)
      .def("fill", &fill, py::arg("va"), py::arg("pa"), py::arg("size_bytes") = 4096,
           py::arg("perms") = "rwx", py::arg("asid") = 0, py::kw_only(),
           py::arg("is_global") = false, docs::SoftTlb_fill)
      .def("flush", &SoftTlb::flush, docs::SoftTlb_flush)
      .def(
          "flush_asid", [](SoftTlb &t, const py::object &asid) { t.flush_asid(to_asid(asid)); },
          py::arg("asid"), docs::SoftTlb_flush_asid)
      .def(
          "flush_page",
          [](SoftTlb &t, const py::object &va, const py::object &size_bytes,
             const py::object &asid) {
            t.flush_page(to_number(va, "va"), to_number(size_bytes, "size_bytes"), to_asid(asid));
          },
          py::arg("va"), py::arg("size_bytes") = 4096, py::arg("asid") = 0,
          docs::SoftTlb_flush_page)
      .def(
          "flush_range",
          [](SoftTlb &t, const py::object &lo, const py::object &hi, const py::object &asid) {
            t.flush_range(to_number(lo, "lo"), to_number(hi, "hi"), to_asid(asid));
          },
          py::arg("lo"), py::arg("hi"), py::arg("asid") = 0, docs::SoftTlb_flush_range);
}

} // namespace

void bind(py::module_ &m) {
  m.doc() = docs::module;
  const SoftTlbOptions given;
  TlbClass tlb(m, "SoftTlb", docs::SoftTlb);
  tlb.def(py::init(&make), py::arg("entries") = given.entries, py::arg("ways") = given.ways,
          py::arg("page_sizes") = py::tuple(py::cast(given.page_sizes)),
          py::arg("policy") = word_of(given.policy), py::arg("index") = word_of(given.index),
          py::arg("victim") = given.victim, py::arg("second_level") = given.second_level,
          py::arg("prefetch") = py::none(), py::arg("sync") = word_of(given.sync), py::kw_only(),
          py::arg("second_level_ways") = given.second_level_ways, py::arg("degree") = given.degree,
          py::arg("prefetch_buffer") = given.prefetch_buffer, py::arg("va_bits") = given.va_bits,
          py::arg("pa_bits") = given.pa_bits, py::arg("count_hits") = given.count_hits,
          py::arg("seed") = given.seed);
  bind_calls(tlb);
  tlb.def_property_readonly("stats", &stats, docs::SoftTlb_stats);
  bind_files(m);
}

} // namespace vmperf::tlb
