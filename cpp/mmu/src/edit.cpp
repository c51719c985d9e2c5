// The changes of each format's tables.
#include "editor.hpp"
#include "walk_ops.hpp"

namespace vmperf::mmu {
namespace {

struct Pick {
  template <class F> const EditOps *operator()() const noexcept {
    static constexpr EditOps kOps{
        [](PageTable &table, std::uint64_t va, std::uint64_t pa, unsigned level, std::uint32_t how,
           std::uint64_t n) { Editor<F>(table).map(va, pa, level, how, n); },
        [](PageTable &table, std::uint64_t va, std::uint64_t last) {
          return Editor<F>(table).unmap(va, last);
        },
        [](PageTable &table, std::uint64_t va, std::uint64_t last, std::uint32_t how) {
          return Editor<F>(table).protect(va, last, how);
        }};
    return &kOps;
  }
};

} // namespace

const EditOps *edit_ops(Format format) noexcept {
  return visit_format(format, Pick{});
}

} // namespace vmperf::mmu
