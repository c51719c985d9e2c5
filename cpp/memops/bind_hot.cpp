// The copies, called once per small operation: plain C functions of the vectorcall
// protocol, where pybind11's argument casting would cost four times the copy. Each first serves the
// call with all arguments by place.
#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "bind_hot.docs.hpp"
#include "vmperf/memops/copy.hpp"
#include "vmperf/memops/guest.hpp"

namespace vmperf::memops {
namespace {

void check_holds(const View &side, std::size_t n) {
  if (n > side.size()) {
    throw InvalidArgumentError("nbytes", std::to_string(n),
                               "0 to the " + std::to_string(side.size()) + " bytes of " +
                                   side.name());
  }
}

PyObject *copy_with(Args args, Py_ssize_t nargs, PyObject *kwnames) {
  static const Parameters<5> parameters("copy", 2, 2, {"dst", "src", "nbytes", "hint", "policy"});
  const auto [to, from, nbytes, hint_word, policy_word] = parameters.parse(args, nargs, kwnames);
  const Hint hint = to_hint(hint_word);
  const Policy policy = to_policy(policy_word);
  const bool whole = nbytes == nullptr || nbytes == Py_None;
  std::size_t n = whole ? 0 : to_size(nbytes, "nbytes", PY_SSIZE_T_MAX);
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  if (whole) {
    n = same_size(dst, src);
  }
  check_holds(dst, n);
  check_holds(src, n);
  settle(n, hint, dst, src);
  run(n, [&] { copy(dst.data(), src.data(), n, policy, hint); }, dst, src);
  return Py_NewRef(Py_None);
}

void copy_plain(PyObject *to, PyObject *from) {
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  const std::size_t n = same_size(dst, src);
  if (n <= kKeepGilBytes) [[likely]] {
    copy(dst.data(), src.data(), n);
    return;
  }
  settle(n, Hint::automatic, dst, src);
  run(n, [&] { copy(dst.data(), src.data(), n); }, dst, src);
}

PyObject *copy_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      copy_plain(args[0], args[1]);
      return Py_NewRef(Py_None);
    }
    return copy_with(args, nargs, kwnames);
  });
}

PyObject *move_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      copy_plain(args[0], args[1]);
      return Py_NewRef(Py_None);
    }
    static const Parameters<2> parameters("move", 2, 2, {"dst", "src"});
    const auto [to, from] = parameters.parse(args, nargs, kwnames);
    copy_plain(to, from);
    return Py_NewRef(Py_None);
  });
}

PyObject *guest_copy_of(PyObject *to, PyObject *from, PyObject *width) {
  const std::size_t atom =
      width == nullptr ? 16 : to_size(width, "atom", PY_SSIZE_T_MAX, "8, 16 or 32");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  const std::size_t n = same_size(dst, src);
  if (dst.overlaps(src)) {
    check_apart(dst, src, "move() takes overlapping ones");
  }
  run(n, [&] { guest_copy(dst.data(), src.data(), n, atom); }, dst, src);
  return Py_NewRef(Py_None);
}

PyObject *guest_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      return guest_copy_of(args[0], args[1], nullptr);
    }
    static const Parameters<3> parameters("guest_copy", 2, 3, {"dst", "src", "atom"});
    const auto [dst, src, atom] = parameters.parse(args, nargs, kwnames);
    return guest_copy_of(dst, src, atom);
  });
}

} // namespace

void bind_hot(py::module_ &m) {
  constexpr auto kFunctions = std::to_array<FastFunction>({
      {"copy", copy_entry,
       "(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, *, "
       "nbytes: int | None = None, hint: str = 'auto', "
       "policy: str = 'balanced') -> None",
       docs::copy},
      {"move", move_entry, "(dst: typing_extensions.Buffer, src: typing_extensions.Buffer) -> None",
       docs::move},
      {"guest_copy", guest_entry,
       "(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, "
       "atom: int = 16) -> None",
       docs::guest_copy},
  });
  add_functions(m, kFunctions);
}

} // namespace vmperf::memops
