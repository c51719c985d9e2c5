// Programs that build trees. Both live on short-lived trees beside a long-lived one.
//
//   BinaryTrees  trees of depth 4, 6, ... d, as many nodes of each depth, from the leaves up
//   GcBench      the same from the leaves up and from the root down, nodes with two words, beside a
//                long-lived array of numbers
//
// A step does one pass over all depths. Its checksum is the number of nodes met again when the
// trees are walked, which is known beforehand. Sources: the Computer Language Benchmarks Game,
// binary-trees; Ellis, Kovac, Boehm, GCBench (gcbench.java).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/gc/mutators/program.hpp"

namespace vmperf::gc {

/// Trees of nodes with two references and W words.
template <class S, unsigned W> class Trees {
public:
  using Ref = S::Ref;
  using Local = S::Local;

  explicit Trees(S &space) : space_(space) {}

  // A node is made when its children are: a collection finds whole trees only.
  [[nodiscard]] Ref bottom_up(unsigned depth) {
    if (depth == 0) {
      return space_.template make<2, W>();
    }
    const Local left(space_, bottom_up(depth - 1));
    const Local right(space_, bottom_up(depth - 1));
    const Ref node = space_.template make<2, W>();
    space_.init(node, 0, left.get());
    space_.init(node, 1, right.get());
    return node;
  }

  // The other way: children are stored into nodes that may be old already.
  void top_down(unsigned depth, const Local &node) {
    if (depth == 0) {
      return;
    }
    for (std::size_t side = 0; side < 2; ++side) {
      const Ref child = space_.template make<2, W>();
      space_.store(node.get(), side, child);
    }
    for (std::size_t side = 0; side < 2; ++side) {
      const Local child(space_, space_.load(node.get(), side));
      top_down(depth - 1, child);
    }
  }

  [[nodiscard]] std::uint64_t count(Ref node) const {
    const Ref left = space_.load(node, 0);
    return left == Ref{} ? 1 : 1 + count(left) + count(space_.load(node, 1));
  }

  void release(Ref node) {
    if constexpr (S::kManual) {
      const Ref left = space_.load(node, 0);
      const Ref right = space_.load(node, 1);
      if (left != Ref{}) {
        release(left);
        release(right);
      }
      space_.release(node);
    }
  }

  [[nodiscard]] static std::uint64_t nodes(unsigned depth) {
    return (std::uint64_t{2} << depth) - 1;
  }

private:
  S &space_;
};

template <class S> class BinaryTrees {
public:
  BinaryTrees(S &space, const ProgramSettings &settings)
      : trees_(space), depth_(static_cast<unsigned>(settings.size)), kept_(space) {
    const auto stretch = trees_.bottom_up(depth_ + 1);
    trees_.release(stretch);
    kept_.set(trees_.bottom_up(depth_));
  }
  BinaryTrees(const BinaryTrees &) = delete;
  BinaryTrees &operator=(const BinaryTrees &) = delete;
  BinaryTrees(BinaryTrees &&) = delete;
  BinaryTrees &operator=(BinaryTrees &&) = delete;
  ~BinaryTrees() { trees_.release(kept_.get()); }

  std::uint64_t step() {
    std::uint64_t met = 0;
    for (unsigned depth = kLeast; depth <= depth_; depth += 2) {
      for (std::uint64_t i = std::uint64_t{1} << (depth_ - depth); i != 0; --i) {
        const auto tree = trees_.bottom_up(depth);
        met += trees_.count(tree);
        trees_.release(tree);
        expected_ += Trees<S, 0>::nodes(depth);
      }
    }
    met_ += met;
    return met;
  }

  [[nodiscard]] std::string fault() const {
    const std::uint64_t kept = trees_.count(kept_.get());
    return equal("nodes of the long-lived tree", kept, Trees<S, 0>::nodes(depth_)) +
           equal("nodes of short-lived trees", met_, expected_);
  }
  [[nodiscard]] std::uint64_t objects() const { return expected_; }

private:
  static constexpr unsigned kLeast = 4;

  Trees<S, 0> trees_;
  unsigned depth_;
  S::Root kept_;
  std::uint64_t met_ = 0, expected_ = 0;
};

template <class S> class GcBench {
public:
  GcBench(S &space, const ProgramSettings &settings)
      : space_(space), trees_(space), depth_(static_cast<unsigned>(settings.size)), kept_(space),
        array_(space), n_numbers_(std::size_t{8} << depth_) {
    trees_.release(trees_.bottom_up(depth_ + 2));
    kept_.set(space.template make<2, 2>());
    {
      const typename S::Local node(space, kept_.get());
      trees_.top_down(depth_, node);
      kept_.set(node.get());
    }
    array_.set(space.make_bytes(8 * n_numbers_));
    for (std::size_t i = 0; i < n_numbers_; ++i) {
      numbers()[i] = i;
    }
  }
  GcBench(const GcBench &) = delete;
  GcBench &operator=(const GcBench &) = delete;
  GcBench(GcBench &&) = delete;
  GcBench &operator=(GcBench &&) = delete;
  ~GcBench() {
    trees_.release(kept_.get());
    space_.release(array_.get());
  }

  std::uint64_t step() {
    std::uint64_t met = 0;
    for (unsigned depth = kLeast; depth <= depth_; depth += 2) {
      for (std::uint64_t i = std::uint64_t{1} << (depth_ - depth); i != 0; --i) {
        met += down(depth) + up(depth);
        expected_ += 2 * Trees<S, 2>::nodes(depth);
      }
    }
    met_ += met;
    return met;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < n_numbers_; ++i) {
      sum += numbers()[i];
    }
    return equal("sum of the long-lived array", sum, n_numbers_ * (n_numbers_ - 1) / 2) +
           equal("nodes of the long-lived tree", trees_.count(kept_.get()),
                 Trees<S, 2>::nodes(depth_)) +
           equal("nodes of short-lived trees", met_, expected_);
  }
  [[nodiscard]] std::uint64_t objects() const { return expected_; }

private:
  static constexpr unsigned kLeast = 4;

  [[nodiscard]] std::uint64_t *numbers() const {
    return reinterpret_cast<std::uint64_t *>(space_.bytes(array_.get()));
  }
  std::uint64_t down(unsigned depth) {
    const typename S::Local tree(space_, space_.template make<2, 2>());
    trees_.top_down(depth, tree);
    return counted(tree.get());
  }
  std::uint64_t up(unsigned depth) { return counted(trees_.bottom_up(depth)); }
  std::uint64_t counted(S::Ref tree) {
    const std::uint64_t met = trees_.count(tree);
    trees_.release(tree);
    return met;
  }

  S &space_;
  Trees<S, 2> trees_;
  unsigned depth_;
  S::Root kept_, array_;
  std::size_t n_numbers_;
  std::uint64_t met_ = 0, expected_ = 0;
};

} // namespace vmperf::gc
