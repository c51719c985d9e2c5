// A PolicyArray whose policy is chosen at run time. One dispatch per call, over nine types: code
// that looks up in a loop asks with() once and holds the loop inside. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "vmperf/tlb/policy_array.hpp"
#include "vmperf/tlb/rrip.hpp"
#include "vmperf/tlb/visit.hpp"

namespace vmperf::tlb {

class AnyPolicyArray {
public:
  AnyPolicyArray(const Generations &live, const Shape &shape, Policy policy, std::uint64_t seed)
      : array_(make(live, shape, policy, seed)) {}

  template <class F> decltype(auto) with(F &&work) noexcept { return visit_held(array_, work); }
  template <class F> decltype(auto) with(F &&work) const noexcept {
    return visit_held(array_, work);
  }

  std::uint64_t lookup(std::uint64_t va, std::uint64_t page, Key key, Access access) noexcept {
    return with([&](auto &array) { return array.lookup(va, page, key, access); });
  }
  bool lookup(std::uint64_t page, Key key, Access access, Slot &found) noexcept {
    return with([&](auto &array) { return array.lookup(page, key, access, found); });
  }
  [[nodiscard]] bool has(std::uint64_t page, Key key, std::uint8_t perms) const noexcept {
    return with([&](const auto &array) { return array.has(page, key, perms); });
  }
  bool insert(const Slot &slot, Key key, Slot &evicted) noexcept {
    return with([&](auto &array) { return array.insert(slot, key, evicted); });
  }
  bool erase(std::uint64_t page, Key key) noexcept {
    return with([&](auto &array) { return array.erase(page, key); });
  }
  void erase_pages(std::uint64_t first, std::uint64_t last, Key key) noexcept {
    with([&](auto &array) { array.erase_pages(first, last, key); });
  }
  [[nodiscard]] const Shape &shape() const noexcept {
    return with([](const auto &array) -> const Shape & { return array.shape(); });
  }

private:
  using Array = std::variant<PolicyArray<Lru>, PolicyArray<TreePlru>, PolicyArray<BitPlru>,
                             PolicyArray<Nru>, PolicyArray<Fifo>, PolicyArray<Random>,
                             PolicyArray<Srrip>, PolicyArray<Brrip>, PolicyArray<Drrip>>;

  static Array make(const Generations &live, const Shape &shape, Policy policy,
                    std::uint64_t seed) {
    switch (policy) {
    case Policy::lru:
      return PolicyArray<Lru>(live, shape, seed);
    case Policy::plru:
      return PolicyArray<TreePlru>(live, shape, seed);
    case Policy::bit_plru:
      return PolicyArray<BitPlru>(live, shape, seed);
    case Policy::nru:
      return PolicyArray<Nru>(live, shape, seed);
    case Policy::fifo:
      return PolicyArray<Fifo>(live, shape, seed);
    case Policy::random:
      return PolicyArray<Random>(live, shape, seed);
    case Policy::srrip:
      return PolicyArray<Srrip>(live, shape, seed);
    case Policy::brrip:
      return PolicyArray<Brrip>(live, shape, seed);
    case Policy::drrip:
      break;
    }
    return PolicyArray<Drrip>(live, shape, seed);
  }

  Array array_;
};

} // namespace vmperf::tlb
