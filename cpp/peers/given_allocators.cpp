// Allocators that no package brings, by a path that the user gives: VMPERF_PEERS holds
// NAME=PATH, colon separated. Some names have rows whether given or not, which say how to build
// them; any other name is a row of its own. A library has the C library's names or, before them,
// its own prefix.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "allocator.hpp"
#include "vmperf/alloc/api.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::peers {
namespace {

struct Given {
  alloc::Face face;
  std::string version;
};

struct Known {
  const char *name;
  const char *prefix;
  const char *summary;
  const char *how;
};

constexpr std::array kKnown{
    Known{"google_tcmalloc", "tc_", "malloc of google/tcmalloc, a cache per CPU",
          "build a cc_binary(linkshared = True) over //tcmalloc in github.com/google/tcmalloc with "
          "Bazel"},
    Known{"rpmalloc", "rp", "rpmalloc of rpmalloc, a heap per thread",
          "cc -O3 -shared -fPIC -DENABLE_PRELOAD=1 -DENABLE_OVERRIDE=1 rpmalloc/rpmalloc.c in "
          "github.com/mjansson/rpmalloc"},
    Known{"snmalloc", "sn_", "malloc of snmalloc, frees of other threads as messages",
          "build github.com/microsoft/snmalloc's src/snmalloc/override as a shared library"},
};

std::map<std::string, std::string> read_paths() {
  const char *value = std::getenv("VMPERF_PEERS"); // NOLINT(concurrency-mt-unsafe)
  std::map<std::string, std::string> paths;
  std::string_view rest = value == nullptr ? "" : value;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const std::size_t equals = entry.find('=');
    if (entry.empty()) {
      continue;
    }
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == entry.size()) {
      throw InvalidArgumentError("VMPERF_PEERS", "'" + std::string(entry) + "'",
                                 "NAME=PATH, several of them separated by colons");
    }
    paths.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return paths;
}

const std::map<std::string, std::string> &paths() {
  static const std::map<std::string, std::string> given = read_paths();
  return given;
}

const Known *find_known(const std::string &name) {
  const auto *found = std::ranges::find(kKnown, name, &Known::name);
  return found == kKnown.end() ? nullptr : found;
}

void take(Symbols &from, const std::string &prefix, Given &api) {
  const bool prefixed = from.find_own<void *(std::size_t)>((prefix + "malloc").c_str()) != nullptr;
  take_face(from, prefixed ? prefix : "", api.face);
  for (const char *purge : {"MallocExtension_ReleaseFreeMemory", "rpmalloc_thread_collect"}) {
    if (api.face.purge == nullptr) {
      api.face.purge = from.find_own<void()>(purge);
    }
  }
  api.version = api.face.version;
}

// The library of a name, kept from the first time on.
const Library<Given> &library(const std::string &name, const std::string &path) {
  static std::map<std::string, std::unique_ptr<Library<Given>>> all; // find_face() holds a lock
  auto &found = all[name];
  if (found == nullptr) {
    const Known *known = find_known(name);
    const std::string prefix = known != nullptr ? known->prefix : name + "_";
    found = std::make_unique<Library<Given>>(Recipe<Given>{
        .names = {path},
        .what = "'" + path + "'",
        .remedy = "VMPERF_PEERS names the shared library of " + name + " by its path",
        .take = [prefix](Symbols &from, Given &api) { take(from, prefix, api); },
        .self_bound = true,
    });
  }
  return *found;
}

alloc::FoundFace open(const std::string &name) {
  const auto given = paths().find(name);
  if (given == paths().end()) {
    return {.face = {},
            .reason = name + " was not given: " + find_known(name)->how +
                      ", then set VMPERF_PEERS=" + name + "=PATH"};
  }
  return open_library(library(name, given->second));
}

} // namespace

void declare_given_allocators(bench::Registry &registry) {
  for (const Known &known : kKnown) {
    alloc::add_alloc_design(
        registry, {.name = known.name, .summary = known.summary, .peer = true, .open = open});
  }
  for (const auto &[name, path] : paths()) {
    if (find_known(name) == nullptr) {
      alloc::add_alloc_design(
          registry, {.name = name, .summary = "malloc of " + path, .peer = true, .open = open});
    }
  }
}

} // namespace vmperf::peers
