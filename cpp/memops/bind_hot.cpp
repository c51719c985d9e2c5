// The functions that are called once per small operation: plain C functions of the vectorcall
// protocol, where pybind11's argument casting would cost four times the copy. Each first serves the
// call with all arguments by place.
#include "bind_buffer.hpp"
#include "bind_docs.hpp"
#include "bind_fastcall.hpp"
#include "vmperf/memops/copy.hpp"
#include "vmperf/memops/fill.hpp"
#include "vmperf/memops/guest.hpp"
#include "vmperf/memops/scan.hpp"

namespace vmperf::memops {
namespace {

PyObject *none() {
  return Py_NewRef(Py_None);
}

unsigned char to_byte(PyObject *value) {
  if (PyLong_CheckExact(value)) {
    const long byte = PyLong_AsLong(value);
    if (byte >= 0 && byte <= 255) [[likely]] {
      return static_cast<unsigned char>(byte);
    }
    PyErr_Clear();
  }
  return static_cast<unsigned char>(to_size(value, "byte", 255));
}

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
  return none();
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
      return none();
    }
    return copy_with(args, nargs, kwnames);
  });
}

PyObject *move_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      copy_plain(args[0], args[1]);
      return none();
    }
    static const Parameters<2> parameters("move", 2, 2, {"dst", "src"});
    const auto [to, from] = parameters.parse(args, nargs, kwnames);
    copy_plain(to, from);
    return none();
  });
}

PyObject *fill_with(PyObject *to, unsigned char byte, Hint hint) {
  View dst(to, "dst", Access::write);
  const std::size_t n = dst.size();
  settle(n, hint, dst);
  run(n, [&] { fill(dst.data(), byte, n, hint); }, dst);
  return none();
}

PyObject *fill_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      return fill_with(args[0], to_byte(args[1]), Hint::automatic);
    }
    static const Parameters<3> parameters("fill", 2, 2, {"dst", "byte", "hint"});
    const auto [to, byte, hint] = parameters.parse(args, nargs, kwnames);
    return fill_with(to, to_byte(byte), to_hint(hint));
  });
}

PyObject *zero_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 1 && kwnames == nullptr) [[likely]] {
      return fill_with(args[0], 0, Hint::automatic);
    }
    static const Parameters<2> parameters("zero", 1, 1, {"dst", "hint"});
    const auto [to, hint] = parameters.parse(args, nargs, kwnames);
    return fill_with(to, 0, to_hint(hint));
  });
}

PyObject *equal_of(PyObject *left, PyObject *right) {
  View a(left, "a", Access::read);
  View b(right, "b", Access::read, &a);
  const std::size_t n = same_size(a, b);
  return PyBool_FromLong(run(n, [&] { return equal(a.data(), b.data(), n); }, a, b) ? 1 : 0);
}

PyObject *equal_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      return equal_of(args[0], args[1]);
    }
    static const Parameters<2> parameters("equal", 2, 2, {"a", "b"});
    const auto [a, b] = parameters.parse(args, nargs, kwnames);
    return equal_of(a, b);
  });
}

PyObject *is_zero_of(PyObject *object) {
  View buf(object, "buf", Access::read);
  const std::size_t n = buf.size();
  return PyBool_FromLong(run(n, [&] { return is_zero(buf.data(), n); }, buf) ? 1 : 0);
}

PyObject *is_zero_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 1 && kwnames == nullptr) [[likely]] {
      return is_zero_of(args[0]);
    }
    static const Parameters<1> parameters("is_zero", 1, 1, {"buf"});
    return is_zero_of(parameters.parse(args, nargs, kwnames)[0]);
  });
}

void check_at_most(const char *name, std::size_t value, std::size_t most) {
  if (value > most) {
    throw InvalidArgumentError(name, std::to_string(value), "0 to " + std::to_string(most));
  }
}

PyObject *find_in(PyObject *object, PyObject *wanted, PyObject *first, PyObject *last) {
  const unsigned char byte = to_byte(wanted);
  const bool to_end = last == nullptr || last == Py_None;
  std::size_t stop = to_end ? 0 : to_size(last, "stop", PY_SSIZE_T_MAX);
  const std::size_t start = first == nullptr ? 0 : to_size(first, "start", PY_SSIZE_T_MAX);
  View buf(object, "buf", Access::read);
  check_at_most("stop", stop, buf.size());
  stop = to_end ? buf.size() : stop;
  check_at_most("start", start, stop);
  const std::size_t n = stop - start;
  const std::size_t at = run(n, [&] { return find_byte(buf.data() + start, byte, n); }, buf);
  return at == n ? PyLong_FromLong(-1) : PyLong_FromSize_t(start + at);
}

PyObject *find_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      return find_in(args[0], args[1], nullptr, nullptr);
    }
    static const Parameters<4> parameters("find_byte", 2, 4, {"buf", "byte", "start", "stop"});
    const auto [buf, byte, start, stop] = parameters.parse(args, nargs, kwnames);
    return find_in(buf, byte, start, stop);
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
  return none();
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
      {"copy", copy_entry, kCopyDoc},
      {"move", move_entry, kMoveDoc},
      {"fill", fill_entry, kFillDoc},
      {"zero", zero_entry, kZeroDoc},
      {"equal", equal_entry, kEqualDoc},
      {"is_zero", is_zero_entry, kIsZeroDoc},
      {"find_byte", find_entry, kFindByteDoc},
      {"guest_copy", guest_entry, kGuestCopyDoc},
  });
  add_functions(m, kFunctions);
}

} // namespace vmperf::memops
