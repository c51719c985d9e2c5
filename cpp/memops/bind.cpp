// The Python face of memops: words and control; the operations are in bind_*.cpp.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <string>

#include "bind_fastcall.hpp"
#include "vmperf/memops/level.hpp"
#include "vmperf/memops/thresholds.hpp"

namespace vmperf::memops {

namespace {

template <class Word, std::size_t kCount>
Word word_of(PyObject *given, const char *name, const std::array<const char *, kCount> &words,
             const std::array<Word, kCount> &meanings) {
  if (given == nullptr) {
    return meanings[0];
  }
  if (!PyUnicode_Check(given)) {
    throw py::type_error(std::string(name) + " must be a str, not " + Py_TYPE(given)->tp_name);
  }
  std::string allowed;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (PyUnicode_CompareWithASCIIString(given, words[i]) == 0) {
      return meanings[i];
    }
    allowed += (i == 0 ? "" : ", ") + std::string(words[i]);
  }
  throw InvalidArgumentError(name, py::repr(given).cast<std::string>(), allowed);
}

} // namespace

Hint to_hint(PyObject *word) {
  return word_of<Hint, 3>(word, "hint", {"auto", "temporal", "stream"},
                          {Hint::automatic, Hint::temporal, Hint::stream});
}

Policy to_policy(PyObject *word) {
  return word_of<Policy, 3>(word, "policy", {"balanced", "throughput", "forward"},
                            {Policy::balanced, Policy::throughput, Policy::forward});
}

void bind(py::module_ &m) {
  m.doc() = R"doc(SIMD memory operations on any contiguous buffer, destination first.

Sizes, offsets and strides are in bytes, whatever the items of a buffer are. Buffers are bytearray,
ndarray, memoryview, mmap, ctypes arrays and whatever else has the buffer protocol; they must be
C-contiguous. C++ code inlines the operations from <vmperf/memops/memops.hpp>, C code finds its face
in the library at ``library_path()``. Which instructions are used: ``simd_level()``; the environment
variable ``VMPERF_SIMD``, read at the first use, forces one.
)doc";
  bind_hot(m);
  bind_scan(m);
  bind_batch(m);
  bind_plan(m);
  bind_control(m);
}

} // namespace vmperf::memops
