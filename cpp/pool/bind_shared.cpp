// The Python face of SharedPool, and its statistics.
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <string>

#include "bind_args.hpp"
#include "vmperf/pool/handle_shared_pool.hpp"

namespace vmperf::pool {
namespace {

std::string to_text(const SharedPoolStats &s) {
  return "SharedPoolStats(capacity=" + std::to_string(s.capacity) +
         ", available=" + std::to_string(s.available) +
         ", in_magazines=" + std::to_string(s.in_magazines) + ", live=" + std::to_string(s.live) +
         ", slabs=" + std::to_string(s.slabs) + ", magazines=" + std::to_string(s.magazines) +
         ", threads=" + std::to_string(s.threads) + ", bytes=" + std::to_string(s.bytes) + ")";
}

void bind_shared_stats(py::module_ &m) {
  using Stats = SharedPoolStats;
  py::class_<Stats>(m, "SharedPoolStats",
                    R"doc(What a shared pool holds, as ``SharedPool.stats()`` found it.

Exact when no thread is inside the pool: ``live + available + in_magazines == capacity``. A value:
it does not change with the pool. Two are equal where all fields are.

Examples
--------
>>> from vmperf.pool import SharedPool
>>> with SharedPool(64, 100, magazine_capacity=10) as pool:
...     slot = pool.allocate()
...     stats = pool.stats()
>>> stats.capacity, stats.live, stats.in_magazines, stats.available, stats.threads
(100, 1, 9, 90, 1)
)doc")
      .def_readonly("capacity", &Stats::capacity, "Slots in all slabs.")
      .def_readonly("available", &Stats::available,
                    "Free slots that any thread can have: fresh, and in the depot.")
      .def_readonly("in_magazines", &Stats::in_magazines,
                    "Free slots that threads keep for themselves.")
      .def_readonly("live", &Stats::live, "Slots handed out and not returned.")
      .def_readonly("slabs", &Stats::slabs, "Slabs held.")
      .def_readonly("magazines", &Stats::magazines, "Magazines made.")
      .def_readonly("threads", &Stats::threads, "Threads with magazines of their own.")
      .def_readonly("bytes", &Stats::bytes, "Bytes held: slabs and magazines.")
      .def("__eq__",
           [](const Stats &self, const py::object &other) {
             return py::isinstance<Stats>(other) && self == other.cast<const Stats &>();
           })
      .def("__hash__", [](const Stats &self) { return py::hash(py::str(to_text(self))); })
      .def("__repr__", &to_text);
}

constexpr const char *kSharedPoolDoc = R"doc(A pool of slots of one size, for any number of threads.

Each thread has two magazines, arrays of free slots of its own, and exchanges them whole over a
lock-free depot. A slot may be freed by any thread. A handle is the address of a slot of
uninitialised memory, to be used through ctypes, cffi or native code. Use the C++ class
``vmperf::pool::SharedPool<T>`` in inner loops.

Parameters
----------
item_size_bytes : int, default 64
    Size of an item, 1 to 2**30 bytes. A slot is that rounded up to `align`.
capacity : int, default 0
    Slots made at once, in one slab; 0 waits for the first allocation.
align : int, default 64
    Alignment of every slot, a power of two from 1 to 2**21 bytes. The default keeps items of
    several threads from sharing cache lines.
magazine_capacity : int, default 64
    Slots of a magazine, 1 to 65536: a thread keeps up to twice as many free ones for itself.

Raises
------
InvalidArgumentError
    If a size, count or alignment is out of range.
CapacityError
    If there is no memory for `capacity` slots.

Notes
-----
``allocate`` is O(1); ``deallocate`` also tests that its handle is the address of a slot, under a
lock. A handle that is freed twice is not found: see ``StackPool``. A thread's magazines go back to
the depot when it ends. Safe to use from several threads at once, also without the GIL; ``close``
while no other thread is inside.

References
----------
Bonwick and Adams, "Magazines and Vmem", USENIX 2001.

Examples
--------
>>> from threading import Thread
>>> from vmperf.pool import SharedPool
>>> with SharedPool(item_size_bytes=64, capacity=100) as pool:
...     slot = pool.allocate()
...     other = Thread(target=pool.deallocate, args=(slot,))
...     other.start()
...     other.join()
...     pool.deallocate(pool.allocate())
...     pool.preallocate(500)
...     pool.stats().live, pool.stats().available >= 500
(0, True)
>>> pool.is_closed
True
>>> pool.close()
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

constexpr const char *kDeallocateDoc = R"doc(Takes a slot back, whichever thread allocated it.

Parameters
----------
handle : int
    What ``allocate`` returned, 0 to 2**64 - 1. Freeing it twice is undefined.

Raises
------
CorruptionError
    If the handle is not the address of a slot of this pool.
InvalidArgumentError
    If the pool is closed or the handle can't be an address.
)doc";

constexpr const char *kPreallocateDoc = R"doc(Makes fresh slots available and their pages resident.

Parameters
----------
n : int
    How many. A thread takes them a magazine at a time.

Raises
------
InvalidArgumentError
    If `n` is out of range or the pool is closed.
CapacityError
    If there is no memory for them; the pool is as it was.

Notes
-----
O(n), without the GIL: a byte of each page is written.
)doc";

constexpr const char *kCloseDoc = R"doc(Gives all memory back; a second call does nothing.

Live slots become invalid. Leaving a ``with`` block closes the pool. No other thread may be inside
it.
)doc";

constexpr const char *kStatsDoc = R"doc(What the pool holds: exact when no thread is inside it.

Returns
-------
SharedPoolStats
    capacity, available, in_magazines, live, slabs, magazines, threads, bytes.

Raises
------
InvalidArgumentError
    If the pool is closed.

Notes
-----
O(magazines), locked, without the GIL.
)doc";

} // namespace

void bind_shared(py::module_ &m) {
  bind_shared_stats(m);
  using Pool = HandleSharedPool;
  py::class_<Pool>(m, "SharedPool", kSharedPoolDoc)
      .def(py::init([](const py::object &item_size_bytes, const py::object &capacity,
                       const py::object &align, const py::object &magazine_capacity) {
             return std::make_unique<Pool>(
                 to_unsigned(item_size_bytes, "item_size_bytes",
                             "1 to " + std::to_string(kMaxItemBytes)),
                 to_count(capacity, "capacity"),
                 to_unsigned(align, "align",
                             "a power of two from 1 to " + std::to_string(kMaxAlign)),
                 to_unsigned(magazine_capacity, "magazine_capacity",
                             "1 to " + std::to_string(kMaxMagazineCapacity)));
           }),
           py::arg("item_size_bytes") = 64, py::arg("capacity") = 0, py::kw_only(),
           py::arg("align") = 64, py::arg("magazine_capacity") = kMagazineCapacity)
      .def("allocate", &Pool::allocate, kAllocateDoc)
      .def(
          "deallocate",
          [](Pool &pool, const py::object &handle) {
            pool.deallocate(to_unsigned(handle, "handle", "0 to 18446744073709551615"));
          },
          py::arg("handle"), kDeallocateDoc)
      .def(
          "preallocate",
          [](Pool &pool, const py::object &n) {
            const std::size_t count = to_count(n, "n");
            const py::gil_scoped_release unlocked;
            pool.preallocate(count);
          },
          py::arg("n"), kPreallocateDoc)
      .def("close", &Pool::close, kCloseDoc)
      .def("stats", &Pool::stats, py::call_guard<py::gil_scoped_release>(), kStatsDoc)
      .def_property_readonly(
          "capacity", [](const Pool &pool) { return pool.stats().capacity; }, "Slots in all slabs.")
      .def_property_readonly("magazine_capacity", &Pool::magazine_capacity, "Slots of a magazine.")
      .def_property_readonly("is_closed", &Pool::is_closed, "Whether `close` was called.")
      .def_property_readonly(
          "item_size_bytes", [](const Pool &pool) { return pool.shape().item_bytes; },
          "Size of an item in bytes.")
      .def_property_readonly(
          "align", [](const Pool &pool) { return pool.shape().align; },
          "Alignment of every slot in bytes.")
      .def(
          "__enter__", [](Pool &pool) -> Pool & { return pool; },
          py::return_value_policy::reference)
      .def("__exit__", [](Pool &pool, const py::args & /*exception*/) { pool.close(); })
      .def("__repr__", [](const Pool &pool) {
        return "SharedPool(item_size_bytes=" + std::to_string(pool.shape().item_bytes) +
               ", align=" + std::to_string(pool.shape().align) +
               ", magazine_capacity=" + std::to_string(pool.magazine_capacity()) +
               (pool.is_closed() ? ", closed)" : ")");
      });
}

} // namespace vmperf::pool
