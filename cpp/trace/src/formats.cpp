// What a file is by its first bytes; a trace as memory_replay text.
#include <cstdio>
#include <string_view>
#include <utility>

#include "bytes.hpp"
#include "layout.hpp"
#include "output_file.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/trace/file.hpp"

namespace vmperf::trace {
namespace {

constexpr std::uint64_t kFirstAddress = 0x100000000U;
constexpr std::uint64_t kStep = std::uint64_t{1} << 32U; // no block of a slot reaches the next's

void print(std::FILE *file, const Op &op) {
  const unsigned long long address = kFirstAddress + op.slot * kStep;
  const unsigned long long size = op.size_bytes;
  const unsigned long long time = op.time_ns;
  switch (op.kind) {
  case Kind::malloc:
    std::fprintf(file, "%u: malloc 0x%llx %llu", op.thread, address, size);
    break;
  case Kind::calloc:
    std::fprintf(file, "%u: calloc 0x%llx 1 %llu", op.thread, address, size);
    break;
  case Kind::realloc:
    std::fprintf(file, "%u: realloc 0x%llx 0x%llx %llu", op.thread, address, address, size);
    break;
  case Kind::aligned:
    std::fprintf(file, "%u: memalign 0x%llx %llu %llu", op.thread, address,
                 1ULL << (op.alignment_log2 & 63U), size);
    break;
  case Kind::free:
    std::fprintf(file, "%u: free 0x%llx", op.thread, address);
    break;
  }
  std::fprintf(file, " %llu %llu\n", time, time);
}

} // namespace

Format format_of(const std::string &path) {
  InputFile file(path);
  const std::vector<std::uint8_t> bytes = file.next(256);
  const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  if (text.starts_with(std::string_view(kMagic.data(), kMagic.size()))) {
    return Format::vmperf;
  }
  // memray compresses what it has closed: the magic of an LZ4 frame.
  if (text.starts_with("memray") || text.starts_with("\x04\x22\x4d\x18")) {
    return Format::memray;
  }
  const std::size_t colon = text.find(": ");
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (colon != std::string_view::npos && colon != 0 && digits == colon) {
    return Format::memory_replay;
  }
  throw TraceFormatError(path, 0,
                         "no allocation trace: neither of vmperf, nor a capture of memray, nor "
                         "text of memory_replay");
}

void write_memory_replay(const std::string &path, const AllocationTrace &trace) {
  File file = open_output(path);
  for (const Op &op : trace.ops) {
    print(file.get(), op);
  }
  finish_output(std::move(file), path);
}

} // namespace vmperf::trace
