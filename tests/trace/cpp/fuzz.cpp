// Files that are almost right, read under sanitizers: a good file with some bytes changed and its
// checksums made right again, text of memory_replay likewise, and what a recorder left. Whatever is
// read must be whole: each operation one, each slot below n_slots. As a libFuzzer target the bytes
// stand in for the changed file.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../../../cpp/trace/src/blocks.hpp"
#include "../../../cpp/trace/src/crc32.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/trace/file.hpp"
#include "vmperf/trace/generate.hpp"
#include "vmperf/trace/stats.hpp"

namespace {

using namespace vmperf::trace;
using Bytes = std::vector<std::uint8_t>;
std::string g_stem;
std::uint64_t g_read = 0;

Bytes content(const std::string &path) {
  vmperf::trace::InputFile file(path);
  return file.next(std::size_t{1} << 26U);
}

void put(const std::string &path, const Bytes &bytes) {
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) {
    std::abort();
  }
  std::fclose(file);
}

void store(Bytes &bytes, std::size_t at, std::uint32_t value) {
  std::memcpy(&bytes[at], &value, sizeof value);
}
std::uint32_t load(const Bytes &bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, &bytes[at], sizeof value);
  return value;
}

// Checksums of a .vmt made right, as far as it has the parts.
void seal(Bytes &bytes) {
  if (bytes.size() < 96) {
    return;
  }
  const std::size_t text = load(bytes, 12);
  if (text > bytes.size() - 96) {
    return;
  }
  store(bytes, 92, crc32(crc32(0, bytes.data(), 92), bytes.data() + 96, text));
  for (std::size_t at = 96 + text; at + 24 <= bytes.size();) {
    const std::size_t n = load(bytes, at + 8);
    if (n > bytes.size() - at - 24) {
      return;
    }
    store(bytes, at, 0x316b6c62U);
    store(bytes, at + 12, crc32(0, &bytes[at + 24], n));
    store(bytes, at + 20, crc32(0, &bytes[at], 20));
    at += 24 + n;
  }
}

void check(const AllocationTrace &trace) {
  std::vector<bool> live(trace.n_slots);
  std::uint64_t last = 0;
  for (const Op &op : trace.ops) {
    if (op.slot >= trace.n_slots || op.thread >= trace.n_threads || op.time_ns < last ||
        live[op.slot] == allocates(op.kind)) {
      std::printf("not a trace\n");
      std::abort();
    }
    live[op.slot] = op.kind != Kind::free;
    last = op.time_ns;
  }
  if (stats(trace, 7).curve_time_ns.size() != 7) {
    std::abort();
  }
  ++g_read;
}

void try_file(const Bytes &bytes, const char *ending,
              AllocationTrace (*read)(const std::string &)) {
  const std::string path = g_stem + ending;
  put(path, bytes);
  try {
    check(read(path));
  } catch (const vmperf::TraceFormatError &error) {
    if (error.path != path || error.offset > bytes.size()) {
      std::printf("an offset outside: %s\n", error.what());
      std::abort();
    }
  }
}

void try_recording(const Bytes &buffers, const Bytes &blocks) {
  put(g_stem + ".buf", buffers);
  put(g_stem + ".rec", blocks);
  try {
    const Recording found = find_blocks(g_stem);
    InputFile file(g_stem + ".rec");
    for (const BlockPlace &place : found.blocks) {
      file.seek(place.offset);
      BlockEvents events(file.next(place.used_bytes), place.first_ticks);
      while (events.next()) {
        ++g_read;
      }
    }
  } catch (const vmperf::TraceFormatError &) {
  }
}

Bytes changed(Bytes bytes, vmperf::CounterRng &rng) {
  for (std::uint64_t i = 1 + rng.below(6); i != 0 && !bytes.empty(); --i) {
    const std::size_t at = rng.below(bytes.size());
    switch (rng.below(5)) {
    case 0:
      bytes[at] = static_cast<std::uint8_t>(rng.next());
      break;
    case 1:
      bytes[at] ^= static_cast<std::uint8_t>(1U << rng.below(8));
      break;
    case 2:
      bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 3:
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), 0xff);
      break;
    default:
      bytes.resize(rng.below(8) == 0 ? at : bytes.size());
      break;
    }
  }
  return bytes;
}

Bytes recording_block(std::uint64_t seed) {
  vmperf::CounterRng rng(seed, 9);
  BlockHead head{kBlockMagic, 0, 0, 0, 0, 1000, 0};
  Bytes records;
  for (int i = 0; i < 40; ++i) {
    const auto event = static_cast<unsigned>(1 + rng.below(7));
    const unsigned n_time = static_cast<unsigned>(rng.below(8));
    const unsigned n_address = static_cast<unsigned>(rng.below(8));
    const unsigned n_size = static_cast<unsigned>(rng.below(8));
    const unsigned tag = event | n_time << 4U | n_address << 7U | n_size << 10U;
    records.push_back(static_cast<std::uint8_t>(tag));
    records.push_back(static_cast<std::uint8_t>(tag >> 8U));
    for (unsigned k = 0; k < n_time + n_address + 2 + (event < 4 || event == 6 ? n_size + 1 : 0);
         ++k) {
      records.push_back(static_cast<std::uint8_t>(rng.next()));
    }
  }
  head.used_bytes = static_cast<std::uint32_t>(records.size());
  head.n_events = 40;
  Bytes bytes(sizeof head);
  std::memcpy(bytes.data(), &head, sizeof head);
  bytes.insert(bytes.end(), records.begin(), records.end());
  return bytes;
}

struct Good {
  Bytes vmt, text, buffers, blocks;

  explicit Good(std::uint64_t seed) {
    GenerateOptions options;
    options.n_allocations = 60;
    options.live = 8;
    options.threads = 3;
    options.handed_over = 0.4;
    options.realloc = 0.3;
    options.seed = seed;
    const AllocationTrace made = generate(options);
    write_vmt(g_stem + ".good", made);
    vmt = content(g_stem + ".good");
    write_memory_replay(g_stem + ".good", made);
    text = content(g_stem + ".good");
    SessionHead head{};
    head.magic = kSessionMagic;
    head.n_buffers = 1;
    buffers.resize(kSessionBytes);
    std::memcpy(buffers.data(), &head, sizeof head);
    for (std::uint64_t i = 0; i < 3; ++i) {
      const Bytes block = recording_block(seed + i);
      blocks.insert(blocks.end(), block.begin(), block.end());
    }
    buffers.insert(buffers.end(), blocks.begin(), blocks.end());
  }
};

} // namespace

#ifdef VMPERF_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  g_stem = "fuzz-input";
  Bytes bytes(data, data + size);
  try_file(bytes, ".txt", read_memory_replay);
  seal(bytes);
  try_file(bytes, ".vmt", read_vmt);
  return 0;
}
#else
int main(int argc, char **argv) { // stem seed rounds
  if (argc != 4) {
    return 2;
  }
  g_stem = argv[1];
  const std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t rounds = std::strtoull(argv[3], nullptr, 10);
  const Good good(seed);
  try_file(good.vmt, ".vmt", read_vmt);
  try_file(good.text, ".txt", read_memory_replay);
  try_recording(good.buffers, good.blocks);
  if (g_read < 3) {
    std::printf("the good ones are not read\n");
    return 1;
  }
  vmperf::CounterRng rng(seed);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    Bytes bytes = changed(good.vmt, rng);
    seal(bytes);
    try_file(bytes, ".vmt", read_vmt);
    try_file(changed(good.text, rng), ".txt", read_memory_replay);
    try_recording(changed(good.buffers, rng), changed(good.blocks, rng));
  }
  std::printf("ok %llu\n", static_cast<unsigned long long>(g_read));
}
#endif
