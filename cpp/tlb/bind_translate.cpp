// SoftTlb.translate, a method of the vectorcall protocol: called with two arguments that are arrays
// as they should be, it goes to work at once, where pybind11 would take longer than 100 addresses.
// Everything else is sorted out at leisure. Source: PEP 590; PyDescr_NewMethod in the C API.
#include <algorithm>
#include <array>
#include <exception>
#include <string>

#include "bind_args.hpp"
#include "bind_translate.docs.hpp"
#include "vmperf/tlb/page_map.hpp"
#include "vmperf/tlb/words.hpp"

namespace vmperf::tlb {
namespace {

using Args = PyObject *const *;
constexpr std::array<const char *, 5> kNames{"vas", "out", "access", "asid", "walker"};

// One reference per name, or null; TypeError as Python's own.
std::array<PyObject *, 5> parse(Args args, Py_ssize_t nargs, PyObject *kwnames) {
  std::array<PyObject *, 5> found{};
  if (nargs > Py_ssize_t{5}) {
    throw py::type_error("translate() takes at most 5 positional arguments (" +
                         std::to_string(nargs) + " given)");
  }
  std::copy(args, args + nargs, found.begin());
  const Py_ssize_t named = kwnames != nullptr ? PyTuple_GET_SIZE(kwnames) : 0;
  for (Py_ssize_t i = 0; i < named; ++i) {
    PyObject *const word = PyTuple_GET_ITEM(kwnames, i);
    std::size_t at = 0;
    while (at < kNames.size() && PyUnicode_CompareWithASCIIString(word, kNames[at]) != 0) {
      ++at;
    }
    if (at == kNames.size() || found[at] != nullptr) {
      throw py::type_error(std::string("translate() got an unexpected or repeated argument '") +
                           py::str(py::handle(word)).cast<std::string>() + "'");
    }
    found[at] = args[nargs + i];
  }
  return found[0] != nullptr ? found : throw py::type_error("translate() missing argument: 'vas'");
}

PyObject *translate_any(PyObject *self, Args args, Py_ssize_t nargs, PyObject *kwnames) {
  const auto [vas, out, access, asid, walker] = parse(args, nargs, kwnames);
  const auto object = [](PyObject *of) {
    return py::reinterpret_borrow<py::object>(of != nullptr ? of : Py_None);
  };
  auto &tlb = py::cast<SoftTlb &>(py::handle(self));
  const Addresses addresses = to_addresses(object(vas), "vas");
  Outputs outputs = to_outputs(object(out), addresses);
  const auto n = static_cast<std::size_t>(addresses.size());
  const Access how = access != nullptr ? to_access(py::cast<std::string>(access)) : Access::read;
  const std::uint16_t space = asid != nullptr ? to_asid(asid) : std::uint16_t{0};
  std::uint64_t *const pa = outputs.pa.mutable_data();
  std::uint8_t *const fault = outputs.fault.mutable_data();
  if (const auto *pages = py::cast<const PageMap *>(object(walker)); pages != nullptr) {
    tlb.translate_or_walk(*pages, addresses.data(), pa, fault, n, how, space);
  } else {
    tlb.translate_all(addresses.data(), pa, fault, n, how, space);
  }
  return py::make_tuple(outputs.pa, outputs.fault).release().ptr();
}

// An array just as it is wanted: of this very dtype, one-dimensional, contiguous, aligned.
struct Plain {
  char *data;
  Py_ssize_t n;
};
bool is_plain(PyObject *value, const py::dtype &dtype, unsigned flags, Plain &plain) {
  const auto &numpy = py::detail::npy_api::get();
  if (Py_TYPE(value) != numpy.PyArray_Type_) {
    return false;
  }
  const auto *array = py::detail::array_proxy(value);
  if (array->descr != dtype.ptr() || array->nd != 1 ||
      (static_cast<unsigned>(array->flags) & flags) != flags) {
    return false;
  }
  plain = {array->data, array->dimensions[0]};
  return true;
}

bool apart(const Plain &a, Py_ssize_t a_bytes, const Plain &b, Py_ssize_t b_bytes) {
  return a.data + a_bytes <= b.data || b.data + b_bytes <= a.data;
}

bool translate_plain(PyObject *self, PyObject *vas, PyObject *out) { // whether it could be
  using Numpy = py::detail::npy_api;
  static const auto *const words = new py::dtype(py::dtype::of<std::uint64_t>()); // for good
  static const auto *const bytes = new py::dtype(py::dtype::of<std::uint8_t>());
  constexpr unsigned kRead =
      unsigned{Numpy::NPY_ARRAY_C_CONTIGUOUS_} | unsigned{Numpy::NPY_ARRAY_ALIGNED_};
  constexpr unsigned kWrite = kRead | unsigned{Numpy::NPY_ARRAY_WRITEABLE_};
  const auto *const object = reinterpret_cast<py::detail::instance *>(self);
  std::array<Plain, 3> plain{};
  auto &[va, pa, fault] = plain;
  if (!PyTuple_CheckExact(out) || PyTuple_GET_SIZE(out) != 2 || !object->simple_layout ||
      object->simple_value_holder[0] == nullptr || !is_plain(vas, *words, kRead, va) ||
      !is_plain(PyTuple_GET_ITEM(out, 0), *words, kWrite, pa) ||
      !is_plain(PyTuple_GET_ITEM(out, 1), *bytes, kWrite, fault) || pa.n != va.n ||
      fault.n != va.n || !apart(va, va.n * 8, pa, pa.n * 8) ||
      !apart(va, va.n * 8, fault, fault.n) || !apart(pa, pa.n * 8, fault, fault.n)) {
    return false;
  }
  static_cast<SoftTlb *>(object->simple_value_holder[0])
      ->translate_all(reinterpret_cast<const std::uint64_t *>(va.data),
                      reinterpret_cast<std::uint64_t *>(pa.data),
                      reinterpret_cast<std::uint8_t *>(fault.data), static_cast<std::size_t>(va.n),
                      Access::read, 0);
  return true;
}

// NOLINTNEXTLINE(bugprone-exception-escape): restore() throws where Python is broken already
PyObject *translate(PyObject *self, Args args, Py_ssize_t nargs, PyObject *kwnames) noexcept {
  try {
    const bool by_name = nargs == 1 && kwnames != nullptr && PyTuple_GET_SIZE(kwnames) == 1 &&
                         PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(kwnames, 0), "out") == 0;
    if (((nargs == 2 && kwnames == nullptr) || by_name) &&
        translate_plain(self, args[0], args[1])) {
      return Py_NewRef(args[1]);
    }
    return translate_any(self, args, nargs, kwnames);
  } catch (py::error_already_set &e) {
    e.restore();
  } catch (const std::exception &) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

} // namespace

void bind_translate(py::module_ &m) {
  static const std::string doc =
      std::string("translate(self: vmperf._core.tlb.SoftTlb, vas: typing.Any, out: typing.Any = "
                  "None, access: str = 'r', asid: typing.Any = 0, walker: "
                  "vmperf._core.tlb.PageMap | None = None) -> tuple\n\n") +
      docs::SoftTlb_translate;
  // By way of a function without arguments, as the C API asks for it.
  static PyMethodDef method{"translate",
                            reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(translate)),
                            METH_FASTCALL | METH_KEYWORDS, doc.c_str()};
  const py::object tlb = m.attr("SoftTlb");
  const auto descriptor = py::reinterpret_steal<py::object>(
      PyDescr_NewMethod(reinterpret_cast<PyTypeObject *>(tlb.ptr()), &method));
  tlb.attr("translate") = descriptor ? descriptor : throw py::error_already_set();
}

} // namespace vmperf::tlb
