// Many small copies from Python: one native call against the loops that one writes without it.
#include <string>

#include "benches_python.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/table.hpp"

namespace vmperf::memops {
namespace {

constexpr std::size_t kMostRowBytes = std::size_t{1} << 20U;
constexpr std::size_t kMostCopies = std::size_t{1} << 20U;

// A row of the destination gets the same row of the source whenever it comes up, so the result does
// not hang on the order in which a design does its copies.
constexpr const char *kRows = R"py(
import numpy
from random import Random

size, batch = params["size_bytes"], params["batch"]
rows = params["working_set_bytes"] // 2 // size
src, dst = (numpy.zeros(rows * size, numpy.uint8) for _ in range(2))
draw, row_of = Random(seed), {}
to_rows = [draw.randrange(rows) for _ in range(batch)]
at_rows = [row_of.setdefault(row, draw.randrange(rows)) for row in to_rows]
dst_off = numpy.array([row * size for row in to_rows], numpy.uint64)
src_off = numpy.array([row * size for row in at_rows], numpy.uint64)
sizes = numpy.full(batch, size, numpy.uint64)
numbers = (dst_off.tolist(), src_off.tolist(), sizes.tolist())
per_call = batch


def part(n_copies):
    return (call[1], call[2], *(one[:n_copies] for one in call[3:]))


def reset():
    global rounds, contents
    rounds += 1
    contents = pattern(rows * size, rounds)
    write(src, contents)
    write(dst, bytes([poison]) * (rows * size))


def check(result, done):
    image = bytearray([poison]) * (rows * size)
    for to, at in zip(to_rows[:done], at_rows[:done]):
        image[to * size : (to + 1) * size] = contents[at * size : (at + 1) * size]
    return differ("the source", src, contents) or differ("the destination", dst, bytes(image))


def loop(dst, src, dst_off, src_off, sizes):
    for to, at, n in zip(dst_off, src_off, sizes):
        dst[to : to + n] = src[at : at + n]
)py";

constexpr const char *kBatchBest = "call = (memops.copy_batch, dst, src, dst_off, src_off, sizes)";
constexpr const char *kBatchNaive = "call = (loop, dst, src, dst_off, src_off, sizes)";
constexpr const char *kBatchSlice = "call = (loop, dst, src, *numbers)";
constexpr const char *kBatchViews = "call = (loop, memoryview(dst), memoryview(src), *numbers)";
constexpr const char *kBatchNumpy = R"py(
def copy_rows(dst, src, to, at):
    dst[to] = src[at]


tables = (buffer.reshape(rows, size) for buffer in (dst, src))
call = (copy_rows, *tables, numpy.array(to_rows), numpy.array(at_rows))
)py";

bench::Maker maker(const char *design) {
  return [text = std::string(kProof) + kRows + design](const bench::Params &params) {
    const std::size_t size = params.get_size("size_bytes", 1, kMostRowBytes);
    static_cast<void>(params.get_size("batch", 1, kMostCopies));
    static_cast<void>(params.get_size("working_set_bytes", 2 * size, kMostBytes));
    return bench::make_python_workload(text, params);
  };
}

void add_designs(bench::Registry &registry) {
  const auto add = [&registry](const char *name, const char *summary,
                               const char *text) -> bench::Design & {
    return registry.design("memops_python_batch", name, summary)
        .available([] { return without_version(probe_numpy()); })
        .runs("memops/python_batch", maker(text));
  };
  add("best", "one call of vmperf.memops.copy_batch", kBatchBest);
  add("naive", "a Python loop over the offset arrays and slices of the arrays", kBatchNaive);
  add("slice", "a Python loop over lists of int and slices of the arrays", kBatchSlice)
      .peer()
      .available(probe_numpy);
  add("memoryview", "a Python loop over lists of int and slices of memoryviews", kBatchViews)
      .peer()
      .available(probe_numpy);
  add("numpy", "one assignment by arrays of row numbers, dst[to] = src[at]", kBatchNumpy)
      .peer()
      .available(probe_numpy);
}

void declare_benchmark(bench::Registry &registry) {
  registry.benchmark("memops/python_batch")
      .place(1) // after the single calls
      .summary("`batch` copies of size_bytes between random rows of two arrays that together have "
               "working_set_bytes: one native call against loops of Python")
      .op("one copy of a batch")
      .fooled_by("all sizes are equal and places whole rows, which NumPy's row numbers need; see "
                 "memops/batch for mixes")
      .fooled_by("offsets are made beforehand, for each design in the form it likes best; naive "
                 "alone loops over the arrays of the others")
      .fooled_by("the same batch all the time; nobody reads the copies")
      .repeatable()
      .designs("memops_python_batch")
      .axis("batch", {100, 10000}, 10000)
      .axis("size_bytes", {64, 256}, 64)
      .axis("working_set_bytes", {16384, 524288, 16777216}, 16384);
}

} // namespace

void declare_benches_python_batch(bench::Registry &registry) {
  declare_benchmark(registry);
  add_designs(registry);
}

} // namespace vmperf::memops
