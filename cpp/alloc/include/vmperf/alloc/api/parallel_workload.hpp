// The workload of alloc/parallel and alloc/parallel_cycle: threads that allocate and free for
// themselves, in batches; a batch of one is a pair. Used by benches, designs and peers only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/alloc/api/shared.hpp"

namespace vmperf::alloc {

template <Calls C> class ParallelWorkload final : public SharedWorkload<C> {
public:
  ParallelWorkload(const Face &face, C calls, const SharedSetup &setup)
      : SharedWorkload<C>(face, calls, setup), lanes_(setup.threads), team_(setup.threads) {
    for (unsigned k = 0; k < setup.threads; ++k) {
      lanes_[k].number = k;
      lanes_[k].blocks.resize(setup.all.batch);
    }
    run(4 * setup.all.batch); // every thread's cache is warm before timing
  }

  std::uint64_t run(std::uint64_t n) override {
    team_.run([this, n](unsigned member) { return step(lanes_[member], n); });
    return n;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t wrong = 0;
    for (const Lane &lane : lanes_) {
      wrong |= lane.wrong;
    }
    std::string fault = wrong == 0 ? hold_together() : "";
    return fault.empty() ? this->prove_lanes(wrong) : this->prove(fault, {});
  }

private:
  struct alignas(64) Lane {
    std::uint64_t number = 0;
    std::uint64_t wrong = 0;
    std::vector<void *> blocks;
  };

  [[gnu::noinline]] bench::Progress step(Lane &lane, std::uint64_t n) const {
    const C calls = this->calls_;
    const std::size_t size = this->setup_.size_bytes;
    void **const blocks = lane.blocks.data();
    const std::size_t most = lane.blocks.size();
    const std::uint64_t tag = lane.number << 48U;
    std::uint64_t wrong = 0;
    for (std::uint64_t done = 0; done < n;) {
      const std::size_t batch = std::min<std::uint64_t>(n - done, most);
      for (std::size_t i = 0; i < batch; ++i) {
        blocks[i] = this->template take<Touch::none>(calls, size);
        write_tag(blocks[i], tag + done + i);
      }
      for (std::size_t i = 0; i < batch; ++i) {
        wrong |= tag_fault(blocks[i], tag + done + i);
        calls.deallocate(blocks[i]);
      }
      done += batch;
    }
    lane.wrong |= wrong;
    return bench::Progress::done;
  }

  // All threads hold a batch at once, written wholly.
  [[nodiscard]] std::string hold_together() {
    const std::size_t size = this->setup_.size_bytes;
    team_.run([this, size](unsigned member) {
      for (void *&block : lanes_[member].blocks) {
        block = this->template take<Touch::none>(this->calls_, size);
        if (!this->face_.allocates_nothing) {
          proof::write_all({block, size});
        }
      }
      return bench::Progress::done;
    });
    std::vector<Placed> all;
    for (const Lane &lane : lanes_) {
      for (void *block : lane.blocks) {
        all.push_back({block, size});
      }
    }
    std::string fault = proof::check_addresses(all);
    fault = fault.empty() ? proof::check_stamps(all) : fault;
    team_.run([this](unsigned member) {
      for (void *block : lanes_[member].blocks) {
        this->calls_.deallocate(block);
      }
      return bench::Progress::done;
    });
    return this->face_.allocates_nothing ? "" : fault;
  }

  std::vector<Lane> lanes_;
  bench::Team team_; // last: its threads end before what they use
};

} // namespace vmperf::alloc
