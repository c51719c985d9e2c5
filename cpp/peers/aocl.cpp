// AMD AOCL-LibMem, loaded at run time and called through function pointers: memcpy, memmove,
// memset, memcmp and memchr of its own, never those of the C library that it depends on. No
// package index has it, so its user builds it and names the folder. Source: amd/aocl-libmem,
// BUILD_RUN.md, docs/User_Guide.md.
#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "peers.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/memops/api/scan_designs.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::peers {
namespace {

using memops::Indirect;
using memops::Ops;
using memops::StringFunctions;

constexpr const char *kLibrary = "libaocl-libmem.so";
constexpr const char *kHowToGet =
    "libaocl-libmem.so was not found: no package index has AMD AOCL-LibMem, so build and install "
    "it from github.com/amd/aocl-libmem, and name its directory in VMPERF_PEER_PATH";

using Memset = void *(void *, int, std::size_t);

struct Api {
  Ops::Copy *memcpy = nullptr, *memmove = nullptr;
  Memset *memset = nullptr;
  Ops::Compare *memcmp = nullptr;
  StringFunctions::Memchr *memchr = nullptr;
  std::string version;
};

// What was found, or why there is nothing.
struct Found {
  const Api *api = nullptr;
  std::string reason;
};

// Its own definition alone: by name the C library's, on which it depends, would be found, too.
template <class Function>
void take(const os::DynLib &library, const char *symbol, Function *&function,
          std::string &missing) {
  function = reinterpret_cast<Function *>(library.find_own(symbol));
  if (function == nullptr) {
    missing += (missing.empty() ? "" : ", ") + std::string(symbol);
  }
}

// The library stays loaded once it is found whole. Not finding it is not remembered, as directories
// may be added later.
Found find_api() {
  static std::mutex mutex;
  static std::optional<os::DynLib> library;
  static std::optional<Api> api;
  const std::scoped_lock lock(mutex);
  if (api) {
    return {.api = &*api, .reason = ""};
  }
  // Bound to itself, or its memmove would call the program's memcpy.
  library = os::DynLib::open_first_self_bound(std::array{std::string(kLibrary)});
  if (!library) {
    return {.api = nullptr, .reason = kHowToGet};
  }
  Api found;
  std::string missing;
  take(*library, "memcpy", found.memcpy, missing);
  take(*library, "memmove", found.memmove, missing);
  take(*library, "memset", found.memset, missing);
  take(*library, "memcmp", found.memcmp, missing);
  take(*library, "memchr", found.memchr, missing);
  if (!missing.empty()) {
    return {.api = nullptr,
            .reason = "'" + library->path() + "' has no " + missing +
                      " of its own: install AMD AOCL-LibMem, and name its directory in "
                      "VMPERF_PEER_PATH"};
  }
  found.version = library->file_name(); // no function of it tells more
  api = std::move(found);
  return {.api = &*api, .reason = ""};
}

const Api &require_api() {
  const Found found = find_api();
  if (found.api == nullptr) {
    throw UnsupportedError(found.reason);
  }
  return *found.api;
}

bench::Availability probe() {
  const Found found = find_api();
  if (found.api == nullptr) {
    return {.status = bench::Status::not_installed, .reason = found.reason, .version = ""};
  }
  return {.status = bench::Status::ok, .reason = "", .version = found.api->version};
}

StringFunctions string_functions() {
  const Api &api = require_api();
  return {api.memcmp, api.memchr};
}

} // namespace

void declare_aocl(bench::Registry &registry) {
  using memops::late_maker;
  const auto copier = [](memops::CopyTable (*make)(const bench::Params &)) {
    return late_maker(
        [make] { return memops::copy_maker(Indirect<Ops::Copy>(require_api().memcpy), make); });
  };
  bench::Design &design = registry.design(
      "memops", "aocl",
      "AMD AOCL-LibMem, loaded at run time: through a pointer, so compare with libc and the SIMD "
      "levels, which are too; zero pages by its memcmp");
  design.peer()
      .available(probe)
      .runs("memops/copy", copier(memops::make_pairs))
      .runs("memops/copy_mix", copier(memops::make_mix))
      .runs("memops/batch", late_maker([] {
              return memops::loop_maker(Indirect<Ops::Copy>(require_api().memcpy));
            }))
      .runs("memops/move", late_maker([] {
              return memops::plain_maker(Indirect<Ops::Copy>(require_api().memmove),
                                         memops::make_shifts);
            }))
      .runs("memops/fill",
            late_maker([] { return memops::fill_maker(Indirect<Memset>(require_api().memset)); }));
  memops::run_compare(design, string_functions);
  memops::run_find(design, string_functions);
  memops::run_zero(design, string_functions);
}

} // namespace vmperf::peers
