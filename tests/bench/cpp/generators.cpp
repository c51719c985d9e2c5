// Prints what generators draw, for tests that know the distributions. Usage:
//   generators counts SEED COUNT KIND ARGS...   a line "item count" for each item that came
//   generators items SEED COUNT KIND ARGS...    the items, in order
//   generators orders n TRIES cycle|shuffle     a line "order count" over TRIES seeds
//   generators refusals                         what must be refused
#include "vmperf/bench/generators.hpp"

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"

using namespace vmperf;
using namespace vmperf::bench;

namespace {

using Words = std::vector<std::string>;

std::uint64_t number(const std::string &word) {
  return std::stoull(word);
}

AnyGenerator make(std::uint64_t seed, const Words &w) {
  if (w[0] == "zipf") {
    return Zipf(number(w[1]), std::stod(w[2]), seed);
  }
  if (w[0] == "hot_cold") {
    return HotCold(number(w[1]), number(w[2]), std::stod(w[3]), seed);
  }
  if (w[0] == "strided") {
    return Strided(number(w[1]), number(w[2]), number(w[3]));
  }
  if (w[0] == "permutation") {
    return Permutation(number(w[1]), seed);
  }
  return Uniform(number(w[1]), seed, w.size() > 2 ? number(w[2]) : 0);
}

std::vector<std::uint64_t> items(std::uint64_t seed, std::size_t count, const Words &words) {
  if (words[0] == "phases") {
    return draw<std::uint64_t>(
        Phases({{Strided(10, 1), 4}, {Uniform(1000, seed), 3}, {Strided(100, 7, 50), 2}}), count);
  }
  return std::visit([&](auto g) { return draw<std::uint64_t>(g, count); }, make(seed, words));
}

void print_orders(std::uint64_t n, std::uint64_t tries, bool cycle) {
  std::map<std::vector<std::uint32_t>, int> counts;
  for (std::uint64_t seed = 0; seed < tries; ++seed) {
    ++counts[cycle ? make_cycle(n, seed) : shuffled(n, seed)];
  }
  for (const auto &[order, count] : counts) {
    for (const std::uint32_t item : order) {
      std::printf("%u ", item);
    }
    std::printf("%d\n", count);
  }
}

template <class Step> void refuses(const char *argument, Step step) {
  try {
    step();
  } catch (const InvalidArgumentError &e) {
    if (e.argument == argument && !e.allowed.empty()) {
      return;
    }
    std::fprintf(stderr, "it names %s\n", e.argument.c_str());
  }
  std::fprintf(stderr, "%s is not refused\n", argument);
  std::exit(1);
}

void refusals() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  refuses("n", [] { Uniform(0, 1); });
  refuses("n", [] { Zipf(0, 1, 1); });
  refuses("n", [] { Zipf((std::uint64_t{1} << 53U) + 1, 1, 1); });
  for (const double exponent : {-0.1, nan, infinity}) {
    refuses("exponent", [exponent] { Zipf(10, exponent, 1); });
  }
  refuses("n", [] { HotCold(0, 1, 0.5, 1); });
  refuses("n_hot", [] { HotCold(10, 0, 0.5, 1); });
  refuses("n_hot", [] { HotCold(10, 11, 0.5, 1); });
  for (const double share : {-0.1, 1.1, nan}) {
    refuses("hot_share", [share] { HotCold(10, 1, share, 1); });
  }
  refuses("n", [] { Strided(0, 1); });
  refuses("stride", [] { Strided(10, 0); });
  refuses("n", [] { Permutation(0, 1); });
  refuses("n", [] { (void)make_cycle((std::uint64_t{1} << 32U) + 1, 1); });
  refuses("phases", [] { Phases({}); });
  refuses("length", [] { Phases({{Uniform(1, 1), 0}}); });
}

} // namespace

int main(int argc, char **argv) {
  const Words words(argv + 1, argv + argc);
  if (words[0] == "refusals") {
    refusals();
  } else if (words[0] == "orders") {
    print_orders(number(words[1]), number(words[2]), words[3] == "cycle");
  } else {
    const auto all =
        items(number(words[1]), number(words[2]), Words(words.begin() + 3, words.end()));
    std::map<std::uint64_t, int> counts;
    for (const std::uint64_t item : all) {
      ++counts[item];
      if (words[0] == "items") {
        std::printf("%llu\n", static_cast<unsigned long long>(item));
      }
    }
    for (const auto &[item, count] : counts) {
      if (words[0] == "counts") {
        std::printf("%llu %d\n", static_cast<unsigned long long>(item), count);
      }
    }
  }
}
