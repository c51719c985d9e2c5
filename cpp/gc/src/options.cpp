#include "vmperf/gc/options.hpp"

#include <array>

#include "vmperf/base/error.hpp"

namespace vmperf::gc {

namespace {

constexpr std::array<std::string_view, 5> kCollectors = {"semispace", "mark-sweep", "immix",
                                                         "gen-immix", "sticky-immix"};
constexpr std::array<std::string_view, 7> kBarriers = {
    "none", "card", "card-cond", "range-ssb", "object-log", "object-log-atomic", "field-log"};
constexpr std::array<std::string_view, 3> kPacers = {"fixed", "proportional", "membalancer"};
constexpr std::size_t kBlock = 32768;

std::string join(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

std::size_t find(const char *field, std::string_view name,
                 std::span<const std::string_view> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) {
      return i;
    }
  }
  throw InvalidArgumentError(field, "'" + std::string(name) + "'", join(names));
}

void require(bool held, const char *field, const std::string &value, const char *allowed) {
  if (!held) {
    throw InvalidArgumentError(field, value, allowed);
  }
}

} // namespace

std::span<const std::string_view> collector_names() noexcept {
  return kCollectors;
}
std::span<const std::string_view> barrier_names() noexcept {
  return kBarriers;
}
std::span<const std::string_view> pacer_names() noexcept {
  return kPacers;
}

CollectorKind collector_kind(std::string_view name) {
  return static_cast<CollectorKind>(find("collector", name, kCollectors));
}

bool generational(CollectorKind collector) noexcept {
  return collector == CollectorKind::gen_immix || collector == CollectorKind::sticky_immix;
}

BarrierKind barrier_kind(const Options &options) {
  const CollectorKind collector = collector_kind(options.collector);
  if (options.barrier.empty()) {
    return generational(collector) ? BarrierKind::object_log : BarrierKind::none;
  }
  const auto kind = static_cast<BarrierKind>(find("barrier", options.barrier, kBarriers));
  const std::string given = "'" + options.barrier + "'";
  if (!generational(collector)) {
    require(kind == BarrierKind::none, "barrier", given,
            "none, since this collector has no generations");
  } else if (collector == CollectorKind::sticky_immix) {
    require(kind == BarrierKind::object_log || kind == BarrierKind::object_log_atomic, "barrier",
            given, "object-log or object-log-atomic with sticky-immix");
  } else {
    require(kind != BarrierKind::none, "barrier", given,
            "any but none: without one a generational heap loses objects");
  }
  return kind;
}

void check(const Options &options) {
  const CollectorKind collector = collector_kind(options.collector);
  const BarrierKind barrier = barrier_kind(options);
  (void)find("pacer", options.pacer, kPacers);
  require(options.heap_bytes >= 4 * kBlock && options.heap_bytes <= std::size_t{8} << 30U, "heap",
          std::to_string(options.heap_bytes), "131072 (4 blocks) to 8589934592 bytes");
  if (collector == CollectorKind::gen_immix) {
    require(options.nursery_bytes >= kBlock && options.nursery_bytes <= options.heap_bytes,
            "nursery", std::to_string(options.nursery_bytes),
            "32768 bytes to the size of the heap");
  }
  require(options.pacer == "fixed" || collector == CollectorKind::gen_immix, "pacer",
          "'" + options.pacer + "'", "fixed, but with gen-immix");
  require(options.tenure <= 15, "tenure", std::to_string(options.tenure), "0 to 15");
  require(options.workers >= 1 && options.workers <= 64, "workers", std::to_string(options.workers),
          "1 to 64");
  if (options.workers > 1 && collector == CollectorKind::semispace) {
    throw UnsupportedError("workers: semispace copies on one thread; give 1, or a collector that "
                           "marks");
  }
  require(options.pause_target_ms >= 0 && options.pause_target_ms <= 10'000, "pause_target_ms",
          std::to_string(options.pause_target_ms), "0 (none) to 10000");
  const bool in_slices =
      collector == CollectorKind::gen_immix &&
      (barrier == BarrierKind::object_log || barrier == BarrierKind::object_log_atomic);
  if (options.pause_target_ms > 0 && !in_slices) {
    throw UnsupportedError("pause_target_ms: " + options.collector +
                           " with this barrier does not mark in slices; gen-immix does, with "
                           "object-log or object-log-atomic");
  }
}

} // namespace vmperf::gc
