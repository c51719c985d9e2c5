// CRC-32C: functions of the vectorcall protocol, as those of bind_hot.cpp.
#include "bind_buffer.hpp"
#include "bind_crc32c.docs.hpp"
#include "bind_fastcall.hpp"
#include "vmperf/memops/crc32c.hpp"

namespace vmperf::memops {
namespace {

std::uint32_t to_crc(PyObject *value, const char *name) {
  constexpr std::size_t kMost = 0xffffffff;
  return value == nullptr ? 0 : static_cast<std::uint32_t>(to_size(value, name, kMost));
}

PyObject *crc32c_of(PyObject *object, PyObject *before) {
  const std::uint32_t value = to_crc(before, "value");
  View buf(object, "buf", Access::read);
  const std::size_t n = buf.size();
  return PyLong_FromUnsignedLong(run(n, [&] { return crc32c(buf.data(), n, value); }, buf));
}

PyObject *crc32c_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 1 && kwnames == nullptr) [[likely]] {
      return crc32c_of(args[0], nullptr);
    }
    static const Parameters<2> parameters("crc32c", 1, 2, {"buf", "value"});
    const auto [buf, value] = parameters.parse(args, nargs, kwnames);
    return crc32c_of(buf, value);
  });
}

PyObject *combine_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    static const Parameters<3> parameters("crc32c_combine", 3, 3, {"crc_a", "crc_b", "len_b"});
    const auto [a, b, size] = parameters.parse(args, nargs, kwnames);
    const std::uint32_t crc_a = to_crc(a, "crc_a");
    const std::uint32_t crc_b = to_crc(b, "crc_b");
    return PyLong_FromUnsignedLong(crc32c_combine(crc_a, crc_b, to_size(size, "len_b", SIZE_MAX)));
  });
}

PyObject *copy_crc32c_of(PyObject *to, PyObject *from, PyObject *before) {
  const std::uint32_t value = to_crc(before, "value");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  const std::size_t n = same_size(dst, src);
  return PyLong_FromUnsignedLong(
      run(n, [&] { return copy_crc32c(dst.data(), src.data(), n, value); }, dst, src));
}

PyObject *copy_crc32c_entry(PyObject * /*module*/, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  return guarded([&] {
    if (nargs == 2 && kwnames == nullptr) [[likely]] {
      return copy_crc32c_of(args[0], args[1], nullptr);
    }
    static const Parameters<3> parameters("copy_crc32c", 2, 3, {"dst", "src", "value"});
    const auto [dst, src, value] = parameters.parse(args, nargs, kwnames);
    return copy_crc32c_of(dst, src, value);
  });
}

} // namespace

void bind_crc32c(py::module_ &m) {
  constexpr auto kFunctions = std::to_array<FastFunction>({
      {"crc32c", crc32c_entry, "(buf: typing_extensions.Buffer, value: int = 0) -> int",
       docs::crc32c},
      {"crc32c_combine", combine_entry, "(crc_a: int, crc_b: int, len_b: int) -> int",
       docs::crc32c_combine},
      {"copy_crc32c", copy_crc32c_entry,
       "(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, "
       "value: int = 0) -> int",
       docs::copy_crc32c},
  });
  add_functions(m, kFunctions);
}

} // namespace vmperf::memops
