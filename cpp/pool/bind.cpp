// The Python face of the pools: StackPool over HandlePool, and its statistics.
#include <pybind11/pybind11.h>

#include <string>

#include "bind_args.hpp"
#include "vmperf/pool/handle_pool.hpp"

namespace py = pybind11;

namespace vmperf::pool {
namespace {

HandlePool make(const py::object &item_size_bytes, const py::object &capacity,
                const py::object &align, bool checked) {
  return {to_unsigned(item_size_bytes, "item_size_bytes", "1 to " + std::to_string(kMaxItemBytes)),
          to_count(capacity, "capacity"),
          to_unsigned(align, "align", "a power of two from 1 to " + std::to_string(kMaxAlign)),
          checked};
}

std::string to_text(const HandlePool::Stats &s) {
  return "PoolStats(capacity=" + std::to_string(s.capacity) +
         ", available=" + std::to_string(s.available) + ", live=" + std::to_string(s.live) +
         ", high_water=" + std::to_string(s.high_water) + ", slabs=" + std::to_string(s.slabs) +
         ", bytes=" + std::to_string(s.bytes) +
         ", resident_bytes=" + std::to_string(s.resident_bytes) + ")";
}

void bind_stats(py::module_ &m) {
  using Stats = HandlePool::Stats;
  py::class_<Stats>(m, "PoolStats", R"doc(What a pool holds, as ``StackPool.stats()`` found it.

A value: it does not change with the pool. Two are equal where all fields are.

Examples
--------
>>> from vmperf.pool import StackPool
>>> with StackPool(64, 10) as pool:
...     slot = pool.allocate()
...     stats = pool.stats()
>>> stats.capacity, stats.available, stats.live, stats.high_water, stats.slabs
(10, 9, 1, 1, 1)
)doc")
      .def_readonly("capacity", &Stats::capacity, "Slots in all slabs.")
      .def_readonly("available", &Stats::available, "Slots to be had without growth.")
      .def_readonly("live", &Stats::live, "Slots handed out: capacity - available.")
      .def_readonly("high_water", &Stats::high_water, "The most slots ever live at once, exactly.")
      .def_readonly("slabs", &Stats::slabs, "Slabs held.")
      .def_readonly("bytes", &Stats::bytes, "Bytes held: slabs and the pool's tables.")
      .def_readonly("resident_bytes", &Stats::resident_bytes,
                    "Bytes of the slabs whose pages are in memory now, asked of the kernel.")
      .def("__eq__",
           [](const Stats &self, const py::object &other) {
             return py::isinstance<Stats>(other) && self == other.cast<const Stats &>();
           })
      .def("__hash__", [](const Stats &self) { return py::hash(py::str(to_text(self))); })
      .def("__repr__", &to_text);
}

constexpr const char *kStackPoolDoc = R"doc(A pool of slots of one size, for one thread.

Free slots lie on an array of pointers; slots never move; growth doubles. A handle is the address of
a slot of uninitialised memory, to be used through ctypes, cffi or native code. One call costs what
a Python call costs, some 100 times as much as the pool itself: time it with
``vmperf.run("pool/*")``, and use the C++ class ``vmperf::pool::StackPool<T>`` in inner loops.

Parameters
----------
item_size_bytes : int, default 64
    Size of an item, 1 to 2**30 bytes. A slot is that rounded up to `align`.
capacity : int, default 0
    Slots made at once, in one slab; 0 waits for the first allocation.
align : int, default 64
    Alignment of every slot, a power of two from 1 to 2**21 bytes. The default keeps items from
    sharing cache lines; 8 or 16 packs small ones densely.
checked : bool, default True
    Whether `deallocate` tests that its handle is a live slot of this pool. Without it a wrong
    handle corrupts the pool silently, and memory with it.

Raises
------
InvalidArgumentError
    If a size, count or alignment is out of range.
CapacityError
    If there is no memory for `capacity` slots.

Notes
-----
``allocate`` and ``deallocate`` are O(1). All statistics follow from the state of the pool: nothing
is counted per operation. Not safe to use from several threads at once on a free-threaded build.

References
----------
Bonwick and Adams, "Magazines and Vmem", USENIX 2001; Granlund and Montgomery, "Division by
Invariant Integers using Multiplication", PLDI 1994 (the test of a handle).

Examples
--------
>>> from vmperf.pool import StackPool
>>> with StackPool(item_size_bytes=64, capacity=100) as pool:
...     first, second = pool.allocate(), pool.allocate()
...     pool.deallocate(first)
...     pool.preallocate(500)
...     pool.purge() >= 0
...     pool.stats().live, second - first, pool.is_closed
True
(1, 64, False)
>>> pool.is_closed
True
>>> pool.close()
)doc";

constexpr const char *kWithCapacityDoc = R"doc(A pool of default items with n slots.

Parameters
----------
n : int
    Slots made at once.
item_size_bytes : int, default 64
    As of the class.
align : int, default 64
    As of the class.
checked : bool, default True
    As of the class.

Returns
-------
StackPool
    An empty pool whose first `n` slots need no growth.

Raises
------
InvalidArgumentError
    If a size, count or alignment is out of range.
CapacityError
    If there is no memory for `n` slots.

Examples
--------
>>> from vmperf.pool import StackPool
>>> StackPool.with_capacity(1000).stats().available
1000
)doc";

constexpr const char *kAllocateDoc = R"doc(Hands out a slot; grows where none is left.

Returns
-------
int
    The handle: the address of `item_size_bytes` bytes of uninitialised memory.

Raises
------
CapacityError
    If there is no memory to grow; the pool is as it was.
InvalidArgumentError
    If the pool is closed.
)doc";

constexpr const char *kDeallocateDoc = R"doc(Takes a slot back.

Parameters
----------
handle : int
    What ``allocate`` returned, 0 to 2**64 - 1.

Raises
------
CorruptionError
    In a checked pool, if the handle is freed twice, foreign, or within a slot; the pool is as it
    was. In any pool, if no slot is live.
InvalidArgumentError
    If the pool is closed or the handle can't be an address.
)doc";

constexpr const char *kPreallocateDoc = R"doc(Makes slots available and their pages resident.

Parameters
----------
n : int
    How many further allocations shall need neither growth nor a page fault.

Raises
------
InvalidArgumentError
    If `n` is out of range or the pool is closed.
CapacityError
    If there is no memory for them; the pool is as it was.

Notes
-----
O(n): a byte of each page of the next `n` slots is written.
)doc";

constexpr const char *kPurgeDoc = R"doc(Gives back every slab of which no slot is live.

Returns
-------
int
    Bytes given back, of slabs and tables. Slabs above 32 MiB go to the operating system at once,
    smaller ones when the C library sees fit.

Raises
------
InvalidArgumentError
    If the pool is closed.
CorruptionError
    If an unchecked pool holds a handle that isn't its own.

Notes
-----
O(free slots). Live slots do not move.
)doc";

constexpr const char *kCloseDoc = R"doc(Gives all memory back; a second call does nothing.

Live slots become invalid. Leaving a ``with`` block closes the pool.

Raises
------
CorruptionError
    After closing, if more was deallocated than allocated.
)doc";

constexpr const char *kStatsDoc = R"doc(What the pool holds, exactly, at any time.

Returns
-------
PoolStats
    capacity, available, live, high_water, slabs, bytes, resident_bytes.

Raises
------
InvalidArgumentError
    If the pool is closed.

Notes
-----
O(1), but for ``resident_bytes``: O(pages), asked by mincore(2).
)doc";

} // namespace

void bind(py::module_ &m) {
  m.doc() = "Pools of objects of one size.\n\n"
            "C++ code inlines them from <vmperf/pool/stack_pool.hpp>; Python drives and inspects "
            "them.\nThe benchmarks ``pool/*`` time them beside other allocators.";
  bind_stats(m);
  bind_shared(m);
  py::class_<HandlePool>(m, "StackPool", kStackPoolDoc)
      .def(py::init(&make), py::arg("item_size_bytes") = 64, py::arg("capacity") = 0, py::kw_only(),
           py::arg("align") = 64, py::arg("checked") = true)
      .def_static(
          "with_capacity",
          [](const py::object &n, const py::object &item_size_bytes, const py::object &align,
             bool checked) { return make(item_size_bytes, n, align, checked); },
          py::arg("n"), py::kw_only(), py::arg("item_size_bytes") = 64, py::arg("align") = 64,
          py::arg("checked") = true, kWithCapacityDoc)
      .def("allocate", &HandlePool::allocate, kAllocateDoc)
      .def(
          "deallocate",
          [](HandlePool &pool, const py::object &handle) {
            pool.deallocate(to_unsigned(handle, "handle", "0 to 18446744073709551615"));
          },
          py::arg("handle"), kDeallocateDoc)
      .def(
          "preallocate",
          [](HandlePool &pool, const py::object &n) {
            const std::size_t count = to_count(n, "n");
            const py::gil_scoped_release unlocked;
            pool.preallocate(count);
          },
          py::arg("n"), kPreallocateDoc)
      .def("purge", &HandlePool::purge, py::call_guard<py::gil_scoped_release>(), kPurgeDoc)
      .def("close", &HandlePool::close, py::call_guard<py::gil_scoped_release>(), kCloseDoc)
      .def("stats", &HandlePool::stats, kStatsDoc)
      .def_property_readonly("is_closed", &HandlePool::is_closed, "Whether `close` was called.")
      .def_property_readonly("is_checked", &HandlePool::is_checked,
                             "Whether `deallocate` tests its handle.")
      .def_property_readonly(
          "item_size_bytes", [](const HandlePool &pool) { return pool.shape().item_bytes; },
          "Size of an item in bytes.")
      .def_property_readonly(
          "align", [](const HandlePool &pool) { return pool.shape().align; },
          "Alignment of every slot in bytes.")
      .def(
          "__enter__", [](HandlePool &pool) -> HandlePool & { return pool; },
          py::return_value_policy::reference)
      .def("__exit__", [](HandlePool &pool, const py::args & /*exception*/) { pool.close(); })
      .def("__repr__", [](const HandlePool &pool) {
        return "StackPool(item_size_bytes=" + std::to_string(pool.shape().item_bytes) +
               ", align=" + std::to_string(pool.shape().align) +
               (pool.is_checked() ? ", checked" : ", unchecked") +
               (pool.is_closed() ? ", closed)" : ")");
      });
}

} // namespace vmperf::pool
