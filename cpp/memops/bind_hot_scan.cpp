// The functions that only read, called once per small operation, in the manner of bind_hot.cpp.
#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "bind_hot_scan.docs.hpp"
#include "vmperf/memops/scan.hpp"

namespace vmperf::memops {
namespace {

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

} // namespace

void bind_hot_scan(py::module_ &m) {
  constexpr auto kFunctions = std::to_array<FastFunction>({
      {"equal", equal_entry, "(a: typing_extensions.Buffer, b: typing_extensions.Buffer) -> bool",
       docs::equal},
      {"is_zero", is_zero_entry, "(buf: typing_extensions.Buffer) -> bool", docs::is_zero},
      {"find_byte", find_entry,
       "(buf: typing_extensions.Buffer, byte: int, start: int = 0, "
       "stop: int | None = None) -> int",
       docs::find_byte},
  });
  add_functions(m, kFunctions);
}

} // namespace vmperf::memops
