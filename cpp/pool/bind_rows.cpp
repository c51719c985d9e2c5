// The part of StackPool's Python face that deals in arrays: rows, leases, lent memory.
#include "bind_rows.hpp"

#include <pybind11/numpy.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "vmperf/base/error.hpp"

namespace vmperf::pool {
namespace {

using Handles = py::array_t<std::uint64_t, py::array::c_style>;

// A lease as Python holds it: the row is read only between __enter__ and __exit__.
class PyLease {
public:
  PyLease(py::object pool, std::size_t n) : pool_(std::move(pool)), n_(n) {}
  PyLease(const PyLease &) = delete;
  PyLease &operator=(const PyLease &) = delete;
  PyLease(PyLease &&) = delete;
  PyLease &operator=(PyLease &&) = delete;
  // Dropped while open: the slots come back where that is possible, else they stay live.
  ~PyLease() {
    try {
      if (id_ != 0) {
        pool().close_lease(id_);
      }
    } catch (...) { // of a destructor nothing may escape
      id_ = 0;
    }
  }

  py::array enter() {
    if (entered_) {
      throw InvalidArgumentError("lease", "used twice", "a new one from StackPool.lease()");
    }
    HandlePool::Row row = pool().open_lease(n_);
    entered_ = true;
    id_ = row.id;
    // The array's base keeps the pool alive, and the table that the row lies in.
    struct Keep {
      py::object pool;
      std::shared_ptr<void> table;
    };
    auto keep = std::make_unique<Keep>(Keep{.pool = pool_, .table = std::move(row.memory)});
    const py::capsule base(keep.get(), [](void *p) { delete static_cast<Keep *>(p); });
    keep.release(); // NOLINT(bugprone-unused-return-value): the capsule owns it
    array_ = py::array(py::dtype::of<std::uint64_t>(), {row.slots.size()}, {sizeof(std::uint64_t)},
                       as_memory(row.slots.data()), base);
    array_.attr("flags").attr("writeable") = false;
    return array_;
  }

  [[nodiscard]] py::array array() const {
    if (id_ == 0) {
      throw InvalidArgumentError("lease", entered_ ? "ended" : "not entered",
                                 "a lease within its with block");
    }
    return array_;
  }

  void end() {
    if (id_ != 0) {
      pool().close_lease(id_);
      id_ = 0;
      array_ = py::array();
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return n_; }

private:
  [[nodiscard]] HandlePool &pool() const { return pool_.cast<HandlePool &>(); }

  py::object pool_;
  std::size_t n_;
  std::uint64_t id_ = 0;
  bool entered_ = false;
  py::array array_;
};

// Memory that the pool has lent to an array; it goes back with the last array over it.
struct Lent {
  py::object pool; // kept alive
  HandlePool *home;
  Slab slab;

  Lent(py::object owner, Slab taken)
      : pool(std::move(owner)), home(&pool.cast<HandlePool &>()), slab(std::move(taken)) {}
  Lent(const Lent &) = delete;
  Lent &operator=(const Lent &) = delete;
  Lent(Lent &&) = delete;
  Lent &operator=(Lent &&) = delete;
  ~Lent() {
    poison(slab.base(), slab.bytes());
    home->give_back(std::move(slab));
  }
};

py::array make_array(const py::object &self, const py::object &dtype, const py::object &n) {
  const py::dtype type = py::dtype::from_args(dtype);
  const std::size_t count = to_count(n, "n");
  const auto item_bytes = static_cast<std::size_t>(type.itemsize());
  if (item_bytes == 0 || type.attr("hasobject").cast<bool>()) {
    throw InvalidArgumentError("dtype", py::str(static_cast<const py::object &>(type)),
                               "a dtype of at least a byte an element, without Python objects");
  }
  if (count > kMaxBytes / item_bytes) {
    throw InvalidArgumentError("n", std::to_string(count),
                               "0 to " + std::to_string(kMaxBytes / item_bytes) + " elements of " +
                                   std::to_string(item_bytes) + " bytes");
  }
  auto &pool = self.cast<HandlePool &>();
  const std::size_t bytes = std::max<std::size_t>(1, count * item_bytes);
  auto lent = std::make_unique<Lent>(self, pool.take_slab(bytes));
  unpoison(lent->slab.base(), lent->slab.bytes());
  void *memory = lent->slab.base();
  const py::capsule base(lent.get(), [](void *p) { delete static_cast<Lent *>(p); });
  lent.release(); // NOLINT(bugprone-unused-return-value): the capsule owns it
  return py::array(type, {count}, {item_bytes}, memory, base);
}

Handles allocate_n(HandlePool &pool, const py::object &n) {
  const std::size_t count = to_count(n, "n");
  pool.check_count(count);
  Handles handles(static_cast<py::ssize_t>(count));
  const std::span<std::uint64_t> row(handles.mutable_data(), count);
  const py::gil_scoped_release unlocked;
  pool.allocate_n(row);
  return handles;
}

void deallocate_n(HandlePool &pool, const Handles &handles) {
  if (handles.ndim() != 1) {
    throw InvalidArgumentError("handles", std::to_string(handles.ndim()) + "-dimensional",
                               "one dimension");
  }
  const std::span<const std::uint64_t> row(handles.data(),
                                           static_cast<std::size_t>(handles.size()));
  const py::gil_scoped_release unlocked;
  pool.deallocate_n(row);
}

constexpr const char *kAllocateNDoc = R"doc(Hands out a row of slots in one call.

Parameters
----------
n : int
    How many, 0 or more.

Returns
-------
numpy.ndarray
    Handles, dtype uint64, shape ``(n,)``; in the order of the pool's stack, not of `n` calls of
    ``allocate``.

Raises
------
InvalidArgumentError
    If `n` is out of range or the pool is closed or in use by another thread.
CapacityError
    If there is no memory for all of them; the pool is as it was.

Notes
-----
O(n), some 0.2 ns a slot in an unchecked pool; without the GIL.

Examples
--------
>>> from vmperf.pool import StackPool
>>> with StackPool(64, 100) as pool:
...     row = pool.allocate_n(100)
...     live = pool.stats().live
...     pool.deallocate_n(row)
...     row.dtype, row.shape, live, pool.stats().live
(dtype('uint64'), (100,), 100, 0)
)doc";

constexpr const char *kDeallocateNDoc = R"doc(Takes a row of slots back in one call.

Parameters
----------
handles : numpy.ndarray
    Live handles, dtype uint64, shape ``(n,)``, contiguous; nothing is converted.

Raises
------
CorruptionError
    In a checked pool, if one is freed twice (also within the row), foreign or within a slot: the
    message names the first one's index, and none is freed. In any pool, if fewer slots are live.
InvalidArgumentError
    If the array has another shape, or the pool is closed or in use by another thread.

Notes
-----
O(n); without the GIL. A row that ``allocate_n`` gave comes back in its order.

Examples
--------
>>> from vmperf.pool import StackPool
>>> pool = StackPool()
>>> row = pool.allocate_n(3)
>>> pool.deallocate_n(row[:2])
>>> pool.stats().live
1
)doc";

constexpr const char *kLeaseDoc = R"doc(A row of slots for the length of a ``with`` block, uncopied.

Parameters
----------
n : int
    How many slots, 0 or more.

Returns
-------
Lease
    A context manager that yields the handles: a read-only array of dtype uint64, shape ``(n,)``,
    that looks into the pool's own table.

Raises
------
InvalidArgumentError
    If `n` is out of range; on entering, if the pool is closed.

Notes
-----
O(1), but for slots that are handed out for the first time. Until the block ends the pool may
allocate; a deallocation that would overwrite the row is a CorruptionError.

Examples
--------
>>> from vmperf.pool import StackPool
>>> with StackPool(64, 100) as pool:
...     with pool.lease(10) as handles:
...         len(set(handles.tolist())), pool.stats().live
...     pool.stats().live
(10, 10)
0
)doc";

constexpr const char *kArrayDoc = R"doc(A NumPy array over memory of the pool.

Elements lie back to back, in as many whole slots as they need, so that NumPy works on them at full
speed; one element per slot, at the slots' distance, would be slow and waste most of a cache line.
With a dtype as large as a slot, element i is slot i all the same.

Parameters
----------
dtype : numpy.dtype or what makes one
    Of the elements; without Python objects.
n : int
    How many elements, 0 or more.

Returns
-------
numpy.ndarray
    Shape ``(n,)``, C-contiguous, writeable, uninitialised, aligned as the slots are.

Raises
------
InvalidArgumentError
    If `dtype` holds objects or nothing, `n` is out of range, or the pool is closed.
CapacityError
    If there is no memory; the pool is as it was.

Notes
-----
The memory is a slab: one of the pool's that was never used, where one is large enough, else a new
one. It is lent: while the array or a view of it lives, the slab is not among the pool's capacity,
live slots and bytes, and the array keeps the pool alive, also a closed one. With the last view it
comes back as fresh slots, or goes to the C library if the pool is closed; ``del array`` is the
explicit release, as one under a living array would leave it dangling. O(slabs).

Examples
--------
>>> from vmperf.pool import StackPool
>>> pool = StackPool(64)
>>> x = pool.array("f8", 1000)
>>> x[:] = 1.0
>>> float(x.sum()), pool.stats().capacity
(1000.0, 0)
>>> del x
>>> pool.stats().capacity
125
)doc";

} // namespace

void bind_row_classes(py::module_ &m) {
  py::class_<PyLease>(m, "Lease", R"doc(A row of slots, for one ``with`` block.

Made by ``StackPool.lease``. Used once; leases end in the reverse order of their making.

Examples
--------
>>> from vmperf.pool import StackPool
>>> pool = StackPool()
>>> lease = pool.lease(3)
>>> with lease:
...     lease.handles.shape
(3,)
)doc")
      .def("__enter__", &PyLease::enter)
      .def("__exit__", [](PyLease &lease, const py::args & /*exception*/) { lease.end(); })
      .def("__len__", &PyLease::size)
      .def_property_readonly("handles", &PyLease::array, R"doc(The row's handles.

An array of dtype uint64, read-only. InvalidArgumentError outside of the ``with`` block.
)doc");
}

void bind_rows(PoolClass &pool) {
  pool.def("allocate_n", &allocate_n, py::arg("n"), kAllocateNDoc)
      .def("deallocate_n", &deallocate_n, py::arg("handles").noconvert(), kDeallocateNDoc)
      .def(
          "lease",
          [](const py::object &self, const py::object &n) {
            const std::size_t count = to_count(n, "n");
            self.cast<HandlePool &>().check_count(count);
            return std::make_unique<PyLease>(self, count);
          },
          py::arg("n"), kLeaseDoc)
      .def("array", &make_array, py::arg("dtype"), py::arg("n"), kArrayDoc);
}

} // namespace vmperf::pool
