// The API "memops": what a memory library brings to be a design of the memops benchmarks. A
// function object that copies is all that is asked: `void fn(void *dst, const void *src, size_t
// n)`, where an object that holds a pointer (Indirect) is how a library loaded at run time is
// called. Used by benches, designs and peers only: no part of memops itself depends on bench.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/memops/api/batch_workload.hpp"
#include "vmperf/memops/api/copy_workload.hpp"
#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

/// A function behind a pointer that no compiler sees through.
template <class Function> class Indirect {
public:
  explicit Indirect(Function *function) noexcept : function_(bench::opaque(function)) {}

  template <class... Args> [[gnu::always_inline]] auto operator()(Args... args) const {
    return function_(args...);
  }

private:
  Function *function_;
};

/// A maker that asks get() for the maker with each workload: of functions that a library, or this
/// CPU, may turn out not to have.
template <class Get> [[nodiscard]] bench::Maker late_maker(Get get) {
  return [get](const bench::Params &params) -> bench::WorkloadPtr { return get()(params); };
}

/// Adds a design to the benchmarks of copies that do not overlap.
template <class Fn>
bench::Design &add_copy_design(bench::Registry &registry, std::string name, std::string summary,
                               Fn fn) {
  return registry.design("memops", std::move(name), std::move(summary))
      .runs("memops/copy", copy_maker(fn, make_pairs))
      .runs("memops/copy_mix", copy_maker(fn, make_mix))
      .runs("memops/batch", loop_maker(fn));
}

} // namespace vmperf::memops
