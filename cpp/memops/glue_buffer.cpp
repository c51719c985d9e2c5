#include "bind_buffer.hpp"

#include <cstring>

#include "vmperf/base/error.hpp"

namespace vmperf::memops {

PyTypeObject *g_ndarray = nullptr;

namespace {

// Flags of ndarrays and of dtypes; numpy/ndarraytypes.h.
constexpr unsigned kContiguous = 0x1U, kWriteable = 0x400U, kWarnOnWrite = 1U << 31U;
constexpr std::uint64_t kItemRefcount = 0x1U;

bool g_numpy_2 = false;

std::string type_of(PyObject *object) {
  return Py_TYPE(object)->tp_name;
}

// Whether a format of PEP 3118 has an object in it; the names of fields stand between colons.
bool has_objects(const char *format) {
  bool in_name = false;
  for (const char *c = format != nullptr ? format : ""; *c != '\0'; ++c) {
    in_name = in_name != (*c == ':');
    if (!in_name && *c == 'O') {
      return true;
    }
  }
  return false;
}

void note_array_type(PyTypeObject *type) {
  if (g_ndarray == nullptr && std::strcmp(type->tp_name, "numpy.ndarray") == 0) {
    g_numpy_2 = py::detail::npy_api::get().PyArray_RUNTIME_VERSION_ >= 0x12;
    g_ndarray = type;
  }
}

} // namespace

// An ndarray that is refused here meets its error in take_export().
bool View::borrow_array() noexcept {
  const auto *array = py::detail::array_proxy(object_);
  const auto flags = static_cast<unsigned>(array->flags);
  std::uint64_t item_flags = 0;
  std::size_t bytes = 0;
  if (g_numpy_2) {
    const auto *item = py::detail::array_descriptor2_proxy(array->descr);
    item_flags = item->flags;
    bytes = static_cast<std::size_t>(item->elsize);
  } else {
    const auto *item = py::detail::array_descriptor1_proxy(array->descr);
    item_flags = static_cast<unsigned char>(item->flags);
    bytes = static_cast<std::size_t>(item->elsize);
  }
  const unsigned refused = access_ == Access::write ? kWarnOnWrite : 0;
  const unsigned needed = kContiguous | (access_ == Access::write ? kWriteable : 0);
  if ((flags & (needed | refused)) != needed || (item_flags & kItemRefcount) != 0) {
    return false;
  }
  for (int i = 0; i < array->nd; ++i) {
    bytes *= static_cast<std::size_t>(array->dimensions[i]);
  }
  data_ = reinterpret_cast<unsigned char *>(array->data);
  size_ = bytes;
  return true;
}

void View::take_export() {
  if (PyObject_CheckBuffer(object_) == 0) {
    throw py::type_error(
        std::string(name_) +
        " must be a contiguous buffer (bytearray, ndarray, memoryview, ...), not " +
        type_of(object_));
  }
  // NumPy can't tell the format of every dtype (datetime64), but its flags are asked above.
  const bool plain = object_ != nullptr && Py_TYPE(object_) == g_ndarray && borrow_array();
  const unsigned writable = access_ == Access::write ? unsigned{PyBUF_WRITABLE} : 0U;
  const unsigned described = plain ? 0U : unsigned{PyBUF_ND} | unsigned{PyBUF_FORMAT};
  if (PyObject_GetBuffer(object_, &export_, static_cast<int>(described | writable)) != 0) {
    export_.obj = nullptr;
    refuse();
  }
  if (!plain && has_objects(export_.format)) {
    const std::string format = export_.format;
    PyBuffer_Release(&export_);
    export_.obj = nullptr;
    throw py::type_error(std::string(name_) + " holds Python objects (format '" + format +
                         "'); allowed: a buffer of plain values");
  }
  data_ = static_cast<unsigned char *>(export_.buf);
  size_ = static_cast<std::size_t>(export_.len);
  note_array_type(Py_TYPE(object_));
}

// Why an object with the buffer protocol gave none.
void View::refuse() const {
  PyErr_Clear();
  Py_buffer any;
  if (PyObject_GetBuffer(object_, &any, PyBUF_FULL_RO) != 0 &&
      (PyErr_Clear(), PyObject_GetBuffer(object_, &any, PyBUF_STRIDED_RO)) != 0) {
    throw py::error_already_set();
  }
  const bool objects = has_objects(any.format);
  const bool contiguous = PyBuffer_IsContiguous(&any, 'C') != 0;
  PyBuffer_Release(&any);
  const std::string type = type_of(object_);
  if (objects) {
    throw py::type_error(std::string(name_) + " is a " + type +
                         " of Python objects; allowed: a buffer of plain values");
  }
  if (!contiguous) {
    throw InvalidArgumentError(name_, "a " + type + " that is not C-contiguous",
                               "a C-contiguous buffer; see copy_2d() for rows with gaps");
  }
  throw InvalidArgumentError(name_, "a read-only " + type, "a writable buffer");
}

void throw_sizes(const View &a, const View &b) {
  throw InvalidArgumentError("the length of " + std::string(b.name()),
                             std::to_string(b.size()) + " bytes",
                             "the " + std::to_string(a.size()) + " bytes of " + a.name());
}

void check_apart(const View &dst, const View &src, const char *instead) {
  if (dst.overlaps(src)) {
    throw InvalidArgumentError(dst.name(), "a buffer that overlaps " + std::string(src.name()),
                               std::string("buffers that share no byte; ") + instead);
  }
}

} // namespace vmperf::memops
