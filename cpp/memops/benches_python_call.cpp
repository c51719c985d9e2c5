// What one call of a small operation costs its user in Python. The text of each design is Python;
// the loop over calls is the harness's, so the interpreter runs only what a design brings of it.
#include <string>

#include "benches_python.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/table.hpp"

namespace vmperf::memops {
namespace {

constexpr std::size_t kMostCallBytes = std::size_t{64} << 20U;
constexpr std::uint64_t kMostApart = 64;

// Two buffers and the operands of the call. A destination a little ahead of the source modulo a
// page is a cliff of libc that memops/copy measures, and where blocks lie by chance: not here.
constexpr const char *kBuffers = R"py(
size, work, kind = params["size_bytes"], params["call"], params["buffers"]

if kind == "ndarray":
    import numpy

    def new():
        return numpy.zeros(size, numpy.uint8)
else:

    def new():
        return bytearray(size)


def pair():
    apart = [new() for _ in range(params["apart"] if size < 4096 else 0)]
    for lines in range(64):
        first, between, second = new(), bytearray(512 + 64 * lines), new()
        ahead = (address(second) - address(first)) % 4096
        if size < 2048 or ahead == 0 or 512 <= ahead <= 3584:
            break
        apart += [first, between, second]
    return first, second


src, dst = pair()
byte, spot = 0x5A, 0
operands = {
    "copy": (dst, src),
    "fill": (dst, byte),
    "is_zero": (src,),
    "find_byte": (src, byte),
    "crc32c": (src,),
}[work]


def reset():
    global rounds, spot, contents
    rounds += 1
    spot = size - 1 if rounds % 2 else size // 2
    contents = pattern(size, rounds)
    if work == "is_zero":
        contents = bytes(size - 1) + bytes([rounds % 2 == 0])
    if work == "find_byte":
        contents = contents[:spot] + bytes([byte]) + contents[spot + 1 :]
    write(src, contents)
    write(dst, bytes([poison]) * size)


def check(result, done):
    answer = {"is_zero": rounds % 2 == 1, "find_byte": spot}.get(work)
    if work == "crc32c":
        answer = crc32c_by_bytes(contents)
    if answer is not None and result != answer:
        return f"the answer was {result}, not {answer}"
    poisoned = bytes([poison]) * size
    after = {"copy": contents, "fill": bytes([byte]) * size}.get(work, poisoned)
    return differ("the source", src, contents) or differ("the destination", dst, after)
)py";

// A design that set no op has none for this call and these buffers.
constexpr const char *kHasOp = R"py(
if "call" not in globals() and "item" not in globals():
    raise NotImplementedError(f"this design has no form for call={work}, buffers={kind}")
)py";

constexpr const char *kBest = "call = (getattr(memops, work), *operands)";
constexpr const char *kPlan = R"py(
if work == "copy":
    call = (memops.plan(dst, src),)
)py";
constexpr const char *kEmpty = R"py(
call = (empty, *operands)


def check(result, done):
    untouched = differ("the destination", dst, bytes([poison]) * size)
    return untouched or differ("the source", src, contents)
)py";
constexpr const char *kNaive = R"py(
def copy(to, at):
    to[:] = at


if kind == "ndarray":

    def fill(to, value):
        to[:] = value

    def is_zero(at):
        return not at.any()

    def find_byte(at, value):
        return (at == value).argmax()
else:

    def fill(to, value):
        to[:] = bytes([value]) * len(to)

    def is_zero(at):
        return not any(at)

    def find_byte(at, value):
        return at.find(value)

crc32c = crc32c_by_bytes
call = (globals()[work], *operands)
)py";
constexpr const char *kSlice = R"py(
if work == "copy" or (work == "fill" and kind == "ndarray"):
    item = (dst, slice(None), operands[1])
)py";
constexpr const char *kMemoryview = R"py(
if work == "copy":
    item = (memoryview(dst), slice(None), memoryview(src))
)py";
constexpr const char *kNumpy = R"py(
import numpy

to, at = (numpy.frombuffer(buffer, numpy.uint8) for buffer in (dst, src))
if work == "copy":
    call = (numpy.copyto, to, at)
if work == "fill":
    call = (to.fill, byte)
)py";
constexpr const char *kGoogle = R"py(
import google_crc32c, numpy

if work == "crc32c":
    call = (google_crc32c.value, numpy.frombuffer(src, numpy.uint8))
)py";
constexpr const char *kCtypes = R"py(
import ctypes

if work == "copy":
    call = (ctypes.memmove, address(dst), address(src), size)
if work == "fill":
    call = (ctypes.memset, address(dst), byte, size)
)py";

bench::Maker call_maker(const char *design) {
  return [text = std::string(kProof) + kBuffers + design + kHasOp](const bench::Params &params) {
    static_cast<void>(params.get_size("size_bytes", 1, kMostCallBytes));
    static_cast<void>(params.get_word("buffers", {"ndarray", "bytearray"}));
    static_cast<void>(params.get_word("call", {"copy", "fill", "is_zero", "find_byte", "crc32c"}));
    bench::Params more = params;
    more.set("apart", static_cast<std::int64_t>(placement_rng().below(kMostApart)));
    return bench::make_python_workload(text, more);
  };
}

void add_designs(bench::Registry &registry) {
  const auto add = [&registry](const char *name, const char *summary,
                               const char *text) -> bench::Design & {
    return registry.design("memops_python_call", name, summary)
        .available([] { return without_version(bench::find_python()); })
        .runs("memops/python_call", call_maker(text));
  };
  add("best", "the function of vmperf.memops", kBest);
  add("plan", "the callable of vmperf.memops.plan: checked once, without arguments", kPlan);
  add("naive", "a Python function with the statement that one writes at once, dst[:] = src",
      kNaive);
  add("slice", "the statement dst[:] = src alone, without the interpreter's part of it", kSlice)
      .peer()
      .available(bench::find_python);
  add("memoryview", "the same statement over two memoryviews made beforehand", kMemoryview)
      .peer()
      .available(bench::find_python);
  add("numpy", "numpy.copyto, ndarray.fill; over views of a bytearray made beforehand", kNumpy)
      .peer()
      .available(probe_numpy);
  add("ctypes", "ctypes.memmove and memset, addresses taken beforehand, nothing checked", kCtypes)
      .peer()
      .available(bench::find_python);
  add("google_crc32c", "google_crc32c.value, over a view of a bytearray made beforehand", kGoogle)
      .peer()
      .available([] { return bench::find_python_module("google_crc32c"); });
  add("empty_call", "a builtin that takes the arguments of best and does nothing", kEmpty).limit();
}

void declare_benchmark(bench::Registry &registry) {
  registry.benchmark("memops/python_call")
      .summary("one call from Python on two buffers of size_bytes, made by a native loop through "
               "the vectorcall protocol; design empty_call is what the call alone costs")
      .op("one call")
      .fooled_by("the interpreter is left out: in Python code, loading names and the statement "
                 "around come on top, for every design alike")
      .fooled_by("the same two buffers all the time: hot, and every branch predicted")
      .fooled_by("slice and memoryview are statements, not calls: they are timed as the "
                 "assignment alone, slice object and views made beforehand")
      .fooled_by("a destination a little ahead of the source modulo 4096, a cliff of libc, is "
                 "avoided: see delta_mod_4096 of memops/copy")
      .repeatable()
      .designs("memops_python_call")
      .axis("buffers", {"ndarray", "bytearray"}, {"ndarray", "bytearray"})
      .axis("call", {"copy", "fill", "is_zero", "find_byte", "crc32c"}, "copy")
      .axis("size_bytes", {64, 1024, 65536, 1048576}, 64);
}

} // namespace

void declare_benches_python_call(bench::Registry &registry) {
  declare_benchmark(registry);
  add_designs(registry);
}

} // namespace vmperf::memops
