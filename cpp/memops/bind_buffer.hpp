// Python objects as ranges of bytes. A View borrows the memory of a bytearray, bytes or ndarray
// straight from the object (no export to make and to release: about 25 ns each) and takes any other
// object through the buffer protocol. A borrowed range is good until Python code may run, so
// numbers are converted before views are made; run() takes real exports before it lets go of the
// GIL, so that no other thread can resize what is copied. Errors name the argument: TypeError for
// what is no buffer or holds objects, InvalidArgumentError for one that is read-only or not
// contiguous. O(1); needs the GIL. Sources: PEP 3118; numpy/ndarraytypes.h, whose layout pybind11
// repeats (PyArray_Proxy).
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "bind_args.hpp"
#include "vmperf/memops/kinds.hpp"

namespace vmperf::memops {

namespace py = pybind11;

enum class Access : unsigned char { read, write };

class View {
public:
  /// `before` is another view that is in use by now: an exporter may be Python code, which can do
  /// anything to memory that is only borrowed.
  View(PyObject *object, const char *name, Access access, View *before = nullptr)
      : object_(object), name_(name), access_(access) {
    export_.obj = nullptr;
    if (!borrow()) {
      take_export();
      if (before != nullptr && before->export_.obj == nullptr && !before->borrow()) {
        before->take_export();
      }
    }
  }
  View(const BufferArg &object, const char *name, Access access = Access::read,
       View *before = nullptr)
      : View(object.ptr(), name, access, before) {}
  ~View() {
    if (export_.obj != nullptr) {
      PyBuffer_Release(&export_);
    }
  }
  View(const View &) = delete;
  View &operator=(const View &) = delete;
  View(View &&) = delete;
  View &operator=(View &&) = delete;

  /// From here on nobody can resize or free the memory, also without the GIL.
  void hold() {
    if (export_.obj == nullptr) {
      take_export();
    }
  }

  [[nodiscard]] unsigned char *data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const char *name() const noexcept { return name_; }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept {
    return {reinterpret_cast<std::byte *>(data_), size_};
  }
  [[nodiscard]] bool overlaps(const View &other) const noexcept {
    const auto a = reinterpret_cast<std::uintptr_t>(data_);
    const auto b = reinterpret_cast<std::uintptr_t>(other.data_);
    return size_ != 0 && other.size_ != 0 && a < b + other.size_ && b < a + size_;
  }

private:
  bool borrow() noexcept;
  bool borrow_array() noexcept;
  void take_export();
  [[noreturn]] void refuse() const;

  unsigned char *data_ = nullptr;
  std::size_t size_ = 0;
  PyObject *object_;
  const char *name_;
  Access access_;
  Py_buffer export_; // in use where obj is not null; clearing it would cost as much as a copy
};

/// ndarray, once one was seen; NumPy is never imported for it.
extern PyTypeObject *g_ndarray;

inline bool View::borrow() noexcept {
  PyTypeObject *type = Py_TYPE(object_);
  if (type == &PyByteArray_Type) {
    data_ = reinterpret_cast<unsigned char *>(PyByteArray_AS_STRING(object_));
    size_ = static_cast<std::size_t>(PyByteArray_GET_SIZE(object_));
    return true;
  }
  if (type == g_ndarray) {
    return borrow_array();
  }
  if (type == &PyBytes_Type && access_ == Access::read) {
    data_ = reinterpret_cast<unsigned char *>(PyBytes_AS_STRING(object_));
    size_ = static_cast<std::size_t>(PyBytes_GET_SIZE(object_));
    return true;
  }
  return false;
}

/// Work on more bytes than this lets other threads run: releasing the GIL costs as much as copying
/// a few hundred bytes, and getting it back may take milliseconds.
inline constexpr std::size_t kKeepGilBytes = std::size_t{64} << 10U;

/// Runs work(), which touches n bytes of the views, without the GIL where that pays.
template <class Work, class... Views> auto run(std::size_t n, Work work, Views &...views) {
  if (n <= kKeepGilBytes) {
    return work();
  }
  (views.hold(), ...);
  const py::gil_scoped_release released;
  return work();
}

/// The smallest size that calibrate() would have go past the caches.
inline constexpr std::size_t kLeastStreamed = std::size_t{4} << 20U;

/// Measures or loads the thresholds, where nobody did so far.
void settle_thresholds();

/// The same, where n bytes are a size that may be streamed. Runs Python code.
template <class... Views> void settle(std::size_t n, Hint hint, Views &...views) {
  if (n >= kLeastStreamed && hint == Hint::automatic) {
    (views.hold(), ...);
    settle_thresholds();
  }
}

/// InvalidArgumentError where two buffers share a byte.
void check_apart(const View &dst, const View &src, const char *instead);

[[noreturn]] void throw_sizes(const View &a, const View &b);

/// The length that two buffers share; InvalidArgumentError names both where they differ.
inline std::size_t same_size(const View &a, const View &b) {
  if (a.size() != b.size()) [[unlikely]] {
    throw_sizes(a, b);
  }
  return a.size();
}

} // namespace vmperf::memops
