// AMD AOCL-LibMem, loaded at run time and called through function pointers: memcpy, memmove,
// memset, memcmp and memchr of its own, never those of the C library that it depends on. No
// package index has it, so its user builds it and names the folder. Source: amd/aocl-libmem,
// BUILD_RUN.md, docs/User_Guide.md.
#include <string>

#include "library.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/scan_designs.hpp"

namespace vmperf::peers {
namespace {

using memops::Indirect;
using memops::Ops;
using memops::StringFunctions;

using Memset = void *(void *, int, std::size_t);

struct Api {
  Ops::Copy *memcpy = nullptr, *memmove = nullptr;
  Memset *memset = nullptr;
  Ops::Compare *memcmp = nullptr;
  StringFunctions::Memchr *memchr = nullptr;
  std::string version;
};

const Library<Api> &library() {
  static const Library<Api> found({
      .names = {"libaocl-libmem.so"},
      .what = "libaocl-libmem.so",
      .remedy = "no package index has AMD AOCL-LibMem, so build and install it from "
                "github.com/amd/aocl-libmem, and name its directory in VMPERF_PEER_PATH",
      .take =
          [](Symbols &from, Api &api) {
            from.take_own("memcpy", api.memcpy);
            from.take_own("memmove", api.memmove);
            from.take_own("memset", api.memset);
            from.take_own("memcmp", api.memcmp);
            from.take_own("memchr", api.memchr);
            api.version = from.file_name(); // no function of it tells more
          },
      .self_bound = true, // or its memmove would call the program's memcpy
  });
  return found;
}

StringFunctions string_functions() {
  const Api &api = library().require();
  return {api.memcmp, api.memchr};
}

} // namespace

void declare_aocl(bench::Registry &registry) {
  using memops::late_maker;
  const auto copier = [](memops::CopyTable (*make)(const bench::Params &)) {
    return late_maker([make] {
      return memops::copy_maker(Indirect<Ops::Copy>(library().require().memcpy), make);
    });
  };
  bench::Design &design = registry.design(
      "memops", "aocl",
      "AMD AOCL-LibMem, loaded at run time: through a pointer, so compare with libc and the SIMD "
      "levels, which are too; zero pages by its memcmp");
  design.peer()
      .available([] { return library().probe(); })
      .runs("memops/copy", copier(memops::make_pairs))
      .runs("memops/copy_mix", copier(memops::make_mix))
      .runs("memops/batch", late_maker([] {
              return memops::loop_maker(Indirect<Ops::Copy>(library().require().memcpy));
            }))
      .runs("memops/move", late_maker([] {
              return memops::plain_maker(Indirect<Ops::Copy>(library().require().memmove),
                                         memops::make_shifts);
            }))
      .runs("memops/fill", late_maker([] {
              return memops::fill_maker(Indirect<Memset>(library().require().memset));
            }));
  memops::run_compare(design, string_functions);
  memops::run_find(design, string_functions);
  memops::run_zero(design, string_functions);
}

} // namespace vmperf::peers
