// A heap of one graph, of which only the shape matters: what markers are measured and tested on.
//
//   object  [ words:24 | nref:8 | array:1 | 0 ][ refs: 32 bits each ][ payload ]      16-aligned
//   array   [ words:24 |   0    |    1    | 0 ][ length: 64 bits ][ refs ... ]
//   marks   one bit for 16 bytes, beside the heap
//
// A reference is an address in units of 8 bytes from the heap's begin; 0 is none. Objects are laid
// out in one order and linked in another, which is what a shape is. The whole heap is touched when
// it is built. The marks of 4 M objects of 32 bytes take 1 MiB: about a second-level cache.
// Building: O(n), 20 to 100 ns an object. Marks may be set by any number of threads; the rest is
// read only after construction.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "vmperf/os/pages.hpp"

namespace vmperf::gc {

enum class Shape : unsigned char {
  ordered,  ///< binary tree, laid out depth first: the order in which it is marked
  shuffled, ///< the same tree, laid out at random
  random,   ///< 4 references an object, to any
  list,     ///< one list, laid out at random: a memory latency an object
  array,    ///< one array of references to leaves, which lie at random
  spine     ///< a list of n / 160 objects, each with a tree of 159 beside it, all at random
};

/// From its word; InvalidArgumentError for others.
[[nodiscard]] Shape shape_of(std::string_view word);

class GraphHeap {
public:
  using Object = std::uint32_t;
  static constexpr std::uint64_t kMostObjects = std::uint64_t{1} << 28U;

  /// `n` objects, 1 to kMostObjects. CapacityError where there is no memory for them.
  GraphHeap(Shape shape, std::uint64_t n, std::uint64_t seed);

  [[nodiscard]] std::span<const Object> roots() const noexcept { return {&root_, 1}; }
  /// Objects, of which all but some of a random graph can be reached.
  [[nodiscard]] std::uint64_t n_objects() const noexcept { return n_objects_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return used_bytes_; }
  /// How many objects can be reached, by a breadth-first search of its own that knows no marks.
  [[nodiscard]] std::uint64_t count_reachable() const;

  void clear_marks() noexcept;
  [[nodiscard]] std::uint64_t count_marked() const noexcept;
  [[nodiscard]] bool is_marked(Object object) const noexcept {
    return (word_of(object).load(std::memory_order_relaxed) & bit_of(object)) != 0;
  }

  // What a marker asks of a graph: marker.hpp.
  bool mark(Object object) noexcept {
    std::atomic<std::uint64_t> &word = word_of(object);
    const std::uint64_t bit = bit_of(object);
    return (word.load(std::memory_order_relaxed) & bit) == 0 &&
           (word.fetch_or(bit, std::memory_order_relaxed) & bit) == 0;
  }
  bool mark_alone(Object object) noexcept {
    std::atomic<std::uint64_t> &word = word_of(object);
    const std::uint64_t bit = bit_of(object);
    const std::uint64_t before = word.load(std::memory_order_relaxed);
    if ((before & bit) != 0) {
      return false;
    }
    word.store(before | bit, std::memory_order_relaxed);
    return true;
  }
  void prefetch(Object object) const noexcept { __builtin_prefetch(at(object)); }
  [[nodiscard]] std::uint64_t array_length(Object object) const noexcept {
    const std::uint64_t *header = at(object);
    return (*header & kArray) == 0 ? 0 : header[1];
  }
  template <class Visit> void scan(Object object, Visit visit) const {
    const std::uint64_t header = *at(object);
    if ((header & kArray) != 0) [[unlikely]] {
      scan_slice(object, 0, at(object)[1], visit);
      return;
    }
    visit_all(reinterpret_cast<const Object *>(at(object) + 1), (header >> 24U) & 0xffU, visit);
  }
  template <class Visit>
  void scan_slice(Object object, std::uint64_t begin, std::uint64_t end, Visit visit) const {
    visit_all(reinterpret_cast<const Object *>(at(object) + 2) + begin, end - begin, visit);
  }
  template <class Visit> void for_each_marked(Object lowest, Object highest, Visit visit) const {
    for (std::uint64_t i = lowest / 128; i <= highest / 128; ++i) {
      std::uint64_t word = marks_[i].load(std::memory_order_relaxed);
      for (; word != 0; word &= word - 1) {
        const std::uint64_t object =
            128 * i + static_cast<std::uint64_t>(2 * static_cast<unsigned>(std::countr_zero(word)));
        if (object >= lowest && object <= highest) {
          visit(static_cast<Object>(object));
        }
      }
    }
  }

private:
  static constexpr std::uint64_t kArray = std::uint64_t{1} << 32U;

  [[nodiscard]] std::uint64_t *at(Object object) const noexcept { return base_ + object; }
  [[nodiscard]] std::atomic<std::uint64_t> &word_of(Object object) const noexcept {
    return marks_[object / 128];
  }
  static std::uint64_t bit_of(Object object) noexcept {
    return std::uint64_t{1} << (object / 2 % 64);
  }
  template <class Visit> static void visit_all(const Object *refs, std::uint64_t n, Visit visit) {
    for (std::uint64_t i = 0; i < n; ++i) {
      if (refs[i] != 0) {
        visit(refs[i]);
      }
    }
  }

  void map(std::uint64_t bytes);
  void build_tree(std::span<const Object> order);
  void build_random(std::span<const Object> order, std::uint64_t seed);
  void build_list(std::span<const Object> order);
  void build_array(std::span<const Object> order, Object array);
  void build_spine(std::span<const Object> order);
  [[nodiscard]] Object *refs_of(Object object) const noexcept {
    return reinterpret_cast<Object *>(at(object) + 1);
  }

  std::uint64_t n_objects_, used_bytes_ = 0, mark_words_ = 0;
  Object root_ = 0;
  os::Mapping mapping_, mark_mapping_;
  std::uint64_t *base_ = nullptr;
  std::atomic<std::uint64_t> *marks_ = nullptr;
};

} // namespace vmperf::gc
