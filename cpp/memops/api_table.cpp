// Tables of operations: memory with known contents, places drawn by the harness's placement, and
// the proof that a table's ops were done.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/generators.hpp"
#include "vmperf/memops/api/table.hpp"

namespace vmperf::memops {
namespace {

constexpr std::byte kPoison{0xa5};
constexpr std::size_t kPage = 4096; // what `delta_mod_4096` is about
constexpr std::size_t kLine = 64;
constexpr std::size_t kMostImage = std::size_t{8} << 20U; // a larger image costs more than a run
constexpr std::size_t kProbeBytes = 256;

std::string at(std::size_t offset) {
  return " at offset " + std::to_string(offset);
}

// The ops of a table on an image of dst: after the first whole round, another one changes nothing
// (dst is a function of src; up and back again ends where it began), so two rounds stand for all.
std::string check_image(const CopyTable &table, std::uint64_t done) {
  const bool in_place = table.work == Work::move_in_place;
  std::vector<std::byte> image(table.dst_bytes, kPoison);
  if (in_place) {
    write_pattern(image.data(), image.size(), table.seed);
  }
  const std::size_t round = table.ops.size();
  const std::uint64_t ops = done < round ? done : round + done % round;
  for (std::uint64_t i = 0; i < ops; ++i) {
    const CopyOp &op = table.ops[i % round];
    if (table.work == Work::fill) {
      std::memset(image.data() + op.dst, static_cast<int>(op.src), op.n);
    } else {
      std::memmove(image.data() + op.dst, (in_place ? image.data() : table.src) + op.src, op.n);
    }
  }
  const auto [wrong, unused] =
      std::mismatch(table.dst, table.dst + table.dst_bytes, image.begin(), image.end());
  const auto offset = static_cast<std::size_t>(wrong - table.dst);
  return offset == table.dst_bytes ? "" : "the destination is wrong" + at(offset);
}

// Each op by itself, where no two share a byte.
std::string check_each(const CopyTable &table, std::uint64_t done) {
  const std::size_t ops = std::min<std::uint64_t>(done, table.ops.size());
  for (std::size_t i = 0; i < ops; ++i) {
    const CopyOp &op = table.ops[i];
    const std::byte *to = table.dst + op.dst;
    const bool right =
        table.work == Work::fill
            ? std::all_of(to, to + op.n,
                          [&op](std::byte b) { return std::to_integer<unsigned>(b) == op.src; })
            : std::memcmp(to, table.src + op.src, op.n) == 0;
    if (!right) {
      return "op " + std::to_string(i) + " left a wrong destination" + at(op.dst);
    }
  }
  return {};
}

} // namespace

void write_pattern(std::byte *p, std::size_t bytes, std::uint64_t seed) {
  const CounterRng rng(seed);
  std::size_t i = 0;
  for (; bytes - i >= 8; i += 8) {
    const std::uint64_t word = rng.at(i / 8);
    std::memcpy(p + i, &word, 8);
  }
  const std::uint64_t rest = rng.at(i / 8);
  std::memcpy(p + i, &rest, bytes - i);
}

std::size_t check_pattern(const std::byte *p, std::size_t bytes, std::uint64_t seed) {
  const CounterRng rng(seed);
  std::size_t i = 0;
  for (; bytes - i >= 8; i += 8) { // of a constant size, or each word is a call
    const std::uint64_t word = rng.at(i / 8);
    if (std::memcmp(p + i, &word, 8) != 0) {
      return i;
    }
  }
  const std::uint64_t rest = rng.at(i / 8);
  return std::memcmp(p + i, &rest, bytes - i) == 0 ? bytes : i;
}

CounterRng placement_rng() {
  // Its address alone is wanted, which the blocks that the harness holds just now have moved.
  const auto probe = std::make_unique<std::byte[]>(kProbeBytes); // NOLINT(modernize-avoid-c-arrays)
  return CounterRng(reinterpret_cast<std::uintptr_t>(probe.get()));
}

void CopyTable::reset() const {
  if (work == Work::move_in_place) {
    write_pattern(dst, dst_bytes, seed);
    return;
  }
  if (work == Work::copy) {
    write_pattern(src, src_bytes, seed);
  }
  std::fill_n(dst, dst_bytes + spare, kPoison);
}

std::string CopyTable::check(std::uint64_t done) const {
  if (work == Work::copy) {
    if (const std::size_t wrong = check_pattern(src, src_bytes, seed); wrong != src_bytes) {
      return "the source was written to" + at(wrong);
    }
  }
  return disjoint && dst_bytes > kMostImage ? check_each(*this, done) : check_image(*this, done);
}

void CopyTable::map(std::size_t dst_offset, std::size_t src_offset, bool separate) {
  const std::size_t src_extent = align_up(src_offset + src_bytes + kSpareBytes, kPage);
  const std::size_t dst_extent = align_up(dst_offset + dst_bytes + kSpareBytes, kPage);
  memory = os::Mapping(separate ? src_extent : src_extent + dst_extent);
  if (separate) {
    other_memory = os::Mapping(dst_extent);
  }
  src = memory.data() + src_offset;
  dst = (separate ? other_memory.data() : memory.data() + src_extent) + dst_offset;
  reset();
}

void CopyTable::map_to_guard() {
  const auto flush = [](os::Mapping &mapping, std::size_t bytes) {
    const std::size_t open = align_up(bytes, os::page_bytes());
    mapping = os::Mapping(open + os::page_bytes());
    mapping.guard(open);
    return mapping.data() + open - bytes;
  };
  spare = 0;
  src = flush(memory, src_bytes);
  dst = flush(other_memory, dst_bytes);
  reset();
}

void CopyTable::map_in_place(std::size_t offset) {
  memory = os::Mapping(align_up(offset + dst_bytes + kSpareBytes, kPage));
  dst = memory.data() + offset;
  src = dst;
  src_bytes = dst_bytes;
  reset();
}

void CopyTable::draw_reads() {
  CounterRng rng(seed, 2);
  reads.resize(ops.size());
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const CopyOp &op = ops[i];
    if (op.n >= 8) {
      reads[i].wide = op.dst + static_cast<std::uint32_t>(rng.below(op.n - 7));
      reads[i].narrow = reads[i].wide;
    } else {
      const std::uint32_t unwritten = spare != 0 ? static_cast<std::uint32_t>(dst_bytes) : 0;
      reads[i].wide = unwritten;
      reads[i].narrow =
          op.n == 0 ? unwritten : op.dst + static_cast<std::uint32_t>(rng.below(op.n));
    }
  }
}

Mode read_mode(const bench::Params &params) {
  return params.get_choice<Mode>("mode", {{"throughput", Mode::throughput},
                                          {"consume", Mode::consume},
                                          {"dependent", Mode::dependent}});
}

namespace {

std::size_t read_size_or_0(const bench::Params &params, std::string_view axis, std::size_t most) {
  return params.has(axis) ? params.get_size(axis, 0, most) : 0;
}

// `pieces` places a stride apart in random order, repeated to fill a table.
void lay_out(CopyTable &table, std::size_t n, std::size_t working_set, std::size_t sides) {
  const std::size_t stride = align_up(n, kLine) + kLine;
  const std::size_t bytes = sides * std::max<std::size_t>(n, 1);
  const std::size_t pieces = std::clamp<std::size_t>(working_set / bytes, 1, kMostOps * 16);
  const std::vector<std::uint32_t> order = bench::shuffled(pieces, table.seed, 1);
  table.disjoint = true;
  table.dst_bytes = pieces * stride;
  const std::size_t rounds = (kLeastOps + pieces - 1) / pieces;
  for (std::size_t i = 0; i < rounds * pieces; ++i) {
    const auto place = static_cast<std::uint32_t>(order[i % pieces] * stride);
    table.ops.push_back({place, place, static_cast<std::uint32_t>(n)});
  }
}

enum class Placement : std::uint8_t { same_arena, separate_maps, page_end };

// One pair whose ends are the ends of mapped memory; a line before it is written by nobody.
CopyTable make_flush_pair(std::size_t n, std::uint64_t seed) {
  CopyTable table;
  table.seed = seed;
  table.disjoint = true;
  table.dst_bytes = table.src_bytes = kLine + n;
  table.ops.assign(kLeastOps, {kLine, kLine, static_cast<std::uint32_t>(n)});
  table.map_to_guard();
  table.draw_reads();
  return table;
}

} // namespace

std::size_t read_delta(const bench::Params &params, CounterRng &rng) {
  const std::int64_t asked = params.get_int("delta_mod_4096");
  if (asked < -1 || std::cmp_greater_equal(asked, kPage)) {
    throw InvalidArgumentError("delta_mod_4096", std::to_string(asked),
                               "0 to 4095, or -1 for one drawn with each placement");
  }
  return asked < 0 ? rng.below(kPage) : static_cast<std::size_t>(asked);
}

CopyTable make_pairs(const bench::Params &params) {
  const std::size_t n = params.get_size("size_bytes", 0, kMostBytes / 4);
  const std::size_t working_set = params.get_size("working_set_bytes", 0, kMostBytes / 2);
  const std::size_t align = params.get_size("src_align", 0, kLine - 1);
  const auto placement =
      params.get_choice<Placement>("placement", {{"same_arena", Placement::same_arena},
                                                 {"separate_maps", Placement::separate_maps},
                                                 {"page_end", Placement::page_end}});
  CounterRng rng = placement_rng();
  const std::size_t delta = read_delta(params, rng);
  if (placement == Placement::page_end) {
    return make_flush_pair(n, params.seed());
  }
  CopyTable table;
  table.seed = params.seed();
  lay_out(table, n, working_set, 2);
  table.src_bytes = table.dst_bytes;
  const std::size_t src_offset = kLine * rng.below(kPage / kLine) + align;
  table.map((src_offset + delta) % kPage, src_offset, placement == Placement::separate_maps);
  table.draw_reads();
  return table;
}

CopyTable make_shifts(const bench::Params &params) {
  const std::size_t n = params.get_size("size_bytes", 1, kMostBytes / 4);
  const auto shift =
      static_cast<std::uint32_t>(params.get_size("shift_bytes", 0, std::size_t{1} << 20U));
  CopyTable table;
  table.seed = params.seed();
  table.work = Work::move_in_place;
  table.dst_bytes = n + shift;
  const auto size = static_cast<std::uint32_t>(n);
  for (std::size_t i = 0; i < kLeastOps; i += 2) {
    table.ops.push_back({shift, 0, size});
    table.ops.push_back({0, shift, size});
  }
  CounterRng rng = placement_rng();
  table.map_in_place(rng.below(kPage));
  return table;
}

CopyTable make_fills(const bench::Params &params) {
  const std::size_t n = params.get_size("size_bytes", 1, kMostBytes / 4);
  const std::size_t working_set = read_size_or_0(params, "working_set_bytes", kMostBytes / 2);
  const std::size_t align = read_size_or_0(params, "dst_align", kLine - 1);
  CopyTable table;
  table.seed = params.seed();
  table.work = Work::fill;
  lay_out(table, n, working_set, 1);
  const bool zero =
      params.has("byte") && params.get_choice<bool>("byte", {{"changing", false}, {"zero", true}});
  CounterRng rng(table.seed, 3);
  for (CopyOp &op : table.ops) {
    op.src = zero ? 0 : static_cast<std::uint32_t>(rng.below(256));
  }
  // In a table that repeats its pieces a place has two bytes, and the last one counts.
  table.disjoint = zero || table.ops.size() * (align_up(n, kLine) + kLine) == table.dst_bytes;
  table.map_in_place(kLine * placement_rng().below(kPage / kLine) + align);
  return table;
}

CopyTable make_guest(const bench::Params &params) {
  const std::size_t n = params.get_size("size_bytes", 1, kMostBytes / 4);
  const std::size_t align = read_size_or_0(params, "src_align", kLine - 1);
  CopyTable table;
  table.seed = params.seed();
  lay_out(table, n, 0, 2);
  table.src_bytes = table.dst_bytes;
  const std::size_t offset = kLine * placement_rng().below(kPage / kLine);
  table.map((offset + kPage / 2) % kPage, offset + align, false);
  return table;
}

} // namespace vmperf::memops
