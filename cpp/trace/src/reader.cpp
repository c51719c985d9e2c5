#include <algorithm>
#include <cstring>
#include <memory>

#include "bytes.hpp"
#include "crc32.hpp"
#include "layout.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/trace/builder.hpp"
#include "vmperf/trace/file.hpp"

namespace vmperf::trace {
namespace {

class Reader {
public:
  explicit Reader(const std::string &path) : path_(path), file_(path) {}

  AllocationTrace run() {
    read_head();
    while (read_block()) {
    }
    finish();
    return std::move(trace_);
  }

private:
  [[noreturn]] void fail(std::uint64_t offset, const std::string &reason) const {
    throw TraceFormatError(path_, offset, reason);
  }
  void read_head();
  void read_text(const Bytes &text);
  bool read_block();
  void decode(const Bytes &payload, std::uint32_t n_ops, std::uint64_t offset);
  Op decode_op(const std::uint8_t *&at, const std::uint8_t *end, std::uint64_t offset);
  std::uint32_t decode_slot(Kind kind, const std::uint8_t *&at, const std::uint8_t *end,
                            std::uint64_t offset);
  void finish();

  std::string path_;
  InputFile file_;
  AllocationTrace trace_;
  Totals said_;
  std::uint64_t n_blocks_ = 0;
  bool cut_off_ = false;
  Slots slots_;
  std::vector<std::uint8_t> live_; ///< of each slot
  Op last_{};
  std::uint32_t n_threads_ = 0;
};

void Reader::read_head() {
  Bytes head = file_.next(kHeadBytes);
  if (head.size() < kMagic.size() || std::memcmp(head.data(), kMagic.data(), kMagic.size()) != 0) {
    fail(0, "not an allocation trace of vmperf");
  }
  if (head.size() < kHeadBytes) {
    fail(head.size(), "the file ends within its head");
  }
  if (const auto version = get<std::uint16_t>(&head[8]); version != kVersion) {
    fail(8,
         "version " + std::to_string(version) + "; this build reads " + std::to_string(kVersion));
  }
  const auto text_bytes = get<std::uint32_t>(&head[12]);
  if (text_bytes > kMostTextBytes) {
    fail(12, "a text of " + std::to_string(text_bytes) + " bytes");
  }
  const Bytes text = file_.next(text_bytes);
  if (text.size() != text_bytes) {
    fail(kHeadBytes + text.size(), "the file ends within its head");
  }
  const std::uint32_t crc = crc32(crc32(0, head.data(), kHeadBytes - 4), text.data(), text.size());
  if (crc != get<std::uint32_t>(&head[kHeadBytes - 4])) {
    fail(kHeadBytes - 4, "the head is damaged: its checksum differs");
  }
  said_ = {get<std::uint64_t>(&head[16]), get<std::uint64_t>(&head[72]),
           get<std::uint32_t>(&head[24]), get<std::uint32_t>(&head[28])};
  Header &header = trace_.header;
  header.sampled = (get<std::uint16_t>(&head[10]) & 1U) != 0;
  header.process_id = get<std::uint64_t>(&head[32]);
  header.unmatched_frees = get<std::uint64_t>(&head[40]);
  header.unmatched_reallocs = get<std::uint64_t>(&head[48]);
  header.lost_frees = get<std::uint64_t>(&head[56]);
  header.lost_ops = get<std::uint64_t>(&head[64]);
  read_text(text);
  // An operation takes two bytes at least: what a head says costs no more memory than its file has.
  trace_.ops.reserve(std::min(said_.n_ops, file_.size() / 2));
}

void Reader::read_text(const Bytes &text) {
  Header &header = trace_.header;
  std::size_t at = 0;
  for (std::string *part : {&header.command, &header.machine, &header.clock, &header.source}) {
    const std::size_t left = text.size() - at;
    const std::size_t length = left < 4 ? left : get<std::uint32_t>(&text[at]);
    if (left < 4 || length > left - 4) {
      fail(kHeadBytes + at, "a text goes past the head's end");
    }
    part->assign(reinterpret_cast<const char *>(text.data()) + at + 4, length);
    at += 4 + length;
  }
}

bool Reader::read_block() {
  const std::uint64_t offset = file_.offset();
  const Bytes head = file_.next(kBlockHeadBytes);
  if (head.size() < kBlockHeadBytes) {
    cut_off_ = !head.empty();
    return false;
  }
  if (get<std::uint32_t>(head.data()) != kTraceBlockMagic ||
      crc32(0, head.data(), 20) != get<std::uint32_t>(&head[20])) {
    fail(offset, "no block begins here");
  }
  const auto n_ops = get<std::uint32_t>(&head[4]);
  const auto bytes = get<std::uint32_t>(&head[8]);
  if (n_ops == 0 || n_ops > kMostBlockOps || bytes > n_ops * kMostOpBytes) {
    fail(offset + 4, "a block of " + std::to_string(n_ops) + " operations in " +
                         std::to_string(bytes) + " bytes");
  }
  const Bytes payload = file_.next(bytes);
  if (payload.size() < bytes) {
    cut_off_ = true;
    return false;
  }
  if (crc32(0, payload.data(), bytes) != get<std::uint32_t>(&head[12])) {
    fail(offset + 12, "the block is damaged: its checksum differs");
  }
  decode(payload, n_ops, offset + kBlockHeadBytes);
  ++n_blocks_;
  return true;
}

void Reader::decode(const Bytes &payload, std::uint32_t n_ops, std::uint64_t offset) {
  const std::uint8_t *at = payload.data();
  const std::uint8_t *end = at + payload.size();
  for (std::uint32_t i = 0; i < n_ops; ++i) {
    const std::uint64_t here = offset + static_cast<std::uint64_t>(at - payload.data());
    last_ = decode_op(at, end, here);
    trace_.ops.push_back(last_);
  }
  if (at != end) {
    fail(offset + static_cast<std::uint64_t>(at - payload.data()),
         "bytes behind the last operation of a block");
  }
}

Op Reader::decode_op(const std::uint8_t *&at, const std::uint8_t *end, std::uint64_t offset) {
  if (at == end) {
    fail(offset, "a block ends before its last operation");
  }
  const unsigned first = *at++;
  if ((first & 7U) >= kKinds) {
    fail(offset, "an operation of kind " + std::to_string(first & 7U));
  }
  Op op{last_.time_ns, 0, 0, last_.thread, static_cast<Kind>(first & 7U), 0};
  std::uint64_t since = 0;
  std::uint64_t thread = op.thread;
  bool good = get_varint(at, end, since) && since < std::uint64_t{1} << 60U;
  good = good && ((first & 8U) == 0 || get_varint(at, end, thread));
  good = good && (op.kind == Kind::free || get_varint(at, end, op.size_bytes));
  if (good && op.kind == Kind::aligned) {
    good = at != end && *at < 64;
    op.alignment_log2 = good ? *at++ : 0;
  }
  since = since << 4U | first >> 4U;
  // A thread is new only as the next number, so that an array of them stays small.
  if (!good || thread > n_threads_ || since > ~op.time_ns) {
    fail(offset, "an operation whose fields are out of range");
  }
  n_threads_ = thread == n_threads_ ? n_threads_ + 1 : n_threads_;
  op.thread = static_cast<std::uint32_t>(thread);
  op.time_ns += since;
  op.slot = decode_slot(op.kind, at, end, offset);
  return op;
}

std::uint32_t Reader::decode_slot(Kind kind, const std::uint8_t *&at, const std::uint8_t *end,
                                  std::uint64_t offset) {
  if (allocates(kind)) {
    const std::uint32_t slot = slots_.take();
    if (slot == live_.size()) {
      live_.push_back(1);
    }
    live_[slot] = 1;
    return slot;
  }
  std::uint64_t distance = 0;
  const bool good = get_varint(at, end, distance);
  const std::uint64_t slot = last_.slot + unzigzag(distance);
  if (!good || slot >= live_.size() || live_[slot] == 0) {
    fail(offset, "a block is freed or moved that is not live");
  }
  if (kind == Kind::free) {
    live_[slot] = 0;
    slots_.give(static_cast<std::uint32_t>(slot));
  }
  return static_cast<std::uint32_t>(slot);
}

void Reader::finish() {
  const std::uint64_t n_ops = trace_.ops.size();
  trace_.n_slots = slots_.count();
  trace_.n_threads = n_threads_;
  if (cut_off_ || n_blocks_ < said_.n_blocks) {
    // A writer that was ended wrote no totals: then nobody knows how many are missing.
    trace_.header.lost_ops += n_ops < said_.n_ops ? said_.n_ops - n_ops : 1;
  } else if (n_ops != said_.n_ops || n_blocks_ != said_.n_blocks ||
             trace_.n_slots != said_.n_slots || n_threads_ != said_.n_threads) {
    fail(16, "the head's totals are not those of the blocks");
  }
}

} // namespace

AllocationTrace read_vmt(const std::string &path) {
  return Reader(path).run();
}

} // namespace vmperf::trace
