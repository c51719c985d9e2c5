#include "vmperf/os/dynlib.hpp"

#include <dlfcn.h>
#include <glob.h>
#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "files.hpp"
#include "unique_symbols.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/float_control.hpp"

namespace vmperf::os {
namespace {

struct Directories {
  std::mutex mutex;
  std::vector<std::string> added;
};

Directories &directories() {
  static Directories instance;
  return instance;
}

bool is_directory(const std::string &path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

void append_peer_path(std::vector<std::string> &out) {
  const char *value = std::getenv("VMPERF_PEER_PATH"); // NOLINT(concurrency-mt-unsafe)
  std::string rest = value == nullptr ? "" : value;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    std::string directory = rest.substr(0, colon);
    if (!directory.empty()) {
      out.push_back(std::move(directory));
    }
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
}

// The files that a pattern stands for, in order of their names.
std::vector<std::string> expand(const std::string &pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return paths;
}

std::vector<std::string> candidates(const std::string &name) {
  std::vector<std::string> paths;
  if (name.find('/') == std::string::npos) {
    const bool is_pattern = name.find('*') != std::string::npos;
    for (const std::string &directory : library_directories()) {
      const std::string path = join_path(directory, name);
      std::ranges::move(is_pattern ? expand(path) : std::vector{path}, std::back_inserter(paths));
    }
  }
  paths.push_back(name);
  return paths;
}

link_map *map_of(void *handle) {
  link_map *map = nullptr;
  return ::dlinfo(handle, RTLD_DI_LINKMAP, static_cast<void *>(&map)) == 0 ? map : nullptr;
}

std::string loaded_path(void *handle, const std::string &asked) {
  const link_map *map = map_of(handle);
  return map != nullptr && map->l_name != nullptr && *map->l_name != '\0' ? map->l_name : asked;
}

// Sanitizers intercept malloc and friends by name and refuse libraries that look at themselves
// first.
#if defined(RTLD_DEEPBIND) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int kSelfBound = RTLD_DEEPBIND;
#else
constexpr int kSelfBound = 0;
#endif

std::vector<std::string> &float_changers() {
  static std::vector<std::string> paths;
  return paths;
}

// What a library's constructors make of floating-point arithmetic is taken back and remembered.
void *load(const std::string &path, int flags) {
  const std::uint64_t before = float_control();
  void *handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | flags);
  if (float_control() != before) {
    set_float_control(before);
    float_changers().push_back(path);
  }
  return handle;
}

void *open_or_throw(const std::string &path, int flags) {
  void *handle = load(path, flags);
  if (handle == nullptr) {
    const char *why = ::dlerror();
    throw OsError("dlopen", ENOENT, why == nullptr ? path : why);
  }
  return handle;
}

// The first that loads, and its path.
std::pair<void *, std::string> open_any(std::span<const std::string> names, int flags) {
  for (const std::string &name : names) {
    if (name.empty()) { // dlopen("") would hand out the program itself
      continue;
    }
    for (const std::string &path : candidates(name)) {
      if (void *handle = load(path, flags); handle != nullptr) {
        return {handle, loaded_path(handle, path)};
      }
    }
  }
  return {nullptr, ""};
}

[[noreturn]] void refuse_shared(const std::string &path, const SharedSymbol &symbol,
                                const std::string &why) {
  throw InvalidArgumentError("library",
                             "'" + path + "', which shares " + symbol.name + " with '" +
                                 symbol.first_in + "' (STB_GNU_UNIQUE), " + why,
                             "libraries compiled with -fno-gnu-unique, or each in a process of its "
                             "own");
}

// The paths of all that is loaded; "" is the program.
std::set<std::string> loaded_paths() {
  std::set<std::string> paths;
  const auto add = [](dl_phdr_info *info, std::size_t /*size*/, void *to) {
    static_cast<std::set<std::string> *>(to)->insert(info->dlpi_name);
    return 0;
  };
  ::dl_iterate_phdr(add, &paths);
  return paths;
}

// What the library brought with it is its own, too, or it is refused: that can't be copied. The
// library and what it brought may share what they like.
void note_with_dependencies(const std::string &path, const std::set<std::string> &before) {
  std::set<std::string> brought = loaded_paths();
  std::erase_if(brought, [&](const std::string &other) {
    return before.contains(other) || other.starts_with("/proc/self/fd/") || other == path;
  });
  for (const std::string &other : brought) {
    if (const auto shared = find_shared_symbol(other)) {
      refuse_shared(other, *shared, "and comes with '" + path + "'");
    }
  }
  note_symbols(path);
  std::ranges::for_each(brought, note_symbols);
}

// A library of the user's: none of its state is that of another one.
void *open_own(const std::string &path, int flags) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  const std::set<std::string> before = loaded_paths();
  const auto shared = find_shared_symbol(path);
  if (shared && looks_beside_itself(path)) {
    refuse_shared(path, *shared, "and needs others beside it ($ORIGIN)");
  }
  void *handle = open_or_throw(shared ? make_private_copy(path) : path, flags);
  note_with_dependencies(path, before);
  return handle;
}

} // namespace

std::optional<DynLib> DynLib::open_first(std::span<const std::string> names) {
  auto [handle, path] = open_any(names, 0);
  return handle == nullptr ? std::nullopt : std::optional(DynLib(handle, std::move(path)));
}

std::optional<DynLib> DynLib::open_first_self_bound(std::span<const std::string> names) {
  auto [handle, path] = open_any(names, kSelfBound);
  return handle == nullptr ? std::nullopt : std::optional(DynLib(handle, std::move(path)));
}

DynLib DynLib::open(const std::string &path) {
  return {open_own(path, 0), path};
}

DynLib DynLib::open_self_bound(const std::string &path) {
  return {open_own(path, kSelfBound), path};
}

DynLib::DynLib(void *handle, std::string path) noexcept : handle_(handle), path_(std::move(path)) {}

DynLib::DynLib(DynLib &&other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

DynLib &DynLib::operator=(DynLib &&other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}

DynLib::~DynLib() {
  if (handle_ != nullptr) {
    ::dlclose(handle_);
  }
}

void *DynLib::find(const char *symbol) const noexcept {
  // dlsym() takes a null handle for "search the program": a moved-from library defines nothing.
  return handle_ == nullptr ? nullptr : ::dlsym(handle_, symbol);
}

void *DynLib::find_own(const char *symbol) const noexcept {
  void *address = find(symbol);
  Dl_info info{};
  link_map *owner = nullptr;
  const int found =
      address == nullptr
          ? 0
          : ::dladdr1(address, &info, reinterpret_cast<void **>(&owner), RTLD_DL_LINKMAP);
  return found != 0 && owner == map_of(handle_) ? address : nullptr;
}

std::string DynLib::file_name() const {
  std::error_code failed;
  const std::filesystem::path file = std::filesystem::canonical(path_, failed);
  return (failed ? std::filesystem::path(path_) : file).filename();
}

std::string file_of(const void *address) {
  Dl_info info{};
  return ::dladdr(address, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

void add_library_directory(const std::string &path) {
  if (!is_directory(path)) {
    throw InvalidArgumentError("path", "'" + path + "'", "an existing directory");
  }
  Directories &all = directories();
  const std::scoped_lock lock(all.mutex);
  if (std::ranges::find(all.added, path) == all.added.end()) {
    all.added.push_back(path);
  }
}

std::vector<std::string> library_directories() {
  Directories &all = directories();
  std::vector<std::string> out;
  {
    const std::scoped_lock lock(all.mutex);
    out = all.added;
  }
  append_peer_path(out);
  return out;
}

std::vector<std::string> libraries_that_set_float_control() {
  return float_changers();
}

} // namespace vmperf::os
