// CRC-32C: functions of the vectorcall protocol, as those of bind_hot.cpp, and their docstrings.
#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "vmperf/memops/crc32c.hpp"

namespace vmperf::memops {
namespace {

constexpr const char *kCrc32cDoc =
    R"doc(crc32c(buf: typing_extensions.Buffer, value: int = 0) -> int

CRC-32C (Castagnoli) of a buffer, as iSCSI, ext4, Btrfs and NVMe use it.

Parameters
----------
buf : buffer
    C-contiguous.
value : int
    The CRC of what comes before, 0 to 2**32 - 1; 0 is that of nothing.

Returns
-------
int
    0 to 2**32 - 1.

Raises
------
InvalidArgumentError
    If `value` is out of range, or the buffer is not C-contiguous.
TypeError
    If `buf` is no buffer or one of Python objects, or `value` is no integer.

Notes
-----
Counted as by `zlib.crc32`, with another polynomial: ``crc32c(b, crc32c(a))`` is ``crc32c(a + b)``.
It finds accidents, not attacks. O(n). Above 64 KiB the GIL is released.

References
----------
RFC 3720, 12.1 and B.4. Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
Instruction, Intel 2009.

Examples
--------
>>> from vmperf import memops
>>> hex(memops.crc32c(b"123456789"))
'0xe3069283'
>>> memops.crc32c(b"6789", memops.crc32c(b"12345")) == memops.crc32c(b"123456789")
True
)doc";

constexpr const char *kCrc32cCombineDoc =
    R"doc(crc32c_combine(crc_a: int, crc_b: int, len_b: int) -> int

CRC-32C of two pieces one after the other, from that of each.

Parameters
----------
crc_a, crc_b : int
    The CRCs, 0 to 2**32 - 1, each by `crc32c` from 0.
len_b : int
    Bytes of the second piece, 0 to 2**64 - 1.

Returns
-------
int
    0 to 2**32 - 1.

Raises
------
InvalidArgumentError
    If a number is out of range.
TypeError
    If one is no integer.

Notes
-----
For pieces that several threads take, or that arrive out of order. O(log(len_b)), below a
microsecond.

References
----------
zlib, crc32.c (``crc32_combine``).

Examples
--------
>>> from vmperf import memops
>>> a, b = memops.crc32c(b"12345"), memops.crc32c(b"6789")
>>> hex(memops.crc32c_combine(a, b, 4))
'0xe3069283'
)doc";

constexpr const char *kCopyCrc32cDoc = R"doc(copy_crc32c(dst: typing_extensions.Buffer, )doc"
                                       R"doc(src: typing_extensions.Buffer, value: int = 0) -> int

Copy bytes and compute their CRC-32C, in one pass.

Parameters
----------
dst : buffer
    Writable and C-contiguous.
src : buffer
    C-contiguous, of the same length in bytes.
value : int
    The CRC of what comes before, 0 to 2**32 - 1; 0 is that of nothing.

Returns
-------
int
    What ``crc32c(src, value)`` is.

Raises
------
InvalidArgumentError
    If the lengths differ, `value` is out of range, `dst` is read-only, or a buffer is not
    C-contiguous.
TypeError
    If an argument is no buffer or one of Python objects, or `value` is no integer.

Notes
-----
Overlapping ranges are copied as by `move`, in two passes. The copy stays in the caches, whatever
its size. For memory that others write meanwhile, take a `guest_copy` first. O(n). Above 64 KiB the
GIL is released, and the buffers cannot be resized meanwhile.

Examples
--------
>>> from vmperf import memops
>>> block = bytearray(9)
>>> hex(memops.copy_crc32c(block, b"123456789"))
'0xe3069283'
>>> bytes(block)
b'123456789'
)doc";

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
      {"crc32c", crc32c_entry, kCrc32cDoc},
      {"crc32c_combine", combine_entry, kCrc32cCombineDoc},
      {"copy_crc32c", copy_crc32c_entry, kCopyCrc32cDoc},
  });
  add_functions(m, kFunctions);
}

} // namespace vmperf::memops
