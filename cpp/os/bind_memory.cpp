// The Python face of os/pages.hpp and os/dynlib.hpp: resident memory, peers' library directories.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bind_memory.docs.hpp"
#include "vmperf/os/dynlib.hpp"
#include "vmperf/os/pages.hpp"

namespace py = pybind11;

namespace vmperf::os {

namespace {

// Holds a buffer for as long as its pages are being asked for.
class BufferView {
public:
  explicit BufferView(const py::buffer &object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_SIMPLE) != 0) {
      throw py::error_already_set();
    }
  }
  BufferView(const BufferView &) = delete;
  BufferView &operator=(const BufferView &) = delete;
  BufferView(BufferView &&) = delete;
  BufferView &operator=(BufferView &&) = delete;
  ~BufferView() { PyBuffer_Release(&view_); }

  [[nodiscard]] const void *data() const noexcept { return view_.buf; }
  [[nodiscard]] std::size_t size_bytes() const noexcept {
    return static_cast<std::size_t>(view_.len);
  }

private:
  Py_buffer view_{};
};

} // namespace

void bind_memory(py::module_ &m) {
  m.def("page_bytes", &page_bytes, docs::page_bytes);
  m.def("huge_page_bytes", &huge_page_bytes, docs::huge_page_bytes);
  m.def(
      "resident_bytes",
      [](const py::buffer &buffer) {
        const BufferView view(buffer);
        return resident_bytes(view.data(), view.size_bytes());
      },
      py::arg("buffer"), docs::resident_bytes);
  m.def("add_library_directory", &add_library_directory, py::arg("path"),
        docs::add_library_directory);
  m.def("library_directories", &library_directories, docs::library_directories);
}

} // namespace vmperf::os
