#include "verifier.hpp"

#include <string>

#include "vmperf/base/rng.hpp"

namespace vmperf::gc {

namespace {

constexpr std::uint64_t kShapeMask = ~std::uint64_t{0xFF};

std::string at(Ref ref) {
  return "object at unit " + std::to_string(ref);
}

} // namespace

Snapshot::Snapshot(HeapCore &heap, Collector &collector) : heap_(heap), collector_(collector) {
  collector_.for_each_root([this](const Ref &root) {
    roots_.push_back(number(root));
    walk();
  });
  for (const PinTable::Pin &pin : heap.pins().pins) {
    pinned_.push_back(number(pin.object));
  }
}

std::uint32_t Snapshot::number(Ref ref) {
  if (ref == 0) {
    return 0;
  }
  const auto [place, fresh] =
      numbers_.try_emplace(ref, static_cast<std::uint32_t>(nodes_.size() + 1));
  if (fresh) {
    nodes_.push_back({ref, 0, 0});
  }
  return place->second;
}

void Snapshot::check_header(Ref ref, std::uint64_t header) const {
  if (!collector_.in_use(ref)) {
    throw CorruptionError(at(ref) + " is reachable, and lies in memory that is not in use");
  }
  if ((header & kForwarded) != 0 || !heap_.types().valid(header)) {
    throw CorruptionError(at(ref) + " is reachable, and has no header of a type");
  }
}

std::uint64_t Snapshot::content(Ref ref, std::uint64_t header) {
  std::uint64_t *const object = object_at(heap_.base(), ref);
  const std::size_t count = reference_count(header);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum = mix64(sum + number(references(object)[i]));
  }
  const auto *const raw = reinterpret_cast<const unsigned char *>(references(object) + count);
  const auto *const end = reinterpret_cast<const unsigned char *>(object) + object_bytes(header);
  for (const unsigned char *byte = raw; byte < end; ++byte) {
    sum = sum * 1099511628211U + *byte;
  }
  return sum;
}

void Snapshot::walk() {
  for (; done_ < nodes_.size(); ++done_) {
    const Ref ref = nodes_[done_].ref;
    if (ref >= collector_.arena().layout.end()) {
      throw CorruptionError(at(ref) + " is reachable, and lies outside of the heap");
    }
    const std::uint64_t header = heap_.header(ref);
    check_header(ref, header);
    const std::uint64_t sum = content(ref, header); // may number more, and move the nodes
    nodes_[done_].shape = header & kShapeMask;
    nodes_[done_].sum = sum;
  }
}

void Snapshot::check_remembered() const {
  collector_.begin_check();
  for (const Node &node : nodes_) {
    const Ref *const slots = references(object_at(heap_.base(), node.ref));
    const std::size_t count = reference_count(node.shape);
    for (std::size_t i = 0; i < count; ++i) {
      if (slots[i] != 0 && collector_.crosses(node.ref, slots[i]) &&
          !collector_.remembers(node.ref, slots + i)) {
        throw CorruptionError(at(node.ref) + " is old and refers to a young one in reference " +
                              std::to_string(i) + ", which nothing remembers");
      }
    }
  }
}

void Snapshot::check_pinned(const Snapshot &after) const {
  if (pinned_ != after.pinned_) {
    throw CorruptionError("others are pinned after a collection than before it");
  }
  for (const std::uint32_t n : pinned_) {
    if (nodes_[n - 1].ref != after.nodes_[n - 1].ref) {
      throw CorruptionError(at(nodes_[n - 1].ref) + " is pinned, and is now at unit " +
                            std::to_string(after.nodes_[n - 1].ref));
    }
  }
}

void Snapshot::check_after(Kind kind) const {
  const Snapshot after(heap_, collector_);
  if (after.nodes_.size() < nodes_.size()) {
    throw CorruptionError(std::to_string(nodes_.size()) +
                          " objects were reachable before a "
                          "collection, " +
                          std::to_string(after.nodes_.size()) + " are after it");
  }
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    if (roots_[i] != after.roots_[i]) {
      throw CorruptionError("root " + std::to_string(i) + " refers to another object");
    }
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].shape != after.nodes_[i].shape || nodes_[i].sum != after.nodes_[i].sum) {
      throw CorruptionError(at(nodes_[i].ref) + ", now at unit " +
                            std::to_string(after.nodes_[i].ref) + ", is not what it was");
    }
  }
  check_pinned(after);
  for (const Node &node : after.nodes_) {
    collector_.check_object(node.ref, object_bytes(node.shape), kind);
  }
}

} // namespace vmperf::gc
