// A user's malloc and free as a design of the pool benchmarks: called through pointers, as every
// user of a shared library calls them.
#include <new>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/api/many.hpp"
#include "vmperf/pool/api/shared.hpp"

namespace vmperf::pool {
namespace {

struct Functions {
  void *(*malloc)(std::size_t);
  void (*free)(void *);
};

// A workload makes its design from sizes alone, so the functions of the one under construction in
// this thread stand here for that long.
thread_local const Functions *under_construction = nullptr;

class Imported {
public:
  Imported(std::size_t item_bytes, std::size_t /*capacity*/)
      : functions_(*under_construction), item_bytes_(item_bytes) {}

  // Null is looked for on every call, as a user must: one compare and branch.
  void *allocate() {
    void *item = functions_.malloc(item_bytes_);
    if (item == nullptr) [[unlikely]] {
      fail();
    }
    return item;
  }
  void deallocate(void *item) const { functions_.free(item); }

private:
  [[noreturn, gnu::noinline, gnu::cold]] void fail() const {
    throw VmperfError("malloc(" + std::to_string(item_bytes_) + ") returned null");
  }

  Functions functions_;
  std::size_t item_bytes_;
};

struct Scope {
  explicit Scope(const Functions &now) { under_construction = &now; }
  Scope(const Scope &) = delete;
  Scope &operator=(const Scope &) = delete;
  ~Scope() { under_construction = nullptr; }
};

bench::Maker with(const Functions &functions, bench::Maker maker) {
  return [functions, maker = std::move(maker)](const bench::Params &params) {
    const Scope scope(functions);
    return maker(params);
  };
}

bench::Design &enter(bench::Registry &registry, std::string name, std::string summary,
                     std::span<void *const> functions) {
  const Functions imported{
      .malloc = reinterpret_cast<void *(*)(std::size_t)>(functions[0]),
      .free = reinterpret_cast<void (*)(void *)>(functions[1]),
  };
  const auto make = [imported]<template <class> class W>(Tag<W>,
                                                         const Setup &setup) -> bench::WorkloadPtr {
    const Scope scope(imported);
    return std::make_unique<W<Imported>>(setup);
  };
  return add_pool_design_by(registry, std::move(name), std::move(summary), make)
      .runs("pool/checked", with(imported, pair_or_batch_maker<Imported>()))
      .runs("pool/shared", with(imported, shared_maker<Imported>()))
      .runs("pool/many", with(imported, many_maker<Imported>()));
}

} // namespace

void declare_designs_imported(bench::Registry &registry) {
  registry.importer("pool", {"malloc", "free"}, enter);
}

} // namespace vmperf::pool
