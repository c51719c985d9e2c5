// What a command comes to where a child can be traced, and where it cannot: the word says which.
#include <cstdio>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/os/command.hpp"

int main(int argc, char **argv) {
  const bool traced = argc > 1 && std::string(argv[1]) == "traced";
  try {
    const auto done =
        vmperf::os::run_command({{"sh", "-c", "read line; echo got $line; exit 3"}, {}, "this"});
    std::printf("exit %d: %s", done.exit_code, done.output.c_str());
    return traced && done.exit_code == 3 && done.output == "got this\n" ? 0 : 1;
  } catch (const vmperf::UnsupportedError &error) {
    std::puts(error.what());
    return traced ? 1 : 0;
  }
}
