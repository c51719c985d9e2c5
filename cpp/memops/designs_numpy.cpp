// NumPy beside the copies and fills of the other libraries: what a caller of numpy.copyto or
// ndarray.fill pays, its call included. Views are made beforehand, on the places where the native
// designs work. An op is a call, so there is one pair, and nobody reads it.
#include <string>

#include "benches_python.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/table.hpp"

namespace vmperf::memops {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kLine = 64;
constexpr std::size_t kMostNumpyBytes = std::size_t{64} << 20U;

// A region of whole pages, a view at an offset modulo a page, and another one behind it.
constexpr const char *kArena = R"py(
import numpy

size, page = params["size_bytes"], 4096
if params["working_set_bytes"]:
    raise NotImplementedError("NumPy works on one place: working_set_bytes=0")
arena = numpy.zeros(2 * size + 5 * page, numpy.uint8)


def place(least, offset):
    at = least + (offset - address(arena) - least) % page
    return at, arena[at : at + size]


def reset():
    global rounds, contents
    rounds += 1
    contents = pattern(size, rounds)
    write(arena, bytes([poison]) * len(arena))
    write(arena[start : start + size], contents)


def expected(at, found):
    image = bytearray([poison]) * len(arena)
    image[start : start + size] = contents
    image[at : at + size] = found
    return differ("the arena", arena, bytes(image))
)py";

constexpr const char *kCopyto = R"py(
if params["mode"] != "throughput" or params["placement"] != "same_arena":
    raise NotImplementedError("nobody reads NumPy's copy: mode=throughput, placement=same_arena")
start, src = place(0, params["offset"])
end, dst = place(start + size, params["offset"] + params["delta"])
call = (numpy.copyto, dst, src)


def check(result, done):
    return expected(end, contents if done else bytes([poison]) * size)
)py";

// Fills with one byte after the other in turn would be calls with different arguments.
constexpr const char *kFill = R"py(
if params["byte"] != "zero":
    raise NotImplementedError("NumPy fills with one byte all the time: byte=zero")
start, dst = place(0, params["offset"])
call = (dst.fill, 0)


def check(result, done):
    return expected(start, bytes(size) if done else contents)
)py";

bench::WorkloadPtr make(const char *op, const char *align, const bench::Params &params,
                        std::size_t delta, CounterRng &rng) {
  static_cast<void>(params.get_size("size_bytes", 0, kMostNumpyBytes));
  const std::size_t offset =
      kLine * rng.below(kPage / kLine) + params.get_size(align, 0, kLine - 1);
  bench::Params more = params;
  more.set("offset", static_cast<std::int64_t>(offset));
  more.set("delta", static_cast<std::int64_t>(delta));
  return bench::make_python_workload(std::string(kProof) + kArena + op, more);
}

bench::WorkloadPtr make_copyto(const bench::Params &params) {
  CounterRng rng = placement_rng();
  const std::size_t delta = read_delta(params, rng);
  return make(kCopyto, "src_align", params, delta, rng);
}

bench::WorkloadPtr make_fill(const bench::Params &params) {
  CounterRng rng = placement_rng();
  return make(kFill, "dst_align", params, 0, rng);
}

} // namespace

void declare_designs_numpy(bench::Registry &registry) {
  registry.design("memops", "numpy", "numpy.copyto, ndarray.fill: the call is part of each op")
      .peer()
      .available(probe_numpy)
      .runs("memops/copy", make_copyto)
      .runs("memops/fill", make_fill);
}

} // namespace vmperf::memops
