#include "vmperf/gc/graph_heap.hpp"

#include <array>
#include <cstring>
#include <new>
#include <numeric>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"

namespace vmperf::gc {
namespace {

constexpr std::array<std::pair<std::string_view, Shape>, 6> kShapes{{{"ordered", Shape::ordered},
                                                                     {"shuffled", Shape::shuffled},
                                                                     {"random", Shape::random},
                                                                     {"list", Shape::list},
                                                                     {"array", Shape::array},
                                                                     {"spine", Shape::spine}}};

struct Form {
  std::uint64_t words, refs;
};
/// A tree's node is 32 bytes, a random graph's 48, a leaf 16.
Form form_of(Shape shape) {
  switch (shape) {
  case Shape::random:
    return {6, 4};
  case Shape::list:
    return {4, 1};
  case Shape::array:
    return {2, 0};
  case Shape::ordered:
  case Shape::shuffled:
  case Shape::spine:
    break;
  }
  return {4, 2};
}

/// Fisher and Yates.
void shuffle(std::span<std::uint32_t> items, std::uint64_t seed) {
  CounterRng rng(seed);
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[rng.below(i)]);
  }
}

} // namespace

Shape shape_of(std::string_view word) {
  std::string allowed;
  for (const auto &[name, shape] : kShapes) {
    if (name == word) {
      return shape;
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(name);
  }
  throw InvalidArgumentError("shape", "'" + std::string(word) + "'", allowed);
}

GraphHeap::GraphHeap(Shape shape, std::uint64_t n, std::uint64_t seed) : n_objects_(n) {
  if (n < 1 || n > kMostObjects) {
    throw InvalidArgumentError("objects", std::to_string(n),
                               "1 to " + std::to_string(kMostObjects));
  }
  const Form form = form_of(shape);
  const std::uint64_t leaves = shape == Shape::array ? n - 1 : n;
  const std::uint64_t array_words = shape == Shape::array ? (leaves / 2 + 2 + 3) / 2 * 2 : 0;
  map((2 + array_words + leaves * form.words) * 8);
  std::vector<Object> order(leaves);
  for (std::uint64_t i = 0; i < leaves; ++i) {
    order[i] = static_cast<Object>(2 + array_words + i * form.words);
    *at(order[i]) = form.words | form.refs << 24U;
  }
  if (shape != Shape::ordered) {
    shuffle(order, seed);
  }
  switch (shape) {
  case Shape::ordered:
  case Shape::shuffled:
    build_tree(order);
    break;
  case Shape::random:
    build_random(order, seed);
    break;
  case Shape::list:
    build_list(order);
    break;
  case Shape::array:
    *at(2) = array_words | kArray;
    build_array(order, 2);
    break;
  case Shape::spine:
    build_spine(order);
    break;
  }
}

void GraphHeap::map(std::uint64_t bytes) {
  constexpr std::size_t kHuge = std::size_t{2} << 20U;
  used_bytes_ = bytes;
  mark_words_ = bytes / 8 / 128 + 1;
  try {
    mapping_ = os::Mapping(bytes, kHuge);
    mark_mapping_ = os::Mapping(mark_words_ * 8, kHuge);
  } catch (const OsError &) {
    throw CapacityError("no memory for the graph", bytes, bytes);
  }
  for (const os::Mapping *mapping : {&mapping_, &mark_mapping_}) {
    try {
      mapping->advise(os::Advice::huge_page);
    } catch (const OsError &) { // a kernel without: small pages then
      continue;
    }
  }
  std::memset(mapping_.data(), 0, mapping_.size_bytes());
  base_ = reinterpret_cast<std::uint64_t *>(mapping_.data());
  marks_ = new (mark_mapping_.data()) std::atomic<std::uint64_t>[mark_words_];
  clear_marks();
}

/// order[i] is object i of the tree in preorder: each subtree is a run of it, halved.
void GraphHeap::build_tree(std::span<const Object> order) {
  struct Run {
    std::uint64_t first, n;
  };
  std::vector<Run> runs{{0, order.size()}};
  while (!runs.empty()) {
    const Run run = runs.back();
    runs.pop_back();
    const std::uint64_t left = run.n / 2;
    const std::uint64_t right = run.n - 1 - left;
    Object *refs = refs_of(order[run.first]);
    if (left != 0) {
      refs[0] = order[run.first + 1];
      runs.push_back({run.first + 1, left});
    }
    if (right != 0) {
      refs[1] = order[run.first + 1 + left];
      runs.push_back({run.first + 1 + left, right});
    }
  }
  root_ = order[0];
}

void GraphHeap::build_random(std::span<const Object> order, std::uint64_t seed) {
  CounterRng rng(seed, 1);
  for (const Object object : order) {
    for (int i = 0; i < 4; ++i) {
      refs_of(object)[i] = order[rng.below(order.size())];
    }
  }
  root_ = order[0];
}

void GraphHeap::build_list(std::span<const Object> order) {
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    refs_of(order[i])[0] = order[i + 1];
  }
  root_ = order[0];
}

void GraphHeap::build_array(std::span<const Object> order, Object array) {
  at(array)[1] = order.size();
  for (std::size_t i = 0; i < order.size(); ++i) {
    reinterpret_cast<Object *>(at(array) + 2)[i] = order[i];
  }
  root_ = array;
}

/// Runs of 160 objects: the first is of the spine, the others are its tree.
void GraphHeap::build_spine(std::span<const Object> order) {
  constexpr std::size_t kRun = 160;
  for (std::size_t first = 0; first < order.size(); first += kRun) {
    const std::span run = order.subspan(first, std::min(kRun, order.size() - first));
    if (run.size() > 1) {
      build_tree(run.subspan(1));
      refs_of(run[0])[0] = run[1];
    }
    if (first + kRun < order.size()) {
      refs_of(run[0])[1] = order[first + kRun];
    }
  }
  root_ = order[0];
}

void GraphHeap::clear_marks() noexcept {
  for (std::uint64_t i = 0; i < mark_words_; ++i) {
    marks_[i].store(0, std::memory_order_relaxed);
  }
}

std::uint64_t GraphHeap::count_marked() const noexcept {
  std::uint64_t n = 0;
  for (std::uint64_t i = 0; i < mark_words_; ++i) {
    n += static_cast<unsigned>(std::popcount(marks_[i].load(std::memory_order_relaxed)));
  }
  return n;
}

std::uint64_t GraphHeap::count_reachable() const {
  std::vector<bool> seen(used_bytes_ / 16);
  std::vector<Object> found{root_};
  seen[root_ / 2] = true;
  for (std::size_t next = 0; next < found.size(); ++next) {
    scan(found[next], [&](Object child) {
      if (!seen[child / 2]) {
        seen[child / 2] = true;
        found.push_back(child);
      }
    });
  }
  return found.size();
}

} // namespace vmperf::gc
