// The verifier: the reachable graph, walked by itself (no mark bit of a collector is read to find
// it), before and after a collection. Objects are numbered in the order of one walk that depends
// on the graph alone, so the two walks must agree number by number: shape, content, references.
// Each object's header must be one of a registered type and lie where objects may lie; what is
// pinned must lie where it lay.
// O(reachable bytes), with 24 bytes beside each object. CorruptionError says what differs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "collector.hpp"

namespace vmperf::gc {

class Snapshot {
public:
  /// Walks now.
  Snapshot(HeapCore &heap, Collector &collector);

  /// Whether each reference from an old object to a young one is remembered.
  void check_remembered() const;
  /// Walks again; what was reached then must be reached now, and be the same.
  void check_after(Kind kind) const;
  [[nodiscard]] std::size_t objects() const noexcept { return nodes_.size(); }

private:
  struct Node {
    Ref ref;
    std::uint64_t shape; ///< header without flags and age
    std::uint64_t sum;   ///< of scalars and of the numbers of what it refers to
  };

  void walk();
  std::uint32_t number(Ref ref);
  std::uint64_t content(Ref ref, std::uint64_t header);
  void check_pinned(const Snapshot &after) const;
  void check_header(Ref ref, std::uint64_t header) const;

  HeapCore &heap_;
  Collector &collector_;
  std::vector<Node> nodes_;
  std::size_t done_ = 0; ///< nodes looked at; those behind are their own queue
  std::vector<std::uint32_t> roots_, pinned_;
  std::unordered_map<Ref, std::uint32_t> numbers_;
};

} // namespace vmperf::gc
