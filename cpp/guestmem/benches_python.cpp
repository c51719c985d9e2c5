// What one scalar access costs its user in Python. The text of each design is Python; the loop over
// calls is the harness's.
#include <string>

#include "vmperf/bench/python.hpp"
#include "vmperf/bench/registry.hpp"

namespace vmperf::guestmem {
namespace {

constexpr const char *kCommon = R"py(
import random

size = 1 << 20
rng = random.Random(seed)
address = 8 * rng.randrange(size // 8)
value = 0


def reset():
    global value
    value = rng.randrange(1 << 63)
    store(value.to_bytes(8, "little"))


def check(result, done):
    got = result if isinstance(result, int) else int.from_bytes(result, "little")
    return "" if got == value else f"read {got}, not {value}"
)py";

constexpr const char *kBest = R"py(
from vmperf import guestmem

memory = guestmem.GuestMemory([(0, size), (8 * size, size)])
store = lambda data: memory.write(address, data)
call = (memory.read_u64, address)
)py";
constexpr const char *kRange = R"py(
from vmperf import guestmem

memory = guestmem.GuestMemory([(0, size), (8 * size, size)])
store = lambda data: memory.write(address, data)
call = (memory.read, address, 8)
)py";
constexpr const char *kNaive = R"py(
regions = [(0, bytearray(size)), (8 * size, bytearray(size))]


def read_u64(address):
    for start, data in regions:
        if start <= address and address + 8 <= start + len(data):
            return int.from_bytes(data[address - start : address - start + 8], "little")
    raise IndexError(address)


def store(data):
    regions[0][1][address : address + 8] = data


call = (read_u64, address)
)py";
constexpr const char *kUnicorn = R"py(
import unicorn

engine = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
engine.mem_map(0, size)
engine.mem_map(8 * size, size)
store = lambda data: engine.mem_write(address, data)
call = (engine.mem_read, address, 8)
)py";
constexpr const char *kEmpty = R"py(
store = lambda data: None
call = (empty, address)
check = lambda result, done: ""
)py";

bench::Design &add(bench::Benchmark &benchmark, const char *name, const char *summary,
                   const char *text) {
  return benchmark.add_design(name, summary)
      .available(bench::find_python)
      .runs("guestmem/python_read", [text](const bench::Params &params) {
        return bench::make_python_workload(std::string(kCommon) + text, params);
      });
}

} // namespace

void declare_benches_python(bench::Registry &registry) {
  bench::Benchmark &benchmark =
      registry.benchmark("guestmem/python_read")
          .summary("read 8 bytes of a guest's memory from Python")
          .op("one call")
          .fooled_by("one address: caches and predictors are as warm as they can be")
          .fooled_by("the interpreter around the call is left out")
          .varies("results are Python objects");
  add(benchmark, "best", "GuestMemory.read_u64", kBest);
  add(benchmark, "range", "GuestMemory.read, which gives bytes", kRange);
  add(benchmark, "naive", "a function over bytearrays", kNaive);
  add(benchmark, "unicorn", "Uc.mem_read of the package unicorn", kUnicorn).peer().available([] {
    return bench::find_python_module("unicorn");
  });
  add(benchmark, "empty_call", "a builtin that ignores its arguments: the limit", kEmpty).limit();
}

} // namespace vmperf::guestmem
