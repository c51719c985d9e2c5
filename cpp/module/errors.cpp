// The only map from C++ exceptions to Python's. Each error is one line below.
#include <pybind11/pybind11.h>

#include <cerrno>

#include "vmperf/base/error.hpp"
#include "vmperf/base/text.hpp"
#include "vmperf/memops/batch.hpp"

namespace py = pybind11;

namespace vmperf {
namespace {

// One Python class per C++ type, kept alive for the life of the interpreter.
template <class E> PyObject *g_class = nullptr;

template <class E>
void define(py::module_ &m, const char *name, PyObject *root, PyObject *builtin, const char *doc) {
  const std::string full = std::string("vmperf.") + name;
  py::list bases;
  for (PyObject *base : {root, builtin}) {
    if (base != nullptr) {
      bases.append(py::reinterpret_borrow<py::object>(base));
    }
  }
  g_class<E> = PyErr_NewExceptionWithDoc(full.c_str(), doc, py::tuple(bases).ptr(), nullptr);
  if (g_class<E> == nullptr) {
    throw py::error_already_set();
  }
  m.add_object(name, g_class<E>);
}

// OSError computes its own message from (errno, text); the others take the text alone.
template <class E> py::object instance(const E &error) {
  auto type = py::reinterpret_borrow<py::object>(g_class<E>);
  if constexpr (std::is_same_v<E, OsError>) {
    return type(error.code, shown(error.what()));
  } else {
    return type(shown(error.what()));
  }
}

template <class T> py::object value_of(const T &field) {
  if constexpr (std::is_same_v<T, std::string>) {
    return py::cast(shown(field)); // it may quote what a caller gave
  } else {
    return py::cast(field);
  }
}

template <class E, class... Fields> void raise(const E &error, const Fields &...fields) {
  py::object value = instance(error);
  (py::setattr(value, fields.first, value_of(fields.second)), ...);
  PyErr_SetObject(g_class<E>, value.ptr());
}

template <class T> std::pair<const char *, const T &> field(const char *name, const T &value) {
  return {name, value};
}

template <class E, class... Fields> void raise_fault(const E &error, const Fields &...fields) {
  raise(error, field("address", error.address), field("size_bytes", error.size_bytes),
        field("access", std::string(1, error.access)), fields...);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the signature that pybind11 asks for
void translate(std::exception_ptr thrown) {
  try {
    if (thrown) {
      std::rethrow_exception(thrown);
    }
  } catch (const memops::BadElementError &e) { // Python's InvalidArgumentError with one field more
    raise<InvalidArgumentError>(e, field("argument", e.argument), field("value", e.value),
                                field("allowed", e.allowed), field("index", e.index));
  } catch (const InvalidArgumentError &e) {
    raise(e, field("argument", e.argument), field("value", e.value), field("allowed", e.allowed));
  } catch (const CapacityError &e) {
    raise(e, field("requested_bytes", e.requested_bytes), field("limit_bytes", e.limit_bytes));
  } catch (const CorruptionError &e) {
    raise(e);
  } catch (const TraceFormatError &e) {
    raise(e, field("path", e.path), field("offset", e.offset));
  } catch (const OsError &e) {
    raise(e, field("call", e.call));
  } catch (const UnsupportedError &e) {
    raise(e);
  } catch (const OutOfRangeFault &e) {
    raise_fault(e, field("region_end", e.region_end));
  } catch (const PageFault &e) {
    raise_fault(e, field("level", e.level), field("reason", e.reason));
  } catch (const AlignmentFault &e) {
    raise_fault(e, field("alignment", e.alignment));
  } catch (const MemoryFault &e) {
    raise_fault(e);
  } catch (const MeasurementError &e) {
    raise(e, field("reason", e.reason));
  } catch (const VmperfError &e) {
    raise(e);
  }
}

} // namespace

void bind_errors(py::module_ &m) {
  define<VmperfError>(m, "VmperfError", nullptr, PyExc_Exception,
                      "Root of all errors that vmperf raises.");
  PyObject *root = g_class<VmperfError>;
  define<InvalidArgumentError>(m, "InvalidArgumentError", root, PyExc_ValueError,
                               "An argument out of range; fields argument, value, allowed.");
  define<CapacityError>(m, "CapacityError", root, PyExc_MemoryError,
                        "A resource is exhausted; fields requested_bytes, limit_bytes.");
  define<CorruptionError>(m, "CorruptionError", root, nullptr,
                          "A double free, foreign pointer or bad header, found by a checked API.");
  define<TraceFormatError>(m, "TraceFormatError", root, PyExc_ValueError,
                           "A truncated, foreign or newer file; fields path, offset.");
  define<OsError>(m, "OsError", root, PyExc_OSError,
                  "An operating system call failed; fields errno, call.");
  define<UnsupportedError>(m, "UnsupportedError", root, PyExc_NotImplementedError,
                           "CPU, kernel or build lacks what was asked for.");
  define<MemoryFault>(m, "MemoryFault", root, nullptr,
                      "A guest access that cannot be done; fields address, size_bytes, access.");
  PyObject *fault = g_class<MemoryFault>;
  define<OutOfRangeFault>(m, "OutOfRangeFault", fault, PyExc_IndexError,
                          "An access past a region's end or into a hole; also region_end.");
  define<PageFault>(m, "PageFault", fault, nullptr,
                    "What a page or region forbids; also level (0: no table was asked), reason.");
  define<AlignmentFault>(m, "AlignmentFault", fault, nullptr,
                         "An address that is not a multiple of what is needed; also alignment.");
  define<MeasurementError>(m, "MeasurementError", root, nullptr,
                           "A measurement that cannot be trusted; field reason.");
  py::register_exception_translator(translate);
}

} // namespace vmperf
