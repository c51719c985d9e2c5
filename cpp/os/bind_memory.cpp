// The Python face of os/pages.hpp and os/dynlib.hpp: resident memory, peers' library directories.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "vmperf/os/dynlib.hpp"
#include "vmperf/os/pages.hpp"

namespace py = pybind11;

namespace vmperf::os {

void bind_pages(py::module_ &m); // both called by bind() in bind.cpp
void bind_libraries(py::module_ &m);

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

void bind_pages(py::module_ &m) {
  m.def("page_bytes", &page_bytes, R"doc(Size of a base page in bytes.

Returns
-------
int
    A power of two, e.g. 4096.

Examples
--------
>>> from vmperf._core import os
>>> os.page_bytes() % 4096
0
)doc");
  m.def("huge_page_bytes", &huge_page_bytes, R"doc(Default size of a huge page in bytes.

Returns
-------
int or None
    None where the kernel has no huge pages.

Examples
--------
>>> from vmperf._core import os
>>> size = os.huge_page_bytes()
>>> size is None or size > os.page_bytes()
True
)doc");
  m.def(
      "resident_bytes",
      [](const py::buffer &buffer) {
        const BufferView view(buffer);
        return resident_bytes(view.data(), view.size_bytes());
      },
      py::arg("buffer"), R"doc(How much of a buffer is in memory now.

Parameters
----------
buffer : contiguous bytes-like object
    Such as an ``mmap.mmap`` or a C-contiguous NumPy array.

Returns
-------
int
    Bytes of all resident pages that the buffer touches: a multiple of the page size, and more than
    the buffer where it begins or ends within a page.

Raises
------
TypeError, BufferError
    If it is no buffer, or not contiguous.
OsError
    If its pages aren't mapped.

Notes
-----
Asks the kernel by mincore(2): O(pages).

Examples
--------
>>> import mmap
>>> from vmperf._core import os
>>> with mmap.mmap(-1, 4 * os.page_bytes()) as pages:
...     pages[0] = 1
...     os.resident_bytes(pages) >= os.page_bytes()
True
)doc");
}

void bind_libraries(py::module_ &m) {
  m.def("add_library_directory", &add_library_directory, py::arg("path"),
        R"doc(Adds a directory in which peers' shared libraries are searched for.

Parameters
----------
path : str
    An existing directory. Those added first are searched first, then those of the environment
    variable ``VMPERF_PEER_PATH`` (colon separated), then the system's. One that is there already
    isn't added again.

Raises
------
InvalidArgumentError
    If it isn't a directory.

Examples
--------
>>> import sys
>>> from vmperf._core import os
>>> os.add_library_directory(sys.prefix)
>>> sys.prefix in os.library_directories()
True
)doc");
  m.def("library_directories", &library_directories,
        R"doc(The directories searched for peers before the system's.

Returns
-------
list of str
    Those added, then those of ``VMPERF_PEER_PATH``, in the order of the search.

Examples
--------
>>> from vmperf._core import os
>>> isinstance(os.library_directories(), list)
True
)doc");
}

} // namespace vmperf::os
