// What the dispatch chooses and refuses, as lines. Usage: levels [LEVEL to set].
#include <cstdio>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/memops/memops.hpp"

using namespace vmperf::memops;

int main(int argc, char **argv) {
  try {
    for (const Level level : available_levels()) {
      std::printf("available %s\n", std::string(name_of(level)).c_str());
    }
    const int zero = 0;
    int out = 1;
    copy(&out, &zero, sizeof out); // the first use
    std::printf("level %s copied %d\n", std::string(name_of(simd_level())).c_str(), out == 0);
    if (argc > 1) {
      const Level before = set_simd_level(argv[1]);
      std::printf("set %s before %s\n", std::string(name_of(simd_level())).c_str(),
                  std::string(name_of(before)).c_str());
    }
  } catch (const vmperf::InvalidArgumentError &error) {
    std::printf("InvalidArgumentError %s\n", error.what());
  } catch (const vmperf::UnsupportedError &error) {
    std::printf("UnsupportedError %s\n", error.what());
  }
}
