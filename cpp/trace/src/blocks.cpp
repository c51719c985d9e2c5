#include "blocks.hpp"

#include <algorithm>
#include <cerrno>
#include <set>
#include <tuple>
#include <utility>

namespace vmperf::trace {
namespace {

constexpr std::size_t kRecords = kBufferBytes - sizeof(BlockHead);

using Written = std::set<std::pair<std::uint32_t, std::uint64_t>>; // (buffer, sequence)

bool to_head(const std::vector<std::uint8_t> &bytes, BlockHead &head) noexcept {
  if (bytes.size() < sizeof head) {
    return false;
  }
  std::memcpy(&head, bytes.data(), sizeof head);
  return head.magic == kBlockMagic && head.used_bytes <= kRecords;
}

// Where a block begins at or behind an offset: a write that a full disk cut off is followed by
// others. Nothing where there is none.
std::optional<std::uint64_t> resume(InputFile &file, std::uint64_t offset) {
  file.seek(offset);
  std::vector<std::uint8_t> bytes;
  while (!(bytes = file.next(kBufferBytes)).empty()) {
    for (std::size_t i = 0; i + sizeof kBlockMagic <= bytes.size(); ++i) {
      std::uint32_t word = 0;
      std::memcpy(&word, &bytes[i], sizeof word);
      if (word == kBlockMagic) {
        return offset + i;
      }
    }
    if (bytes.size() < kBufferBytes) {
      break;
    }
    offset += bytes.size() - sizeof kBlockMagic + 1;
    file.seek(offset);
  }
  return std::nullopt;
}

void find_written(InputFile &file, Recording &found, Written &written) {
  std::uint64_t offset = 0;
  for (;;) {
    file.seek(offset);
    BlockHead head{};
    const std::vector<std::uint8_t> bytes = file.next(sizeof head);
    if (bytes.empty()) {
      return;
    }
    const bool whole = to_head(bytes, head);
    const std::uint64_t end = offset + sizeof head + head.used_bytes;
    if (whole) {
      file.seek(end);
      BlockHead behind{};
      const std::vector<std::uint8_t> next = file.next(sizeof behind);
      file.seek(end - 1);
      if ((next.empty() && file.next(1).size() == 1) || to_head(next, behind)) {
        found.blocks.push_back({offset + sizeof head, head.first_ticks, head.n_events,
                                head.used_bytes, head.thread, false});
        written.emplace(head.buffer, head.sequence);
        offset = end;
        continue;
      }
    }
    ++found.lost_events; // how many, the recorder has counted where it could
    const std::optional<std::uint64_t> next = resume(file, offset + 1);
    if (!next) {
      return;
    }
    offset = *next;
  }
}

void find_buffered(InputFile &file, Recording &found, const Written &written) {
  for (std::uint32_t i = 0; i < found.head.n_buffers; ++i) {
    const std::uint64_t offset = kSessionBytes + std::uint64_t{i} * kBufferBytes;
    file.seek(offset);
    BlockHead head{};
    if (!to_head(file.next(sizeof head + 1), head) || file.offset() != offset + sizeof head + 1) {
      continue;
    }
    if (!written.contains({i, head.sequence})) {
      found.blocks.push_back({offset + sizeof head, head.first_ticks, 0,
                              static_cast<std::uint32_t>(kRecords), head.thread, true});
    }
  }
}

} // namespace

Recording find_blocks(const std::string &stem) {
  const std::string buffers = stem + ".buf";
  InputFile file(buffers);
  Recording found;
  const std::vector<std::uint8_t> bytes = file.next(kSessionBytes);
  if (bytes.size() < sizeof found.head) {
    throw TraceFormatError(buffers, bytes.size(), "the file ends within its head");
  }
  std::memcpy(&found.head, bytes.data(), sizeof found.head);
  if (found.head.magic != kSessionMagic) {
    throw TraceFormatError(buffers, 0, "not a recording of this version of vmperf");
  }
  found.lost_events = found.head.lost_events;
  Written written;
  try {
    InputFile blocks(stem + ".rec");
    find_written(blocks, found, written);
  } catch (const OsError &error) {
    if (error.code != ENOENT) { // no block was ever full
      throw;
    }
  }
  find_buffered(file, found, written);
  std::ranges::sort(found.blocks, [](const BlockPlace &a, const BlockPlace &b) {
    return std::tuple(a.thread, a.first_ticks, a.in_buffer, a.offset) <
           std::tuple(b.thread, b.first_ticks, b.in_buffer, b.offset);
  });
  return found;
}

std::uint64_t BlockEvents::take(unsigned bytes) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, &records_[at_], bytes);
  at_ += bytes;
  return value;
}

std::optional<RecordedEvent> BlockEvents::next() noexcept {
  if (at_ + 2 > records_.size()) {
    return std::nullopt;
  }
  const auto tag = unsigned{records_[at_]} | unsigned{records_[at_ + 1]} << 8U;
  const auto event = static_cast<Event>(tag & 15U);
  if (event == Event::end || event > Event::keep) {
    return std::nullopt;
  }
  const bool sized = event != Event::free && event != Event::release && event != Event::keep;
  const unsigned n_time = (tag >> 4U & 7U) + 1;
  const unsigned n_distance = (tag >> 7U & 7U) + 1;
  const unsigned n_size = sized ? (tag >> 10U & 7U) + 1 : 0;
  if (at_ + 2 + n_time + n_distance + n_size > records_.size()) {
    return std::nullopt;
  }
  at_ += 2;
  last_.ticks += take(n_time);
  last_.address += unzigzag(take(n_distance));
  last_.size = take(n_size);
  last_.event = event;
  return last_;
}

} // namespace vmperf::trace
