// A space without a collector: malloc and free through pointers, as every user of a shared library
// calls them. Objects have no header; a program releases what it is done with. Memory that is still
// live when the space ends is the program's to release before. O(1) an operation, but for what
// malloc costs; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "vmperf/gc/mutators/space.hpp"

namespace vmperf::gc {

class ManualSpace {
public:
  static constexpr bool kManual = true;
  using Ref = std::uint64_t *;

  class Local {
  public:
    Local(ManualSpace & /*space*/, Ref ref) : ref_(ref) {}
    [[nodiscard]] Ref get() const { return ref_; }
    void set(Ref ref) { ref_ = ref; }

  private:
    Ref ref_;
  };
  class Root : public Local {
  public:
    explicit Root(ManualSpace &space) : Local(space, nullptr) {}
  };

  ManualSpace(void *(*malloc)(std::size_t), void (*free)(void *)) : malloc_(malloc), free_(free) {}

  template <unsigned R, unsigned W> [[gnu::always_inline]] Ref make() {
    std::uint64_t *const object = take(static_cast<std::size_t>(8 * (R + W)));
    for (unsigned i = 0; i < R + W; ++i) { // a constant number of stores
      object[i] = 0;
    }
    return object;
  }
  Ref make_refs(std::size_t n) {
    std::uint64_t *const object = take(8 * n);
    std::memset(object, 0, 8 * n);
    return object;
  }
  Ref make_bytes(std::size_t n) { return take(n); }

  [[nodiscard]] static Ref load(Ref object, std::size_t i) {
    return reinterpret_cast<Ref>(object[i]); // NOLINT(performance-no-int-to-ptr)
  }
  static void init(Ref object, std::size_t i, Ref value) { store(object, i, value); }
  // NOLINTNEXTLINE(readability-non-const-parameter)
  static void store(Ref object, std::size_t i, Ref value) {
    object[i] = reinterpret_cast<std::uintptr_t>(value);
  }
  template <unsigned R> [[nodiscard]] std::uint64_t *words(Ref object) const { return object + R; }
  [[nodiscard]] static std::byte *bytes(Ref object) {
    return reinterpret_cast<std::byte *>(object);
  }
  void release(Ref object) { free_(object); }
  void collect(Kind /*extent*/) {}
  [[nodiscard]] static SpaceFigures figures() { return {}; }
  [[nodiscard]] static std::span<const Pause> pauses() { return {}; }

private:
  [[gnu::always_inline]] Ref take(std::size_t bytes) {
    void *block = malloc_(bytes);
    if (block == nullptr) [[unlikely]] {
      throw std::bad_alloc();
    }
    return static_cast<Ref>(block);
  }

  void *(*malloc_)(std::size_t);
  void (*free_)(void *);
};
static_assert(Space<ManualSpace>);

} // namespace vmperf::gc
