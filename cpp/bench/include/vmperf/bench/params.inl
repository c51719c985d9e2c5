// Bodies of params.hpp: inline, so that a library of own benchmarks needs the headers alone.
#pragma once

namespace vmperf::bench {
namespace detail {

template <class T>
const T &get(const std::map<std::string, Value, std::less<>> &values, std::string_view name,
             const char *kind) {
  const auto found = values.find(name);
  if (found == values.end()) {
    throw InvalidArgumentError(std::string(name), "missing", kind);
  }
  const T *value = std::get_if<T>(&found->second);
  if (value == nullptr) {
    throw InvalidArgumentError(std::string(name), to_text(found->second), kind);
  }
  return *value;
}

} // namespace detail

inline std::string to_text(const Value &value) {
  if (const auto *text = std::get_if<std::string>(&value)) {
    return *text;
  }
  std::array<char, 32> out{};
  const auto *const end = std::visit(
      [&out](const auto &v) {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>) {
          return std::to_chars(out.data(), out.data() + out.size(), v).ptr;
        } else {
          return out.data();
        }
      },
      value);
  return {static_cast<const char *>(out.data()), end};
}

inline std::int64_t Params::get_int(std::string_view name) const {
  return detail::get<std::int64_t>(values_, name, "an integer");
}

inline double Params::get_double(std::string_view name) const {
  const auto found = values_.find(name);
  if (found != values_.end() && std::holds_alternative<std::int64_t>(found->second)) {
    return static_cast<double>(std::get<std::int64_t>(found->second));
  }
  return detail::get<double>(values_, name, "a number");
}

inline const std::string &Params::get_string(std::string_view name) const {
  return detail::get<std::string>(values_, name, "a text");
}

inline std::size_t Params::get_size(std::string_view name, std::size_t least,
                                    std::size_t most) const {
  const std::int64_t value = get_int(name);
  if (value < 0 || std::cmp_less(value, least) || std::cmp_greater(value, most)) {
    const std::string allowed = most == kAnySize
                                    ? "an integer >= " + std::to_string(least)
                                    : std::to_string(least) + " to " + std::to_string(most);
    throw InvalidArgumentError(std::string(name), std::to_string(value), allowed);
  }
  return static_cast<std::size_t>(value);
}

inline const std::string &Params::get_word(std::string_view name,
                                           const std::vector<std::string_view> &words) const {
  const std::string &given = get_string(name);
  std::string allowed;
  for (const std::string_view word : words) {
    if (word == given) {
      return given;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(word);
  }
  throw InvalidArgumentError(std::string(name), "'" + given + "'", allowed);
}

template <class E> E Params::get_choice(std::string_view name, Choices<E> choices) const {
  std::vector<std::string_view> words;
  for (const auto &choice : choices) {
    words.push_back(choice.first);
  }
  const std::string &given = get_word(name, words);
  const auto *found = choices.begin();
  while (found->first != given) {
    ++found;
  }
  return found->second;
}

} // namespace vmperf::bench
