// A folder of a benchmark's own, removed with all that is in it, and where the recorder lies.
#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <string>

#include "vmperf/bench/status.hpp"
#include "vmperf/os/preloaded.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::trace {

class Scratch {
public:
  Scratch() {
    static std::atomic<unsigned> count = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("vmperf-trace-" + std::to_string(os::process_id()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(folder_);
  }
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;
  Scratch(Scratch &&) = delete;
  Scratch &operator=(Scratch &&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string path() const { return folder_.string(); }
  [[nodiscard]] std::string path(const std::string &name) const {
    return (folder_ / name).string();
  }

private:
  std::filesystem::path folder_;
};

/// The recorder beside the library that `code` is in, the Python module as a rule.
inline std::string recorder_beside(const void *code) {
  std::array<char, 4096> own{};
  const std::size_t length = os::path_of_code(code, own.data(), own.size());
  const std::filesystem::path module(std::string(own.data(), length));
  return (module.parent_path() / "lib" / "libvmperf_trace.so").string();
}

inline bench::Availability find_recorder(const void *code) {
  if (std::error_code ignored; std::filesystem::is_regular_file(recorder_beside(code), ignored)) {
    return {};
  }
  return {bench::Status::not_installed, recorder_beside(code) + " is not there", ""};
}

} // namespace vmperf::trace
