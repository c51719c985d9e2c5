// The fills, called once per small operation, in the manner of bind_hot.cpp.
#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "bind_hot_fill.docs.hpp"
#include "vmperf/memops/fill.hpp"

namespace vmperf::memops {
namespace {

PyObject *fill_with(PyObject *to, unsigned char byte, Hint hint) {
  View dst(to, "dst", Access::write);
  const std::size_t n = dst.size();
  settle(n, hint, dst);
  run(n, [&] { fill(dst.data(), byte, n, hint); }, dst);
  return Py_NewRef(Py_None);
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

} // namespace

void bind_hot_fill(py::module_ &m) {
  constexpr auto kFunctions = std::to_array<FastFunction>({
      {"fill", fill_entry,
       "(dst: typing_extensions.Buffer, byte: int, *, "
       "hint: str = 'auto') -> None",
       docs::fill},
      {"zero", zero_entry, "(dst: typing_extensions.Buffer, *, hint: str = 'auto') -> None",
       docs::zero},
  });
  add_functions(m, kFunctions);
}

} // namespace vmperf::memops
