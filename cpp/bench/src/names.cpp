#include "names.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <variant>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/params.hpp"

namespace vmperf::bench {
namespace {

[[noreturn]] void refuse(const std::string &what, const std::string &value,
                         const std::string &allowed) {
  throw InvalidArgumentError(what, value, allowed);
}

// Bytes that are not visible ASCII as \xNN: nothing is known of their encoding.
std::string quoted(const std::string &name) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "'";
  for (const char c : name) {
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
  }
  return text + "'";
}

// Commands separate names by commas and blanks, values by '=', and take * ? [ ] for patterns.
void check_word(const std::string &what, const std::string &name) {
  const auto plain = [](char c) {
    return c > ' ' && c <= '~' && std::string_view(",=*?[]").find(c) == std::string_view::npos;
  };
  if (name.empty() || !std::ranges::all_of(name, plain)) {
    refuse(what, quoted(name), "visible ASCII characters but , = * ? [ ]");
  }
}

void check_values(const Benchmark &benchmark, const Axis &axis) {
  std::set<std::string> texts;
  for (const Value &value : axis.values) {
    const auto *real = std::get_if<double>(&value);
    if (real != nullptr && !std::isfinite(*real)) {
      refuse("axis " + axis.name + " of " + benchmark.id(), to_text(value), "finite values");
    }
    if (!texts.insert(to_text(value)).second) {
      refuse("axis " + axis.name + " of " + benchmark.id(), quoted(to_text(value)) + " twice",
             "each value once");
    }
  }
  std::set<std::string> defaults;
  for (const Value &value : axis.defaults) {
    if (!defaults.insert(to_text(value)).second) {
      refuse("defaults of axis " + axis.name + " of " + benchmark.id(),
             quoted(to_text(value)) + " twice", "each value once");
    }
  }
}

const Benchmark *find(const Registry &registry, std::string_view id) {
  const auto &all = registry.benchmarks();
  const auto found = std::ranges::find_if(all, [id](const auto &one) { return one->id() == id; });
  return found == all.end() ? nullptr : found->get();
}

// The names of all designs that would run the benchmark, each of which must be there once.
void check_designs(const Registry &known, const Registry &added, const Benchmark &benchmark) {
  std::set<std::string> names;
  for (const Registry *registry : {&known, &added}) {
    for (const Design *design : registry->designs_of(benchmark)) {
      const bool own = std::ranges::any_of(
          benchmark.own_designs(), [design](const auto &one) { return one.get() == design; });
      if (own && registry == &known) {
        continue; // seen with `added`, whose benchmark it is
      }
      check_design_name(design->name());
      if (!names.insert(design->name()).second) {
        refuse("design of " + benchmark.id(), quoted(design->name()) + " twice", "each name once");
      }
    }
  }
  names.erase("null");
  if (names.empty()) {
    refuse("benchmark", quoted(benchmark.id()) + " without a design",
           "one design at least: .design(...), or of its API");
  }
}

void check_targets(const Registry &known, const Registry &added, const std::string &api,
                   const Design &design) {
  check_design_name(design.name());
  for (const auto &[id, maker] : design.makers()) {
    const Benchmark *target = find(added, id);
    target = target == nullptr ? find(known, id) : target;
    if (target == nullptr) {
      refuse("benchmark of design " + design.name(), quoted(id),
             "a benchmark of this library, or one that there is already");
    }
    if (target->api() != api) {
      refuse("benchmark of design " + design.name(), quoted(id),
             "one whose designs are of API " + quoted(api) + ", not " + quoted(target->api()));
    }
    const auto &own = target->own_designs();
    if (std::ranges::any_of(own,
                            [&design](const auto &one) { return one->name() == design.name(); })) {
      refuse("design of " + id, quoted(design.name()) + " twice", "each name once");
    }
  }
}

} // namespace

void check_design_name(const std::string &name) {
  check_word("name of a design", name);
}

void check_names(const Registry &known, const Registry &added) {
  for (const auto &benchmark : added.benchmarks()) {
    check_word("benchmark id", benchmark->id());
    std::set<std::string> tags;
    for (const std::string &tag : benchmark->tags()) {
      check_word("tag of " + benchmark->id(), tag);
      if (!tags.insert(tag).second) {
        refuse("tag of " + benchmark->id(), quoted(tag) + " twice", "each tag once");
      }
    }
    for (const Axis &axis : benchmark->axes()) {
      check_word("axis of " + benchmark->id(), axis.name);
      check_values(*benchmark, axis);
    }
    check_designs(known, added, *benchmark);
  }
  for (const auto &[api, designs] : added.apis()) {
    for (const auto &design : designs) {
      check_targets(known, added, api, *design);
    }
  }
}

} // namespace vmperf::bench
