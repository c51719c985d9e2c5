// A small file mapped shared, for a status page that another process watches. RAII; the mapping is
// private to no one, so its users store through atomics.
#pragma once

#include <cstddef>
#include <string>

namespace vmperf::os {

class SharedPage {
public:
  /// Maps the first `bytes` of an existing file read-write; OsError where that fails, also for a
  /// file that is too short.
  SharedPage(const std::string &path, std::size_t bytes);
  SharedPage(const SharedPage &) = delete;
  SharedPage &operator=(const SharedPage &) = delete;
  SharedPage(SharedPage &&) = delete;
  SharedPage &operator=(SharedPage &&) = delete;
  ~SharedPage();

  [[nodiscard]] void *data() const noexcept { return data_; }

private:
  void *data_ = nullptr;
  std::size_t bytes_;
};

} // namespace vmperf::os
