// Shared libraries loaded at run time: how peers come in without ever being linked.
// RTLD_NOW: a library that can't be resolved fails here, not in a timed region. RTLD_LOCAL: its
// symbols (malloc among them) stay out of everybody's way, so peers can't replace each other.
// A bare file name is searched for in the directories added by add_library_directory(), then in
// those of the environment variable VMPERF_PEER_PATH (colon separated), then by the system's
// loader. Opening costs a library load; the directory list is guarded, a DynLib is one owner's.
// Source: dlopen(3), dlsym(3), ld.so(8), glob(3).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vmperf::os {

class DynLib {
public:
  /// The first of these that loads: file names ("libx.so.3"), patterns of file names
  /// ("libx-*.so.3", not for the system's loader) or paths (with a '/').
  [[nodiscard]] static std::optional<DynLib> open_first(std::span<const std::string> names);

  /// As open_first(), for libraries that replace functions of the C library: see open_self_bound().
  [[nodiscard]] static std::optional<DynLib>
  open_first_self_bound(std::span<const std::string> names);

  /// One library by path; OsError with the loader's words where it cannot be loaded. No two
  /// libraries opened so share inline variables or other state, whatever they were compiled with;
  /// InvalidArgumentError names the symbol where that cannot be had.
  [[nodiscard]] static DynLib open(const std::string &path);

  /// As open(), for a library that replaces functions of the C library: its own calls of malloc,
  /// say, reach its own malloc, not the program's (RTLD_DEEPBIND, where loader and build have it).
  [[nodiscard]] static DynLib open_self_bound(const std::string &path);

  DynLib(const DynLib &) = delete;
  DynLib &operator=(const DynLib &) = delete;
  DynLib(DynLib &&other) noexcept;
  DynLib &operator=(DynLib &&other) noexcept;
  ~DynLib();

  /// The address of a symbol of the library or of what it depends on; nullptr where there is none.
  [[nodiscard]] void *find(const char *symbol) const noexcept;

  /// As find(), but a symbol of what the library depends on (every library has a malloc that way)
  /// does not count.
  [[nodiscard]] void *find_own(const char *symbol) const noexcept;

  /// As find(), typed: `auto *f = lib.function<void *(std::size_t)>("mi_malloc")`.
  template <class F> [[nodiscard]] F *function(const char *symbol) const noexcept {
    return reinterpret_cast<F *>(find(symbol));
  }

  /// The file that was loaded, as the loader names it; as it was asked for with open().
  [[nodiscard]] const std::string &path() const noexcept { return path_; }

  /// The name of the file behind its links: "libx.so.2.0.30", say, for libx.so.2. All that many
  /// libraries tell of their version.
  [[nodiscard]] std::string file_name() const;

private:
  DynLib(void *handle, std::string path) noexcept;

  void *handle_ = nullptr;
  std::string path_;
};

/// The file, library or program, that the code or data at an address was loaded from; empty where
/// there is none.
[[nodiscard]] std::string file_of(const void *address);

/// Adds a directory to search, after those added before; one already there is not added again.
/// InvalidArgumentError where it isn't a directory.
void add_library_directory(const std::string &path);

/// The directories searched before the system's, in order.
[[nodiscard]] std::vector<std::string> library_directories();

/// Paths of those that changed rounding or denormals for the whole process as they were loaded, in
/// order; it was taken back.
[[nodiscard]] std::vector<std::string> libraries_that_set_float_control();

} // namespace vmperf::os
