// plan(): a copy whose checks were made once. The callable is a builtin function whose self is a
// capsule with buffers and kernel, so a call is a vectorcall and a copy.
#include <pybind11/typing.h>

#include <memory>
#include <tuple>

#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "bind_plan.docs.hpp"
#include "vmperf/memops/copy.hpp"

namespace vmperf::memops {
namespace {

struct Plan {
  View dst, src;
  Ops::Copy *kernel = nullptr;
  py::object owner_of_dst, owner_of_src; // a View only borrows them

  Plan(const BufferArg &to, const BufferArg &from)
      : dst(to, "dst", Access::write), src(from, "src", Access::read, &dst), owner_of_dst(to),
        owner_of_src(from) {}
};

PyObject *call_plan(PyObject *self, PyObject * /*no arguments*/) {
  const auto *plan = static_cast<const Plan *>(PyCapsule_GetPointer(self, nullptr));
  const std::size_t n = plan->dst.size();
  if (n <= kKeepGilBytes) {
    plan->kernel(plan->dst.data(), plan->src.data(), n);
  } else {
    const py::gil_scoped_release released;
    plan->kernel(plan->dst.data(), plan->src.data(), n);
  }
  return Py_NewRef(Py_None);
}

PyMethodDef g_call_plan = {"planned_copy", call_plan, METH_NOARGS,
                           "planned_copy() -> None\n\nCopy once more what plan() was given."};

Ops::Copy *kernel_of(std::size_t n, Policy policy, Hint hint) {
  const Ops &table = ops();
  if (n < 1024 || hint == Hint::automatic) {
    return table.copy(policy);
  }
  return hint == Hint::stream ? table.copy_stream : table.copy_temporal;
}

py::typing::Callable<void()> make_plan(const BufferArg &to, const BufferArg &from,
                                       const py::str &hint_word, const py::str &policy_word) {
  const Hint hint = to_hint(hint_word.ptr());
  const Policy policy = to_policy(policy_word.ptr());
  auto plan = std::make_unique<Plan>(to, from);
  const std::size_t n = same_size(plan->dst, plan->src);
  plan->dst.hold();
  plan->src.hold();
  settle(n, hint, plan->dst, plan->src);
  plan->kernel = kernel_of(n, policy, hint);
  const py::capsule self(plan.get(), [](void *p) { delete static_cast<Plan *>(p); });
  std::ignore = plan.release(); // the capsule's now
  auto function = py::reinterpret_steal<py::object>(PyCFunction_New(&g_call_plan, self.ptr()));
  if (!function) {
    throw py::error_already_set();
  }
  return py::reinterpret_borrow<py::typing::Callable<void()>>(function);
}

} // namespace

void bind_plan(py::module_ &m) {
  m.def("plan", &make_plan, py::arg("dst"), py::arg("src"), py::kw_only(), py::arg("hint") = "auto",
        py::arg("policy") = "balanced", docs::plan);
}

} // namespace vmperf::memops
