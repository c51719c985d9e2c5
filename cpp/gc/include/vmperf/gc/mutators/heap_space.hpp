// A Heap (heap.hpp) as a space: its fast paths inlined into the programs. Locals are slots of the
// shadow stack, each of a scope of its own; Roots are global slots. One mutator, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "vmperf/base/error.hpp"
#include "vmperf/gc/heap.hpp"
#include "vmperf/gc/mutators/space.hpp"

namespace vmperf::gc {

template <class P> class HeapSpace {
public:
  static constexpr bool kManual = false;
  using Ref = gc::Ref;

  class Local {
  public:
    Local(HeapSpace &space, Ref ref) : mutator_(space.mutator_), slot_(space.mutator_.push(ref)) {}
    Local(const Local &) = delete;
    Local &operator=(const Local &) = delete;
    Local(Local &&) = delete;
    Local &operator=(Local &&) = delete;
    ~Local() { mutator_.pop_to(slot_); }
    [[nodiscard]] Ref get() const { return *slot_; }
    void set(Ref ref) { *slot_ = ref; }

  private:
    Mutator &mutator_;
    Ref *slot_;
  };

  class Root {
  public:
    explicit Root(HeapSpace &space) : heap_(space.heap_) { heap_.add_root(&ref_); }
    Root(const Root &) = delete;
    Root &operator=(const Root &) = delete;
    Root(Root &&) = delete;
    Root &operator=(Root &&) = delete;
    ~Root() { heap_.remove_root(&ref_); }
    [[nodiscard]] Ref get() const { return ref_; }
    void set(Ref ref) { ref_ = ref; }

  private:
    HeapCore &heap_;
    Ref ref_ = 0;
  };

  explicit HeapSpace(const Options &options)
      : heap_(options), mutator_(heap_), refs_(heap_.types().ref_array()),
        bytes_(heap_.types().byte_array()) {
    for (std::uint32_t refs = 0; refs < kMost; ++refs) {
      for (std::uint32_t words = 0; words < kMost; ++words) {
        fixed_[refs][words] = heap_.types().fixed(refs, 8 * words);
      }
    }
  }

  template <unsigned R, unsigned W> [[gnu::always_inline]] Ref make() {
    static_assert(R < kMost && W < kMost);
    return heap_.allocate(mutator_, fixed_[R][W]);
  }
  Ref make_refs(std::size_t n) { return array(refs_, n); }
  Ref make_bytes(std::size_t n) { return array(bytes_, n); }

  [[nodiscard]] Ref load(Ref object, std::size_t i) const { return heap_.load(object, i); }
  // Large objects are never young, so that a store into one just made is remembered, too.
  void init(Ref object, std::size_t i, Ref value) { heap_.store(mutator_, object, i, value); }
  void store(Ref object, std::size_t i, Ref value) { heap_.store(mutator_, object, i, value); }
  template <unsigned R> [[nodiscard]] std::uint64_t *words(Ref object) const {
    return heap_.words(object);
  }
  [[nodiscard]] std::byte *bytes(Ref object) const { return heap_.bytes(object); }
  void release(Ref /*object*/) {}
  void collect(Kind kind) { heap_.collect(mutator_, kind); }
  [[nodiscard]] SpaceFigures figures() const {
    SpaceFigures figures{.heap_limit_bytes = heap_.options().heap_bytes,
                         .collections = heap_.pauses().size(),
                         .minors = 0,
                         .used_bytes = heap_.used_bytes()};
    for (const Pause &pause : heap_.pauses()) {
      figures.minors += pause.kind == Kind::minor ? 1 : 0;
    }
    return figures;
  }
  [[nodiscard]] std::span<const Pause> pauses() const { return heap_.pauses(); }
  [[nodiscard]] const std::vector<Decision> &decisions() const { return heap_.decisions(); }

private:
  static constexpr std::uint32_t kMost = 5; // more references or words than any program's nodes

  Ref array(TypeId type, std::size_t n) {
    if (n > std::numeric_limits<std::int32_t>::max()) {
      throw CapacityError("array", n, std::numeric_limits<std::int32_t>::max());
    }
    return heap_.allocate_array(mutator_, type, static_cast<std::uint32_t>(n));
  }

  Heap<P> heap_;
  Mutator mutator_;
  TypeId refs_, bytes_;
  std::array<std::array<TypeId, kMost>, kMost> fixed_{};
};

} // namespace vmperf::gc
