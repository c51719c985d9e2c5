// Offsets of a batch: any one-dimensional contiguous buffer of unsigned 64-bit integers, so that a
// batch needs no NumPy; another type of item is refused, never converted. O(1), O(n) for one of
// signed integers, to name a negative one; needs the GIL. Source: PEP 3118 and the module struct's
// letters.
#pragma once

#include <cstring>
#include <memory>
#include <string>

#include "bind_args.hpp"
#include "vmperf/memops/batch.hpp"

namespace vmperf::memops {

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

} // namespace vmperf::memops

namespace pybind11::detail {
template <> struct handle_type_name<vmperf::memops::OffsetsArg> {
  static constexpr auto name = const_name("numpy.typing.NDArray[numpy.uint64]");
};
} // namespace pybind11::detail
