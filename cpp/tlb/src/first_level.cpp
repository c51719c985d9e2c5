#include "vmperf/tlb/first_level.hpp"

#include "vmperf/tlb/any_policy.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

namespace vmperf::tlb {
namespace {

// Set-associative, with a policy. A batch is looked up in order and up to its first miss, so that
// each address sees what those before it have changed.
class PolicyFirst final : public FirstLevel {
public:
  PolicyFirst(const Generations &live, const Shape &shape, Policy policy, std::uint64_t seed)
      : live_(&live), array_(live, shape, policy, seed) {}

  std::uint64_t lookup(std::uint64_t va, Access access, std::uint16_t asid) noexcept override {
    return array_.lookup(va, va >> kSmallShift, live_->key(asid), access);
  }

  std::size_t lookup_some(const Batch &batch, Access access, std::uint16_t asid,
                          std::size_t &done) noexcept override {
    const Key key = live_->key(asid);
    return array_.with([&](auto &array) -> std::size_t {
      for (std::size_t i = 0; i < batch.n; ++i) {
        batch.pa[i] = array.lookup(batch.va[i], batch.va[i] >> kSmallShift, key, access);
        batch.fault[i] = 0;
        if (batch.pa[i] == kMiss) {
          batch.misses[0] = static_cast<std::uint32_t>(i);
          done = i + 1;
          return 1;
        }
      }
      done = batch.n;
      return 0;
    });
  }

  bool fill(std::uint64_t /*va*/, const Translation & /*found*/, const Slot &piece, Key key,
            std::uint16_t /*asid*/, Slot &evicted) override {
    return array_.insert(piece, key, evicted);
  }
  [[nodiscard]] bool holds(std::uint64_t page, Key key) const noexcept override {
    return array_.has(page, key, kAnyPerm);
  }
  void flush() noexcept override {} // of entries by their generation
  void flush_asid(std::uint16_t /*asid*/) noexcept override {}
  void flush_pages(std::uint64_t first, std::uint64_t last, Key key,
                   std::uint16_t /*asid*/) noexcept override {
    array_.erase_pages(first, last, key);
  }
  [[nodiscard]] const char *sync() const noexcept override { return "private"; }

private:
  const Generations *live_;
  AnyPolicyArray array_;
};

} // namespace

std::unique_ptr<FirstLevel> make_first_level(const SoftTlbOptions &options,
                                             const Generations &live) {
  const Shape shape{options.entries, options.ways, kSmallShift, options.index};
  return std::make_unique<PolicyFirst>(live, shape, options.policy, options.seed);
}

} // namespace vmperf::tlb
