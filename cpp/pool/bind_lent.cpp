// The part of StackPool's Python face that lends memory to arrays.
#include "bind_lent.docs.hpp"

#include <pybind11/numpy.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "bind_rows.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::pool {
namespace {

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

} // namespace

void bind_lent(py::module_ &m) {
  stack_pool_of(m).def("array", &make_array, py::arg("dtype"), py::arg("n"), docs::StackPool_array);
}

} // namespace vmperf::pool
