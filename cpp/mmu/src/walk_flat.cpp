// The walks of each format over tables in guest memory as it is.
#include "vmperf/mmu/batch.hpp"
#include "walk_ops.hpp"

namespace vmperf::mmu {
namespace {

template <class F>
Packed walk(const PageTable &table, const Root &root, std::uint64_t va, Purpose purpose) {
  return walk_one<F>(FlatMemory(table.memory(), table.host_base()), table.rules(), root, va,
                     purpose);
}
template <class F>
void batch(const PageTable &table, const Root &root, const std::uint64_t *va, tlb::Translation *out,
           std::size_t n, Purpose purpose) {
  walk_batch<F>(FlatMemory(table.memory(), table.host_base()), table.rules(), root, va, out, n,
                purpose);
}
template <class F>
void lockstep(const PageTable &table, const Root &root, const std::uint64_t *va,
              tlb::Translation *out, std::size_t n, Purpose purpose) {
  mmu::walk_lockstep<F>(FlatMemory(table.memory(), table.host_base()), table.rules(), root, va, out,
                        n, purpose);
}

struct Pick {
  template <class F> const WalkOps *operator()() const noexcept {
    static constexpr WalkOps kOps{&walk<F>, &batch<F>, &lockstep<F>};
    return &kOps;
  }
};

} // namespace

const WalkOps *flat_ops(Format format) noexcept {
  return visit_format(format, Pick{});
}

} // namespace vmperf::mmu
