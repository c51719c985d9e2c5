// A file that is written whole: beside its path first, then renamed, so that a reader sees the old
// one or the new one. What is a database by its first bytes, such as a journal of measurements, is
// never written over, whatever its name. One thread.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "vmperf/base/error.hpp"

namespace vmperf::trace {

struct CloseFile {
  void operator()(std::FILE *file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

[[noreturn]] inline void fail(const char *call, const std::string &path) {
  const int code = errno;
  throw OsError(call, code, path + ": " + std::strerror(code));
}

/// Opens what becomes `path` by `finish_output`: OsError, InvalidArgumentError.
[[nodiscard]] inline File open_output(const std::string &path) {
  constexpr std::string_view kDatabase("SQLite format 3\0", 16);
  char head[kDatabase.size()] = {}; // NOLINT(modernize-avoid-c-arrays)
  if (const File old(std::fopen(path.c_str(), "rbe")); old != nullptr) {
    const std::size_t n = std::fread(head, 1, sizeof head, old.get());
    if (std::string_view(head, n) == kDatabase) {
      throw InvalidArgumentError("path", path,
                                 "another file: that one is a journal, a history or another "
                                 "database, which nothing replaces");
    }
  }
  File file(std::fopen((path + ".part").c_str(), "wbe"));
  if (file == nullptr) {
    fail("open", path);
  }
  return file;
}

/// Closes the file and gives it its name; OsError, and nothing is left, where that fails.
inline void finish_output(File file, const std::string &path) {
  const std::string part = path + ".part";
  const bool good = std::ferror(file.get()) == 0;
  if (std::fclose(file.release()) != 0 || !good || std::rename(part.c_str(), path.c_str()) != 0) {
    const int code = errno;
    std::remove(part.c_str());
    errno = code;
    fail("write", path);
  }
}

} // namespace vmperf::trace
