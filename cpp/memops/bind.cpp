// The Python face of memops: words and control; the operations are in bind_*.cpp.
#include <pybind11/pybind11.h>

#include <array>
#include <deque>
#include <string>

#include "bind.docs.hpp"
#include "bind_fastcall.hpp"
#include "bind_files.hpp"

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
  struct Kept {
    std::string doc;
    std::array<PyMethodDef, 2> list; // the second ends it
  };
  static std::deque<Kept> kept; // by Python, too
  for (const FastFunction &function : functions) {
    // By way of a function without arguments, as the C API asks for it.
    auto *const entry = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function.entry));
    Kept &one = kept.emplace_back();
    one.doc = std::string(function.name) + function.signature + "\n\n" + function.doc;
    one.list[0] = {function.name, entry, METH_FASTCALL | METH_KEYWORDS, one.doc.c_str()};
    if (PyModule_AddFunctions(m.ptr(), one.list.data()) != 0) {
      throw py::error_already_set();
    }
  }
}

void bind(py::module_ &m) {
  m.doc() = docs::module;
  bind_files(m);
}

} // namespace vmperf::memops
