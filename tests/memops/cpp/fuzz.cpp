// Random cases of fuzz_cases.hpp. Usage:
//   fuzz run SEED MILLISECONDS [PLANT]   random inputs; prints how many, or the first that fails
//   fuzz replay HEX [PLANT]              one input again
// PLANT is a mistake that must be found: lost, extra, overread. Built with -fsanitize=fuzzer and
// -DVMPERF_LIBFUZZER it is a libFuzzer target.
#include <chrono>
#include <csignal>

#include "fuzz_cases.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#ifdef VMPERF_LIBFUZZER

extern "C" int LLVMFuzzerTestOneInput(const Byte *data, std::size_t size) {
  fuzz::run_one(data, size);
  return 0;
}

#else

namespace {

using Input = std::array<Byte, fuzz::kInputBytes>;

void print_input_at_a_crash() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_set_death_callback(fuzz::print_input);
#else
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL}) {
    std::signal(signal, [](int caught) {
      fuzz::print_input();
      std::_Exit(128 + caught);
    });
  }
#endif
}

void read_plant(std::string_view given) {
  const std::array<std::string_view, 4> plants{"none", "lost", "extra", "overread"};
  const auto *const found = std::find(plants.begin(), plants.end(), given);
  CHECK(found != plants.end(), "PLANT is none, lost, extra or overread");
  fuzz::plant = static_cast<fuzz::Plant>(found - plants.begin());
}

void replay(std::string_view hex) {
  Input input{};
  for (std::size_t i = 0; i < input.size() && 2 * i + 2 <= hex.size(); ++i) {
    input[i] = static_cast<Byte>(std::stoul(std::string(hex.substr(2 * i, 2)), nullptr, 16));
  }
  fuzz::run_one(input.data(), input.size());
  std::puts("ok");
}

void run(std::uint64_t seed, std::chrono::milliseconds time) {
  vmperf::CounterRng rng(seed);
  const auto end = std::chrono::steady_clock::now() + time;
  std::size_t n_cases = 0;
  while (n_cases % 64 != 0 || std::chrono::steady_clock::now() < end) {
    Input input;
    for (Byte &one : input) {
      one = static_cast<Byte>(rng.next() >> 56U);
    }
    fuzz::run_one(input.data(), input.size());
    ++n_cases;
  }
  std::printf("ok %zu\n", n_cases);
}

} // namespace

int main(int argc, char **argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const int n_words = what == "run" ? 4 : 3;
  CHECK((what == "run" || what == "replay") && (argc == n_words || argc == n_words + 1),
        "usage: fuzz run SEED MILLISECONDS [PLANT] | fuzz replay HEX [PLANT]");
  read_plant(argc > n_words ? argv[n_words] : "none");
  print_input_at_a_crash();
  if (what == "replay") {
    replay(argv[2]);
  } else {
    run(std::strtoull(argv[2], nullptr, 10), std::chrono::milliseconds(std::atoi(argv[3])));
  }
}

#endif
