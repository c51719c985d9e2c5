// What the binding files of guest memory share: the class as Python holds it, numbers, buffers, and
// errors of C functions. Names of arguments are in what they raise: TypeError for another type,
// InvalidArgumentError for a value. O(1); needs the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/guestmem/guest_memory.hpp"

namespace vmperf::guestmem {

namespace py = pybind11;

class PyDevice; // bind_devices.cpp

/// A GuestMemory made from Python: its callbacks may refer to it, so the collector must see them.
class PyMemory final : public GuestMemory {
public:
  using GuestMemory::GuestMemory;
  std::vector<std::shared_ptr<PyDevice>> devices;
};

using MemoryClass = py::class_<GuestMemory, std::shared_ptr<GuestMemory>>;

/// The class that bind() made, for methods of a subject that has a file of its own.
inline MemoryClass memory_class_of(const py::module_ &m) {
  return py::reinterpret_borrow<MemoryClass>(m.attr("GuestMemory"));
}
/// The slots of the type by which the collector sees callbacks.
void let_collector_see_devices(PyHeapTypeObject *type);

/// An integer, as signatures and stubs call it.
class IntArg : public py::object {
public:
  using py::object::object;
  static bool check_(py::handle /*any*/) { return true; } // refused by name, in to_unsigned()
};
/// Any object with the buffer protocol, likewise.
class BufferArg : public py::object {
public:
  using py::object::object;
  static bool check_(py::handle /*any*/) { return true; } // refused by name, in Bytes
};

/// An integer of 0 to `most`.
std::uint64_t to_unsigned(py::handle value, const char *name, std::uint64_t most = UINT64_MAX);

/// The same, quick where it is an int that fits.
inline std::uint64_t to_word(PyObject *value, const char *name, std::uint64_t most = UINT64_MAX) {
  if (PyLong_CheckExact(value)) [[likely]] {
    const std::uint64_t word = PyLong_AsUnsignedLongLong(value);
    if (word <= most && (word != UINT64_MAX || PyErr_Occurred() == nullptr)) [[likely]] {
      return word;
    }
    PyErr_Clear();
  }
  return to_unsigned(value, name, most);
}

/// The bytes of a buffer, held for the life of this object.
class Bytes {
public:
  Bytes(const BufferArg &object, const char *name);
  Bytes(const Bytes &) = delete;
  Bytes &operator=(const Bytes &) = delete;
  Bytes(Bytes &&) = delete;
  Bytes &operator=(Bytes &&) = delete;
  ~Bytes() { PyBuffer_Release(&export_); }

  [[nodiscard]] std::span<const std::byte> span() const noexcept {
    return {static_cast<const std::byte *>(export_.buf), static_cast<std::size_t>(export_.len)};
  }

private:
  Py_buffer export_{};
};

/// Work on more bytes than this lets other threads run: releasing the GIL costs as much as copying
/// a few hundred bytes, and getting it back may take milliseconds.
inline constexpr std::size_t kKeepGilBytes = std::size_t{64} << 10U;

template <class Work> void run(std::size_t bytes, Work work) {
  if (bytes <= kKeepGilBytes) {
    work();
    return;
  }
  const py::gil_scoped_release released;
  work();
}

/// Runs a body that returns a new reference; its exceptions go through the map of cpp/module.
template <class Body>
PyObject *guarded(Body body) noexcept { // NOLINT(bugprone-exception-escape): only without the GIL
  try {
    return body();
  } catch (py::error_already_set &e) {
    e.restore();
  } catch (const std::exception &) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

} // namespace vmperf::guestmem

namespace pybind11::detail {
template <> struct handle_type_name<vmperf::guestmem::IntArg> {
  static constexpr auto name = const_name("typing.SupportsIndex");
};
template <> struct handle_type_name<vmperf::guestmem::BufferArg> {
  static constexpr auto name = const_name("typing_extensions.Buffer");
};
} // namespace pybind11::detail
