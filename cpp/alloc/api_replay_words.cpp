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

constexpr std::array kTouches = {
    Word<ReplayTouch>{"none", ReplayTouch::none}, Word<ReplayTouch>{"first", ReplayTouch::first},
    Word<ReplayTouch>{"pages", ReplayTouch::pages}, Word<ReplayTouch>{"all", ReplayTouch::all},
    Word<ReplayTouch>{"use", ReplayTouch::use}};
constexpr std::array kThreads = {Word<ReplayThreads>{"merge", ReplayThreads::merge},
                                 Word<ReplayThreads>{"same", ReplayThreads::same}};
constexpr std::array kSpeeds = {Word<ReplaySpeed>{"max", ReplaySpeed::max},
                                Word<ReplaySpeed>{"real", ReplaySpeed::real}};
constexpr std::array<const char *, kOpClasses> kClasses = {"malloc_small", "malloc_large", "calloc",
                                                           "realloc",      "aligned",      "free"};

} // namespace

ReplayTouch to_replay_touch(const std::string &word) {
  return chosen<ReplayTouch>("touch", word, kTouches);
}
ReplayThreads to_replay_threads(const std::string &word) {
  return chosen<ReplayThreads>("threads", word, kThreads);
}
ReplaySpeed to_replay_speed(const std::string &word) {
  return chosen<ReplaySpeed>("speed", word, kSpeeds);
}
const char *word_of(OpClass op_class) noexcept {
  return kClasses[static_cast<std::size_t>(op_class)];
}

} // namespace vmperf::alloc
