// Allocation traces on disk, `.vmt`, and the reading of what else is an allocation trace.
//
//   head    96 bytes, little endian: magic "vmptrace" | version u16 | flags u16 (1 sampled) |
//           bytes of text u32 | n_ops u64 | n_slots u32 | n_threads u32 | process u64 |
//           unmatched frees u64, reallocs u64 | lost frees u64, operations u64 | n_blocks u64 |
//           0 | CRC u32 of the head before it and the text
//   text    command, machine, clock, source: length u32, bytes
//   block   magic "blk1" u32 | n_ops u32 | bytes u32 | CRC u32 of them | 0 u32 | CRC u32 of this
//           head; then one operation after the other, merged over threads in the order of time:
//             byte     kind 3 bits | another thread than before 1 bit | low 4 bits of the time
//             varint   the rest of the time since the operation before, in ns
//             varint   the thread, where it is another
//             varint   size, where the kind has one; a byte: log2 of the alignment, of aligned
//             varint   of realloc and free: zigzag(slot - slot of the operation before)
// An allocation has no slot in the file: it is the one freed last, else a new one. 3 to 5 bytes an
// operation. CRC is that of zlib (0xedb88320). A file that ends early is read to its last whole
// block, and what is missing counted; any other damage is a TraceFormatError with path and offset.
// O(1) an operation, read in 20 to 30 ns, a third of it first touch of the array. One thread a
// writer; readers share nothing.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vmperf/trace/ops.hpp"

namespace vmperf::trace {

/// A file under way: `path` with ".part" behind it until close() puts it in place; removed where
/// it is never closed.
class Writer {
public:
  /// OsError where the file cannot be made.
  explicit Writer(std::string path);
  Writer(const Writer &) = delete;
  Writer &operator=(const Writer &) = delete;
  Writer(Writer &&) noexcept;
  Writer &operator=(Writer &&) noexcept;
  ~Writer();

  /// Texts and flags, which stand before the operations: once, first.
  void begin(const Header &header);
  /// Operations in the order of time. Slots may be any numbers; the file has its own. A
  /// InvalidArgumentError where an operation is none: a slot taken or freed twice, time backwards.
  void add(std::span<const Op> ops);
  /// Puts the file in place. OsError where that fails.
  void close(const Header &header);

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes a whole trace. Errors as Writer.
void write_vmt(const std::string &path, const AllocationTrace &trace);

/// Reads a `.vmt`. OsError where it cannot be opened, TraceFormatError where it is damaged.
[[nodiscard]] AllocationTrace read_vmt(const std::string &path);

enum class Format : std::uint8_t { vmperf, memray, memory_replay };
/// What a file is by its first bytes; TraceFormatError where it is none of them.
[[nodiscard]] Format format_of(const std::string &path);

/// Android's memory_replay text: a line `tid: op address arguments [start_ns end_ns]`, op one of
/// malloc, calloc, realloc, memalign, free and thread_done. Errors as read_vmt(), offset and line
/// named.
[[nodiscard]] AllocationTrace read_memory_replay(const std::string &path);
/// The same text of a trace; addresses are made up, each slot has its own.
void write_memory_replay(const std::string &path, const AllocationTrace &trace);

} // namespace vmperf::trace
