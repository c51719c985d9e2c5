// The collector that one writes at once: malloc for each object, a list of all of them, a mark
// from the roots with a stack, and free for what was not reached. It collects when the bytes
// handed out would pass the limit; a heap that is full after that is a CapacityError.
//
//   all_ -> [ next | n references | bytes, mark ][ references ][ words ]
//            \-> [ next | ...
//
// make O(1) and malloc; collect O(objects). Nothing moves. One thread. Source: McCarthy, Recursive
// Functions of Symbolic Expressions, CACM 1960.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/gc/mutators/space.hpp"

namespace vmperf::gc {

class NaiveSpace {
  struct Object {
    Object *next;
    std::uint32_t n_refs;
    std::uint32_t bytes_and_mark; ///< bytes behind the header, a multiple of 8; bit 0 the mark
    [[nodiscard]] std::uint64_t *body() { return reinterpret_cast<std::uint64_t *>(this + 1); }
    [[nodiscard]] Object **refs() { return reinterpret_cast<Object **>(this + 1); }
  };

public:
  static constexpr bool kManual = false;
  using Ref = Object *;

  class Local {
  public:
    Local(NaiveSpace &space, Ref ref) : space_(space), ref_(ref) { space.locals_.push_back(this); }
    Local(const Local &) = delete;
    Local &operator=(const Local &) = delete;
    Local(Local &&) = delete;
    Local &operator=(Local &&) = delete;
    ~Local() { space_.locals_.pop_back(); }
    [[nodiscard]] Ref get() const { return ref_; }
    void set(Ref ref) { ref_ = ref; }

  private:
    friend class NaiveSpace;
    NaiveSpace &space_;
    Ref ref_;
  };

  class Root {
  public:
    explicit Root(NaiveSpace &space) : space_(space) { space.roots_.push_back(this); }
    Root(const Root &) = delete;
    Root &operator=(const Root &) = delete;
    Root(Root &&) = delete;
    Root &operator=(Root &&) = delete;
    ~Root() { std::erase(space_.roots_, this); }
    [[nodiscard]] Ref get() const { return ref_; }
    void set(Ref ref) { ref_ = ref; }

  private:
    friend class NaiveSpace;
    NaiveSpace &space_;
    Ref ref_ = nullptr;
  };

  explicit NaiveSpace(const SpaceSettings &settings);
  NaiveSpace(const NaiveSpace &) = delete;
  NaiveSpace &operator=(const NaiveSpace &) = delete;
  NaiveSpace(NaiveSpace &&) = delete;
  NaiveSpace &operator=(NaiveSpace &&) = delete;
  ~NaiveSpace();

  template <unsigned R, unsigned W> Ref make() {
    return take(R, static_cast<std::size_t>(8 * (R + W)));
  }
  Ref make_refs(std::size_t n) { return take(n, 8 * n); }
  Ref make_bytes(std::size_t n) { return take(0, n); }

  [[nodiscard]] static Ref load(Ref object, std::size_t i) { return object->refs()[i]; }
  static void init(Ref object, std::size_t i, Ref value) { object->refs()[i] = value; }
  static void store(Ref object, std::size_t i, Ref value) { object->refs()[i] = value; }
  template <unsigned R> [[nodiscard]] std::uint64_t *words(Ref object) const {
    return object->body() + R;
  }
  [[nodiscard]] static std::byte *bytes(Ref object) {
    return reinterpret_cast<std::byte *>(object->body());
  }
  void release(Ref /*object*/) {}
  void collect(Kind extent);
  [[nodiscard]] SpaceFigures figures() const;
  [[nodiscard]] std::span<const Pause> pauses() const { return pauses_; }

private:
  Ref take(std::size_t n_refs, std::size_t bytes);
  void collect_for(Cause cause);
  void mark();
  void sweep();

  std::size_t limit_bytes_;
  std::size_t used_bytes_ = 0;
  Object *all_ = nullptr;
  std::vector<Local *> locals_;
  std::vector<Root *> roots_;
  std::vector<Object *> stack_;
  std::vector<Pause> pauses_;
};
static_assert(Space<NaiveSpace>);

} // namespace vmperf::gc
