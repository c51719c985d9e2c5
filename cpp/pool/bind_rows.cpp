// The part of StackPool's Python face that deals in rows of slots, and leases of them.
#include "bind_rows.hpp"
#include "bind_rows.docs.hpp"

#include <pybind11/numpy.h>

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

} // namespace

void bind_rows(py::module_ &m) {
  py::class_<PyLease>(m, "Lease", docs::Lease)
      .def("__enter__", &PyLease::enter)
      .def("__exit__", [](PyLease &lease, const py::args & /*exception*/) { lease.end(); })
      .def("__len__", &PyLease::size)
      .def_property_readonly("handles", &PyLease::array, docs::Lease_handles);
  stack_pool_of(m)
      .def("allocate_n", &allocate_n, py::arg("n"), docs::StackPool_allocate_n)
      .def("deallocate_n", &deallocate_n, py::arg("handles").noconvert(),
           docs::StackPool_deallocate_n)
      .def(
          "lease",
          [](const py::object &self, const py::object &n) {
            const std::size_t count = to_count(n, "n");
            self.cast<HandlePool &>().check_count(count);
            return std::make_unique<PyLease>(self, count);
          },
          py::arg("n"), docs::StackPool_lease);
}

} // namespace vmperf::pool
