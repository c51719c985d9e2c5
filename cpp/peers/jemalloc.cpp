// jemalloc, loaded at run time beside the C library's allocator. It keeps its thread cache in
// static TLS, of which the loader sets too little aside for libraries that come later: a process
// must be started with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384. The worker processes
// are; this one may not be, and then says of a library that is there that it is. Source:
// jemalloc(3), MALLCTL NAMESPACE.
#include <string>

#include "allocator.hpp"
#include "vmperf/alloc/api.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::peers {
namespace {

struct Jemalloc {
  alloc::Face face;
  int (*control)(const char *, void *, std::size_t *, void *, std::size_t);
  std::string version;
};

constexpr const char *kNames[] = {"libjemalloc.so.2", "libjemalloc.so"}; // NOLINT(*arrays)

void take(Symbols &from, Jemalloc &api) {
  take_face(from, "", api.face);
  from.take_own("mallctl", api.control);
  const char *text = nullptr;
  std::size_t size = sizeof(const char *);
  if (api.control != nullptr &&
      api.control("version", static_cast<void *>(&text), &size, nullptr, 0) == 0) {
    api.face.version = std::string(text).substr(0, std::string(text).find('-'));
  }
  api.version = api.face.version;
}

const Library<Jemalloc> &library() {
  static const Library<Jemalloc> found({
      .names = {std::begin(kNames), std::end(kNames)},
      .what = "libjemalloc.so.2",
      .remedy = "install Debian's libjemalloc2, or name its directory in VMPERF_PEER_PATH",
      .take = take,
      .self_bound = true,
  });
  return found;
}

void purge() {
  const Jemalloc &api = library().require();
  api.control("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
  api.control("arena.4096.purge", nullptr, nullptr, nullptr, 0); // 4096 = all of them
}

// Whether it is there, but cannot be loaded into a process that was started as this one was.
bool lacks_static_tls() {
  for (const char *name : kNames) {
    try {
      const os::DynLib unused = os::DynLib::open_self_bound(name);
      return false;
    } catch (const OsError &error) {
      if (std::string(error.what()).find("static TLS") != std::string::npos) {
        return true;
      }
    }
  }
  return false;
}

alloc::FoundFace open(const std::string & /*name*/) {
  alloc::FoundFace found = open_library(library());
  found.face.purge = purge;
  if (!found.reason.empty() && lacks_static_tls()) {
    found.reason = "libjemalloc.so.2 is there, but this process has no static TLS left for it: "
                   "start it with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384, as workers "
                   "are";
  }
  return found;
}

// Here it may lack what a worker has: what is there counts as installed.
bench::Availability probe() {
  bench::Availability found = library().probe();
  if (found.status != bench::Status::ok && lacks_static_tls()) {
    return {.status = bench::Status::ok, .reason = "", .version = ""};
  }
  return found;
}

} // namespace

void declare_jemalloc(bench::Registry &registry) {
  alloc::add_alloc_design(
      registry, {.name = "jemalloc", .summary = "malloc of jemalloc", .peer = true, .open = open})
      .available(probe);
}

} // namespace vmperf::peers
