// The words for the choices of a replay.
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

template <class E> using Word = std::pair<std::string_view, E>;

template <class E>
E chosen(const char *argument, const std::string &given, std::span<const Word<E>> words) {
  std::string allowed;
  for (const auto &[name, value] : words) {
    if (name == given) {
      return value;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  }
  throw InvalidArgumentError(argument, given, allowed);
}

constexpr std::array kTouches = {Word<Touch>{"none", Touch::none},
                                 Word<Touch>{"first", Touch::first},
                                 Word<Touch>{"all", Touch::all}};
constexpr std::array kThreads = {Word<Threads>{"merge", Threads::merge},
                                 Word<Threads>{"same", Threads::same}};
constexpr std::array kSpeeds = {Word<Speed>{"max", Speed::max}, Word<Speed>{"real", Speed::real}};
constexpr std::array<const char *, kOpClasses> kClasses = {
    "malloc_small", "malloc_large", "calloc", "realloc", "aligned", "free"};

} // namespace

Touch to_touch(const std::string &word) {
  return chosen<Touch>("touch", word, kTouches);
}
Threads to_threads(const std::string &word) {
  return chosen<Threads>("threads", word, kThreads);
}
Speed to_speed(const std::string &word) {
  return chosen<Speed>("speed", word, kSpeeds);
}
const char *word_of(OpClass op_class) noexcept {
  return kClasses[static_cast<std::size_t>(op_class)];
}

} // namespace vmperf::alloc
