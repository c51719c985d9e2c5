// The workload of alloc/program: a command under an allocator that LD_PRELOAD puts before the C
// library's. The command's process is forked by a tracer and measured by the kernel's own account
// (os/command.hpp), so that nothing of this process is in its figures.
#include <filesystem>
#include <string>

#include "vmperf/alloc/api.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/command.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::alloc {
namespace {

// Ours lies beside the module that this code is in.
std::string our_library() {
  const std::filesystem::path module = os::file_of(reinterpret_cast<const void *>(&our_library));
  const std::filesystem::path file = module.parent_path() / "lib" / "libvmperf_alloc.so";
  if (!std::filesystem::exists(file)) {
    throw UnsupportedError("libvmperf_alloc.so is not beside " + module.string() +
                           ": build the Python package, which brings it");
  }
  return file;
}

// Empty for the C library's: nothing is put before it.
std::string library_of(const Face &face) {
  if (face.name == "libc") {
    return "";
  }
  std::string path = face.name == "vmperf" ? our_library() : face.path;
  if (path.empty() || path.find_first_of(" :") != std::string::npos) {
    throw UnsupportedError("'" + path + "' cannot be preloaded: a path without blanks and colons");
  }
  if (face.name != "vmperf" && os::DynLib::open_self_bound(path).find_own("malloc") == nullptr) {
    throw UnsupportedError("'" + path +
                           "' has no malloc of its own, so that a program would keep "
                           "the C library's: build it with its override");
  }
  return path;
}

// The loader goes on without a library that it cannot preload.
std::string check_loaded(const os::CommandResult &done) {
  const std::size_t at = done.error_output.find("cannot be preloaded");
  if (at == std::string::npos) {
    return {};
  }
  const std::size_t begin = done.error_output.rfind('\n', at) + 1; // 0 where there is none
  return done.error_output.substr(begin, done.error_output.find('\n', at) - begin);
}

} // namespace

bench::WorkloadPtr make_program_workload(const Face &face, const bench::Params &params) {
  const std::string &line = params.get_string("cmd");
  os::Command command{.argv = bench::split_command(line),
                      .environment = {{"LD_PRELOAD", library_of(face)}, {"PYTHONMALLOC", "malloc"}},
                      .input = {}};
  if (command.argv.empty() || os::find_program(command.argv[0]).empty()) {
    throw InvalidArgumentError("cmd", "'" + line + "'", "a program that there is, by PATH or path");
  }
  return bench::make_command_workload(std::move(command), check_loaded);
}

} // namespace vmperf::alloc
