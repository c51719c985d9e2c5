// CheckedPool as a design: of the item's size at compile time for the sizes of the axis, as a C++
// user has it, and of a size known at run time for others.
#include <cstddef>
#include <type_traits>

#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/checked_pool.hpp"

namespace vmperf::pool {
namespace {

static_assert(MemoryPool<CheckedPool<int>>);

template <std::size_t ItemBytes> class Checked {
public:
  static constexpr std::size_t kItemBytes = ItemBytes; // kAnySize: those of the axis at run time

  Checked(std::size_t item_bytes, std::size_t capacity)
      : pool_(item_bytes, proof::owed_align(item_bytes), capacity) {}
  [[gnu::always_inline]] void *allocate() { return pool_.allocate(); }
  [[gnu::always_inline]] void deallocate(void *item) { pool_.deallocate(item); }
  template <class T> void allocate_n(T **out, std::size_t n) { pool_.allocate_n(out, n); }
  template <class T> void deallocate_n(T *const *in, std::size_t n) { pool_.deallocate_n(in, n); }
  void preallocate(std::size_t n) { pool_.preallocate(n); }
  [[nodiscard]] PoolStats stats() const { return pool_.stats(); }
  [[nodiscard]] bool owns(const void *item) const noexcept { return pool_.contains(item); }

private:
  using Slots = std::conditional_t<ItemBytes == kAnySize, AnySlots, FixedSlots<ItemBytes>>;

  BasicCheckedPool<Slots> pool_;
};

} // namespace

void declare_designs_checked(bench::Registry &registry) {
  add_sized_pool_design<Checked>(registry, "checked",
                                 "stack with a live map: finds double frees and foreign, interior "
                                 "and misaligned pointers")
      .runs("pool/checked", pair_or_batch_maker<Checked<64>>());
}

} // namespace vmperf::pool
