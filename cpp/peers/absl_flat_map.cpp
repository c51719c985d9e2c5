// absl::flat_hash_map from page number to entry, reserved, with Abseil's own hash: in a shared
// library (shared/absl_map.cpp) that is built where Abseil is found, and opened at run time.
// Source: Abseil, absl/container/flat_hash_map.h.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "library.hpp"
#include "shared/absl_map.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/tlb/api.hpp"

namespace vmperf::peers {
namespace {

struct Api {
  const VmperfAbslApi *(*get)() = nullptr;
  std::string version;
};

const Library<Api> &library() {
  static const Library<Api> found({
      .names = {"libvmperf_peer_absl.so"},
      .what = "absl::flat_hash_map",
      .remedy = "install Abseil with its CMake files (Debian's libabsl-dev) and rebuild",
      .take =
          [](Symbols &from, Api &api) {
            from.take(kVmperfAbslApi, api.get);
            if (api.get != nullptr) {
              api.version = api.get()->version;
            }
          },
  });
  return found;
}

class AbslMap {
public:
  explicit AbslMap(std::size_t entries)
      : api_(library().require().get()), map_(api_->make(entries), api_->drop) {
    if (map_ == nullptr) {
      throw std::bad_alloc();
    }
  }

  class Reader {
  public:
    Reader(const VmperfAbslApi *api, const VmperfAbslMap *map) : api_(api), map_(map) {}
    [[nodiscard]] std::uint64_t lookup(std::uint64_t va) const { return api_->lookup(map_, va); }
    [[nodiscard]] std::uint64_t sum(const std::uint64_t *vas, std::size_t n) const {
      return api_->sum(map_, vas, n);
    }
    [[nodiscard]] std::uint64_t chase(std::uint64_t va, std::uint64_t n) const {
      return api_->chase(map_, va, n);
    }

  private:
    const VmperfAbslApi *api_;
    const VmperfAbslMap *map_;
  };
  [[nodiscard]] Reader reader() const noexcept { return {api_, map_.get()}; }

  void fill(std::uint64_t va, std::uint64_t pa) { api_->fill(map_.get(), va, pa); }
  void flush() { api_->flush(map_.get()); }

private:
  const VmperfAbslApi *api_;
  std::unique_ptr<VmperfAbslMap, void (*)(VmperfAbslMap *)> map_;
};

} // namespace

void declare_absl_flat_map(bench::Registry &registry) {
  // Lookups alone: what else a TLB does would pay a call that the maps compiled in do not.
  registry
      .design("tlb", "absl_flat_map",
              "absl::flat_hash_map, reserved: open addressing, its loops in its own library")
      .runs("tlb/lookup", tlb::tlb_maker<tlb::LookupWorkload, AbslMap>())
      .peer()
      .available([] { return library().probe(); });
}

} // namespace vmperf::peers
