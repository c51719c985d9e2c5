// The Python face of memops: words and control; the operations are in bind_*.cpp.
#include <pybind11/pybind11.h>

#include <array>
#include <deque>
#include <string>

#include "bind_fastcall.hpp"

namespace vmperf::memops {

namespace {

// The place of a word in a list; null is the first.
template <std::size_t kCount>
std::size_t index_of(PyObject *given, const char *name,
                     const std::array<const char *, kCount> &words) {
  if (given == nullptr) {
    return 0;
  }
  if (!PyUnicode_Check(given)) {
    throw py::type_error(std::string(name) + " must be a str, not " + Py_TYPE(given)->tp_name);
  }
  for (std::size_t i = 0; i < kCount; ++i) {
    if (PyUnicode_CompareWithASCIIString(given, words[i]) == 0) {
      return i;
    }
  }
  std::string allowed = words[0];
  for (std::size_t i = 1; i < kCount; ++i) {
    allowed += std::string(", ") + words[i];
  }
  throw InvalidArgumentError(name, py::repr(given).cast<std::string>(), allowed);
}

constexpr std::array<const char *, 3> kHints = {"auto", "temporal", "stream"};
constexpr std::array kHintOf = {Hint::automatic, Hint::temporal, Hint::stream};
constexpr std::array<const char *, 3> kPolicies = {"balanced", "throughput", "forward"};
constexpr std::array kPolicyOf = {Policy::balanced, Policy::throughput, Policy::forward};

} // namespace

Hint to_hint(PyObject *word) {
  return kHintOf[index_of(word, "hint", kHints)];
}

Policy to_policy(PyObject *word) {
  return kPolicyOf[index_of(word, "policy", kPolicies)];
}

void add_functions(py::module_ &m, std::span<const FastFunction> functions) {
  static std::deque<std::array<PyMethodDef, 2>> kept; // by Python, too; the second ends a list
  for (const FastFunction &function : functions) {
    // By way of a function without arguments, as the C API asks for it.
    auto *const entry = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function.entry));
    kept.push_back({{{function.name, entry, METH_FASTCALL | METH_KEYWORDS, function.doc}, {}}});
    if (PyModule_AddFunctions(m.ptr(), kept.back().data()) != 0) {
      throw py::error_already_set();
    }
  }
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
  bind_crc32c(m);
  bind_scan(m);
  bind_batch(m);
  bind_plan(m);
  bind_control(m);
}

} // namespace vmperf::memops
