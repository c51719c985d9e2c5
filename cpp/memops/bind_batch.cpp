// Batches. Offsets come as any one-dimensional contiguous buffer of unsigned 64-bit integers, so a
// batch needs no NumPy; another type of item is refused, never converted.
#include <cstring>
#include <memory>
#include <string>

#include "bind_buffer.hpp"
#include "bind_fastcall.hpp"
#include "vmperf/memops/batch.hpp"

namespace vmperf::memops {
namespace {

/// An array of uint64, as signatures and stubs call it.
class OffsetsArg : public BufferArg {
  using BufferArg::BufferArg;
};

/// The export of an offsets array, held until the batch is done.
class OffsetArray {
public:
  OffsetArray(const OffsetsArg &object, const char *name) : name_(name) {
    if (PyObject_CheckBuffer(object.ptr()) == 0) {
      throw py::type_error(name_ + " must be an array of uint64, not " +
                           Py_TYPE(object.ptr())->tp_name);
    }
    if (PyObject_GetBuffer(object.ptr(), &export_, PyBUF_ND | PyBUF_FORMAT) != 0) {
      PyErr_Clear();
      throw py::type_error(name_ + " must be a C-contiguous array of uint64");
    }
    const auto release = [](Py_buffer *buffer) { PyBuffer_Release(buffer); };
    held_ = std::unique_ptr<Py_buffer, void (*)(Py_buffer *)>(&export_, release);
    check();
  }
  OffsetArray(const OffsetArray &) = delete;
  OffsetArray &operator=(const OffsetArray &) = delete;

  [[nodiscard]] Offsets values() const noexcept {
    return {static_cast<const std::uint64_t *>(export_.buf),
            static_cast<std::size_t>(export_.len) / sizeof(std::uint64_t)};
  }

private:
  // A single native letter, with or without a mark for the machine's own byte order.
  [[nodiscard]] bool is_one_of(const char *letters) const {
    const char *format = export_.format != nullptr ? export_.format : "B";
    format += *format == '@' || *format == '=' || *format == '<' ? 1 : 0;
    return export_.itemsize == 8 && *format != '\0' && format[1] == '\0' &&
           std::strchr(letters, *format) != nullptr;
  }

  void check() const {
    if (is_one_of("lqn")) {
      check_signed();
    }
    if (!is_one_of("LQN")) {
      throw py::type_error(name_ + " has items of format '" +
                           (export_.format != nullptr ? export_.format : "B") +
                           "'; allowed: an array of uint64");
    }
    if (export_.ndim != 1) {
      throw InvalidArgumentError(
          name_, "an array of " + std::to_string(export_.ndim) + " dimensions", "one dimension");
    }
    if (reinterpret_cast<std::uintptr_t>(export_.buf) % alignof(std::uint64_t) != 0) {
      throw py::type_error(name_ + " is not aligned to its item size: pass a copy");
    }
  }

  // int64 is a wrong type; but where an element is negative, that is the better answer.
  void check_signed() const {
    for (std::size_t i = 0; i < values().size(); ++i) {
      std::int64_t value = 0;
      std::memcpy(&value, static_cast<const char *>(export_.buf) + i * sizeof(value),
                  sizeof(value));
      if (value < 0) {
        throw BadElementError(name_ + "[" + std::to_string(i) + "]", i, std::to_string(value),
                              "0 or more, in an array of uint64");
      }
    }
  }

  std::string name_;
  Py_buffer export_;
  std::unique_ptr<Py_buffer, void (*)(Py_buffer *)> held_{nullptr, nullptr};
};

// The size of a batch only decides about the GIL: a few hundred elements are as long as 64 KiB.
constexpr std::size_t kBytesPerElement = 128;

void copy_batch_of(const BufferArg &to, const BufferArg &from, const OffsetsArg &to_off,
                   const OffsetsArg &from_off, const OffsetsArg &sizes, const py::str &overlap) {
  const auto word = overlap.cast<std::string>();
  if (word != "forbid" && word != "sequential") {
    throw InvalidArgumentError("overlap", "'" + word + "'", "forbid, sequential");
  }
  const OffsetArray dst_off(to_off, "dst_off");
  const OffsetArray src_off(from_off, "src_off");
  const OffsetArray n(sizes, "n");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  if (word == "forbid") {
    check_apart(dst, src, "overlap='sequential' copies in index order");
  }
  run(
      n.values().size() * kBytesPerElement,
      [&] { copy_batch(dst.bytes(), src.bytes(), dst_off.values(), src_off.values(), n.values()); },
      dst, src);
}

std::size_t gather_of(const BufferArg &to, const BufferArg &from, const OffsetsArg &from_off,
                      const OffsetsArg &sizes) {
  const OffsetArray src_off(from_off, "src_off");
  const OffsetArray n(sizes, "n");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  check_apart(dst, src, "gather into another buffer");
  return run(
      n.values().size() * kBytesPerElement,
      [&] { return gather(dst.bytes(), src.bytes(), src_off.values(), n.values()); }, dst, src);
}

std::size_t scatter_of(const BufferArg &to, const BufferArg &from, const OffsetsArg &to_off,
                       const OffsetsArg &sizes) {
  const OffsetArray dst_off(to_off, "dst_off");
  const OffsetArray n(sizes, "n");
  View dst(to, "dst", Access::write);
  View src(from, "src", Access::read, &dst);
  check_apart(dst, src, "scatter into another buffer");
  return run(
      n.values().size() * kBytesPerElement,
      [&] { return scatter(dst.bytes(), src.bytes(), dst_off.values(), n.values()); }, dst, src);
}

} // namespace
} // namespace vmperf::memops

namespace pybind11::detail {
template <> struct handle_type_name<vmperf::memops::OffsetsArg> {
  static constexpr auto name = const_name("numpy.typing.NDArray[numpy.uint64]");
};
} // namespace pybind11::detail

namespace vmperf::memops {

void bind_batch(py::module_ &m) {
  m.def("copy_batch", &copy_batch_of, py::arg("dst"), py::arg("src"), py::arg("dst_off"),
        py::arg("src_off"), py::arg("n"), py::arg("overlap") = "forbid",
        R"doc(Make many copies between two buffers in one call.

Element i copies ``n[i]`` bytes from ``src_off[i]`` in `src` to ``dst_off[i]`` in `dst`.

Parameters
----------
dst : buffer
    Writable and C-contiguous.
src : buffer
    C-contiguous.
dst_off, src_off, n : ndarray of uint64, shape (n_copies,)
    Offsets and sizes in bytes; each piece lies inside its buffer.
overlap : {'forbid', 'sequential'}
    'forbid': the buffers share no byte. 'sequential': they may, the copies are made in index order,
    and one may read what another before it wrote.

Raises
------
InvalidArgumentError
    If an offset or size is negative, out of range, or their sum is: the first bad index is in the
    message and in ``index``, and nothing was copied. If the arrays differ in length, `overlap` is
    unknown, buffers overlap that must not, `dst` is read-only, or a buffer is not C-contiguous.
TypeError
    If offsets or sizes are not uint64, or a buffer is none or one of Python objects.

Notes
-----
O(n_copies + bytes). From 513 elements on the GIL is released; leave the arrays alone meanwhile.

Examples
--------
>>> import numpy as np
>>> from vmperf import memops
>>> page = bytearray(b"........")
>>> at = lambda *numbers: np.array(numbers, np.uint64)
>>> memops.copy_batch(page, b"abcdef", at(6, 0), at(0, 3), at(2, 3))
>>> bytes(page)
b'def...ab'
)doc");
  m.def("gather", &gather_of, py::arg("dst"), py::arg("src"), py::arg("src_off"), py::arg("n"),
        R"doc(Pack pieces of one buffer into another, one after the other.

Parameters
----------
dst : buffer
    Writable and C-contiguous; shares no byte with `src`; may be larger than needed.
src : buffer
    C-contiguous.
src_off, n : ndarray of uint64, shape (n_pieces,)
    Offsets in `src` and sizes, in bytes.

Returns
-------
int
    Bytes written.

Raises
------
InvalidArgumentError
    As `copy_batch`; if `dst` is too small, ``index`` is the first piece that does not fit.
TypeError
    As `copy_batch`.

Notes
-----
O(n_pieces + bytes). From 513 pieces on the GIL is released.

Examples
--------
>>> import numpy as np
>>> from vmperf import memops
>>> packed = bytearray(5)
>>> memops.gather(packed, b"abcdef", np.array([4, 0], np.uint64), np.array([2, 3], np.uint64))
5
>>> bytes(packed)
b'efabc'
)doc");
  m.def("scatter", &scatter_of, py::arg("dst"), py::arg("src"), py::arg("dst_off"), py::arg("n"),
        R"doc(Put packed pieces to their places: the reverse of `gather`.

Parameters
----------
dst : buffer
    Writable and C-contiguous; shares no byte with `src`.
src : buffer
    C-contiguous: the pieces, one after the other; may be longer than needed.
dst_off, n : ndarray of uint64, shape (n_pieces,)
    Offsets in `dst` and sizes, in bytes.

Returns
-------
int
    Bytes read.

Raises
------
InvalidArgumentError
    As `copy_batch`; if `src` is too short, ``index`` is the first piece that is not there.
TypeError
    As `copy_batch`.

Notes
-----
O(n_pieces + bytes). From 513 pieces on the GIL is released.

Examples
--------
>>> import numpy as np
>>> from vmperf import memops
>>> page = bytearray(b"......")
>>> memops.scatter(page, b"efabc", np.array([4, 0], np.uint64), np.array([2, 3], np.uint64))
5
>>> bytes(page)
b'abc.ef'
)doc");
}

} // namespace vmperf::memops
