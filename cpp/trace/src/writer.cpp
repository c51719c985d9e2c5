#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "crc32.hpp"
#include "layout.hpp"
#include "output_file.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/trace/builder.hpp"
#include "vmperf/trace/file.hpp"

namespace vmperf::trace {

Bytes encode_head(const Header &header, const Totals &totals) {
  Bytes text;
  for (const std::string *part :
       {&header.command, &header.machine, &header.clock, &header.source}) {
    const std::size_t length = std::min(part->size(), kMostTextBytes / 8);
    put(text, static_cast<std::uint32_t>(length));
    text.insert(text.end(), part->begin(), part->begin() + static_cast<std::ptrdiff_t>(length));
  }
  Bytes head(kMagic.begin(), kMagic.end());
  put(head, kVersion);
  put(head, static_cast<std::uint16_t>(header.sampled ? 1 : 0));
  put(head, static_cast<std::uint32_t>(text.size()));
  put(head, totals.n_ops);
  put(head, totals.n_slots);
  put(head, totals.n_threads);
  for (const std::uint64_t count :
       {header.process_id, header.unmatched_frees, header.unmatched_reallocs, header.lost_frees,
        header.lost_ops, totals.n_blocks, std::uint64_t{0}}) {
    put(head, count);
  }
  head.resize(kHeadBytes - 4);
  const std::uint32_t crc = crc32(crc32(0, head.data(), head.size()), text.data(), text.size());
  put(head, crc);
  head.insert(head.end(), text.begin(), text.end());
  return head;
}

namespace {

[[noreturn]] void refuse(const char *what, std::uint64_t value, std::uint64_t index,
                         const char *allowed) {
  throw InvalidArgumentError(std::string(what) + " of operation " + std::to_string(index),
                             std::to_string(value), allowed);
}

} // namespace

struct Writer::State {
  std::string path;
  File file;
  Totals totals;
  Bytes payload;
  std::uint32_t n_in_block = 0;
  std::vector<std::uint32_t> slot_of; ///< the file's slot of a slot of the caller, or kNone
  LiveTable thread_of;                ///< the file's number of a thread of the caller
  Slots slots;
  std::uint64_t last_ns = 0;
  std::uint32_t last_slot = 0;
  std::uint32_t last_thread = 0;
  std::size_t head_bytes = 0;

  void append(const void *data, std::size_t bytes) const {
    if (std::fwrite(data, 1, bytes, file.get()) != bytes) {
      fail("write", path);
    }
  }
  [[nodiscard]] std::uint32_t rename(const Op &op);
  [[nodiscard]] std::uint32_t rename_thread(std::uint32_t thread);
  void encode(const Op &op, std::uint32_t slot, std::uint32_t thread);
  void flush();
};

// The file's own slot of an operation, after it was seen to be one.
std::uint32_t Writer::State::rename(const Op &op) {
  constexpr std::uint32_t kNone = LiveTable::kNone;
  if (static_cast<std::size_t>(op.kind) >= kKinds) {
    refuse("kind", static_cast<std::uint64_t>(op.kind), totals.n_ops, "0 to 4");
  }
  if (op.time_ns < last_ns) {
    refuse("time_ns", op.time_ns, totals.n_ops, "not before that of the operation before it");
  }
  if (op.alignment_log2 > 63) {
    refuse("alignment_log2", op.alignment_log2, totals.n_ops, "0 to 63");
  }
  if (op.slot >= slot_of.size()) {
    if (op.slot > 2 * totals.n_ops + kMostBlockOps) {
      refuse("slot", op.slot, totals.n_ops, "a dense number");
    }
    slot_of.resize(std::max<std::size_t>(op.slot + std::size_t{1}, 2 * slot_of.size()), kNone);
  }
  std::uint32_t &slot = slot_of[op.slot];
  if (allocates(op.kind)) {
    if (slot != kNone) {
      refuse("slot", op.slot, totals.n_ops, "one that is free");
    }
    slot = slots.take();
    return slot;
  }
  if (slot == kNone) {
    refuse("slot", op.slot, totals.n_ops, "one that is live");
  }
  const std::uint32_t named = slot;
  if (op.kind == Kind::free) {
    slots.give(slot);
    slot = kNone;
  }
  return named;
}

// Numbers of threads are in the order of their first operations.
std::uint32_t Writer::State::rename_thread(std::uint32_t thread) {
  std::uint32_t named = thread_of.take(thread);
  named = named == LiveTable::kNone ? totals.n_threads++ : named;
  thread_of.put(thread, named);
  return named;
}

void Writer::State::encode(const Op &op, std::uint32_t slot, std::uint32_t thread) {
  const std::uint64_t since = op.time_ns - last_ns;
  const bool moved = thread != last_thread;
  payload.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(op.kind) | (moved ? 8U : 0U) |
                                              (since & 15U) << 4U));
  put_varint(payload, since >> 4U);
  if (moved) {
    put_varint(payload, thread);
  }
  if (op.kind != Kind::free) {
    put_varint(payload, op.size_bytes);
  }
  if (op.kind == Kind::aligned) {
    payload.push_back(op.alignment_log2);
  }
  if (!allocates(op.kind)) {
    put_varint(payload, zigzag(std::uint64_t{slot} - last_slot));
  }
  last_ns = op.time_ns;
  last_thread = thread;
  last_slot = slot;
}

void Writer::State::flush() {
  if (n_in_block == 0) {
    return;
  }
  Bytes head;
  put(head, kTraceBlockMagic);
  put(head, n_in_block);
  put(head, static_cast<std::uint32_t>(payload.size()));
  put(head, crc32(0, payload.data(), payload.size()));
  put(head, std::uint32_t{0});
  put(head, crc32(0, head.data(), head.size()));
  append(head.data(), head.size());
  append(payload.data(), payload.size());
  payload.clear();
  n_in_block = 0;
  ++totals.n_blocks;
}

Writer::Writer(std::string path) : state_(std::make_unique<State>()) {
  state_->path = std::move(path);
  state_->file = open_output(state_->path);
}
Writer::Writer(Writer &&) noexcept = default;
Writer &Writer::operator=(Writer &&) noexcept = default;

Writer::~Writer() {
  if (state_ != nullptr && state_->file != nullptr) {
    state_->file.reset();
    std::remove((state_->path + ".part").c_str());
  }
}

void Writer::begin(const Header &header) {
  const Bytes head = encode_head(header, {});
  state_->head_bytes = head.size();
  state_->append(head.data(), head.size());
}

void Writer::add(std::span<const Op> ops) {
  State &state = *state_;
  for (const Op &op : ops) {
    const std::uint32_t slot = state.rename(op);
    state.encode(op, slot, state.rename_thread(op.thread));
    ++state.totals.n_ops;
    if (++state.n_in_block == kMostBlockOps) {
      state.flush();
    }
  }
}

void Writer::close(const Header &header) {
  State &state = *state_;
  state.flush();
  state.totals.n_slots = state.slots.count();
  const Bytes head = encode_head(header, state.totals);
  if (head.size() != state.head_bytes) {
    throw InvalidArgumentError("header", "of another length", "the texts that begin() was given");
  }
  if (std::fseek(state.file.get(), 0, SEEK_SET) != 0) {
    fail("seek", state.path);
  }
  state.append(head.data(), head.size());
  finish_output(std::move(state.file), state.path);
}

void write_vmt(const std::string &path, const AllocationTrace &trace) {
  Writer writer(path);
  writer.begin(trace.header);
  writer.add(trace.ops);
  writer.close(trace.header);
}

} // namespace vmperf::trace
