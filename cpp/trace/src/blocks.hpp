// A recording's blocks, found and decoded: the reading half of recording.hpp. Whatever is in the
// files, nothing is read outside of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "recording.hpp"

namespace vmperf::trace {

struct BlockPlace {
  std::uint64_t offset; ///< of its records
  std::uint64_t first_ticks;
  std::uint64_t n_events; ///< 0 where it was still in its buffer
  std::uint32_t used_bytes;
  std::uint32_t thread;
  bool in_buffer; ///< in the .buf, not the .rec
};

/// A recording's files and where each block of them is.
struct Recording {
  SessionHead head{};
  std::vector<BlockPlace> blocks; ///< in the order of threads, then of time
  std::uint64_t lost_events = 0;
};

/// TraceFormatError where the .buf is no recording; a .rec may be missing.
[[nodiscard]] Recording find_blocks(const std::string &stem);

struct RecordedEvent {
  std::uint64_t ticks;
  std::uint64_t address;
  std::uint64_t size;
  Event event;
};

/// The events of one block, one after the other.
class BlockEvents {
public:
  BlockEvents() = default;
  BlockEvents(std::vector<std::uint8_t> records, std::uint64_t first_ticks)
      : records_(std::move(records)), last_{first_ticks, 0, 0, Event::end} {}

  /// Nothing at the block's end, also where it is damaged.
  [[nodiscard]] std::optional<RecordedEvent> next() noexcept;

private:
  [[nodiscard]] std::uint64_t take(unsigned bytes) noexcept;

  std::vector<std::uint8_t> records_;
  std::size_t at_ = 0;
  RecordedEvent last_{};
};

} // namespace vmperf::trace
