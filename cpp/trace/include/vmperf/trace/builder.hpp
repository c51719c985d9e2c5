// Events with addresses to operations with slots. An address names a block while it is live, and
// its slot is the one that was freed last, so that slots stay dense and near each other. Events
// come in the order of time; one that is earlier than the one before takes that one's time.
//   table   open addressing, linear probing, deletion by moving back: 16 bytes an entry, at most
//           half full (Knuth, TAOCP 3, 6.4, algorithm R)
// O(1) an event. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "vmperf/trace/ops.hpp"

namespace vmperf::trace {

/// Address -> slot of the live blocks.
class LiveTable {
public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  LiveTable();
  /// The slot of an address, which is forgotten; kNone where it has none.
  [[nodiscard]] std::uint32_t take(std::uint64_t address) noexcept;
  /// The address must not be there.
  void put(std::uint64_t address, std::uint32_t slot);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
  struct Entry {
    std::uint64_t address;
    std::uint32_t slot;
  };

  [[nodiscard]] std::size_t home(std::uint64_t address) const noexcept;
  void grow();

  std::vector<Entry> entries_;
  std::size_t mask_;
  std::size_t size_ = 0;
};

/// Slots to be had: the one freed last, else a new one.
class Slots {
public:
  [[nodiscard]] std::uint32_t take();
  void give(std::uint32_t slot) { free_.push_back(slot); }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

private:
  std::vector<std::uint32_t> free_;
  std::uint32_t count_ = 0;
};

class Builder {
public:
  /// Appends operations to `ops`, which the caller may empty at any time, and counts in `header`
  /// what is none. Both outlive the builder.
  Builder(Header &header, std::vector<Op> &ops) : header_(&header), ops_(&ops) {}

  /// `kind` allocates. An address that is live already was freed unseen: lost_frees.
  void allocate(Kind kind, std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address,
                std::uint64_t size_bytes, unsigned alignment_log2 = 0);
  void free(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address);
  /// A realloc at one moment: release() and renew().
  void reallocate(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t old_address,
                  std::uint64_t address, std::uint64_t size_bytes);

  /// The beginning of a thread's realloc: from now on others may have the address.
  void release(std::uint64_t thread, std::uint64_t address);
  /// Its end.
  void renew(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address,
             std::uint64_t size_bytes);
  /// Its end where it failed and the block stays where it is.
  void keep(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address);

  [[nodiscard]] std::uint32_t n_slots() const noexcept { return slots_.count(); }
  [[nodiscard]] std::uint32_t n_threads() const noexcept {
    return static_cast<std::uint32_t>(threads_.size());
  }

private:
  struct Thread {
    std::uint64_t id;
    std::uint32_t pending; ///< the slot of a realloc under way
  };

  [[nodiscard]] std::uint32_t index_of(std::uint64_t thread);
  void add(Kind kind, std::uint64_t time_ns, std::uint64_t thread, std::uint32_t slot,
           std::uint64_t size_bytes, unsigned alignment_log2 = 0);
  void forget(std::uint64_t time_ns, std::uint64_t thread, std::uint64_t address);

  Header *header_;
  std::vector<Op> *ops_;
  LiveTable live_;
  LiveTable thread_index_;
  std::vector<Thread> threads_;
  Slots slots_;
  std::uint64_t last_thread_ = 0;
  std::uint32_t last_index_ = LiveTable::kNone;
  std::uint64_t last_ns_ = 0;
};

} // namespace vmperf::trace
