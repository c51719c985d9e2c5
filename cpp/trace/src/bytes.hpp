// A file read from its beginning, piece by piece. One thread.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"

namespace vmperf::trace {

class InputFile {
public:
  /// OsError where it cannot be opened.
  explicit InputFile(const std::string &path)
      : path_(path), file_(std::fopen(path.c_str(), "rbe")) {
    if (file_ == nullptr) {
      const int code = errno;
      throw OsError("open", code, path + ": " + std::strerror(code));
    }
  }

  /// The next bytes, fewer at the file's end. What is not there takes no memory. OsError where
  /// reading fails.
  [[nodiscard]] std::vector<std::uint8_t> next(std::size_t bytes) {
    std::vector<std::uint8_t> found;
    while (found.size() < bytes) {
      const std::size_t before = found.size();
      found.resize(std::min(bytes, before + kPiece));
      const std::size_t n =
          std::fread(found.data() + before, 1, found.size() - before, file_.get());
      found.resize(before + n);
      if (n == 0) {
        break;
      }
    }
    if (std::ferror(file_.get()) != 0) {
      const int code = errno;
      throw OsError("read", code, path_ + ": " + std::strerror(code));
    }
    offset_ += found.size();
    return found;
  }

  void seek(std::uint64_t offset) {
    offset_ = offset;
    if (std::fseek(file_.get(), static_cast<long>(offset), SEEK_SET) != 0) {
      const int code = errno;
      throw OsError("seek", code, path_ + ": " + std::strerror(code));
    }
  }

  /// Bytes of the whole file; 0 where it has no end that can be asked for.
  [[nodiscard]] std::uint64_t size() {
    const long before = std::ftell(file_.get());
    if (before < 0 || std::fseek(file_.get(), 0, SEEK_END) != 0) {
      return 0;
    }
    const long end = std::ftell(file_.get());
    seek(static_cast<std::uint64_t>(before));
    return end < 0 ? 0 : static_cast<std::uint64_t>(end);
  }

  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

private:
  static constexpr std::size_t kPiece = std::size_t{1} << 20U;
  struct Close {
    void operator()(std::FILE *file) const noexcept { std::fclose(file); }
  };

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t offset_ = 0;
};

} // namespace vmperf::trace
