#include "components.hpp"

#include <array>
#include <exception>
#include <list>
#include <string>
#include <string_view>

namespace py = pybind11;

namespace vmperf {
namespace {

enum class State : unsigned char { unbound, binding, bound };

struct Component {
  PyObject *module; // a reference for good: sys.modules has it as long
  Bind bind;
  void (*after)();
  State state = State::unbound;
  std::exception_ptr failure{}; // of its binding, which cannot be begun a second time
};

std::list<Component> &components() {
  static std::list<Component> all;
  return all;
}

// Python's own recursive lock: who waits for it lets go of the GIL, which the thread that binds may
// need (a garbage collection in its midst runs Python code), and binding looks at the module, too.
class Turn {
public:
  Turn() : lock_(lock().ptr()) { lock().attr("acquire")(); }
  Turn(const Turn &) = delete;
  Turn &operator=(const Turn &) = delete;
  Turn(Turn &&) = delete;
  Turn &operator=(Turn &&) = delete;
  ~Turn() { Py_XDECREF(PyObject_CallMethod(lock_, "release", nullptr)); }

  static py::handle lock() {
    static const py::handle made = py::module_::import("_thread").attr("RLock")().release();
    return made;
  }

private:
  PyObject *lock_;
};

void bind(Component &one) {
  auto module = py::reinterpret_borrow<py::module_>(one.module);
  one.bind(module);
  if (one.after != nullptr) {
    one.after();
  }
  // An ordinary module again, whose attributes the interpreter caches.
  module.attr("__class__") = py::handle(reinterpret_cast<PyObject *>(&PyModule_Type));
}

void fill(Component &one) {
  const Turn turn;
  if (one.failure != nullptr) { // every use says why, not the first alone
    std::rethrow_exception(one.failure);
  }
  if (one.state != State::unbound) { // bound in the meantime, or this thread is at it
    return;
  }
  one.state = State::binding;
  try {
    bind(one);
    one.state = State::bound;
  } catch (py::error_already_set &) { // Python's own may be raised once only
    one.state = State::unbound;
    throw;
  } catch (...) {
    one.failure = std::current_exception();
    throw;
  }
}

// Whether an attribute is the component's, not what every module has.
bool is_use(std::string_view name) {
  return !name.starts_with("__") || name == "__dict__" || name == "__doc__";
}

void use(PyObject *module, std::string_view name) {
  if (name == "__module__") { // the type's, which pybind11 would name as the home of all it binds
    throw py::attribute_error("a module has no __module__");
  }
  if (is_use(name)) {
    for (Component &one : components()) {
      if (one.module == module) {
        fill(one);
      }
    }
  }
}

// NOLINTNEXTLINE(bugprone-exception-escape): only without the GIL
PyObject *attribute(PyObject *module, PyObject *name) noexcept {
  try {
    use(module, py::reinterpret_borrow<py::str>(name).cast<std::string>());
    return PyModule_Type.tp_getattro(module, name);
  } catch (py::error_already_set &error) {
    error.restore();
  } catch (const std::exception &) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

// A module whose attributes are asked for by attribute().
py::handle unbound_type() {
  static const py::handle made = [] {
    static std::array<PyType_Slot, 2> slots = {
        {{Py_tp_getattro, reinterpret_cast<void *>(&attribute)}, {0, nullptr}}};
    static PyType_Spec spec = {"vmperf._core.unbound", 0, 0, Py_TPFLAGS_DEFAULT, slots.data()};
    const auto bases = py::make_tuple(py::handle(reinterpret_cast<PyObject *>(&PyModule_Type)));
    PyObject *type = PyType_FromSpecWithBases(&spec, bases.ptr());
    if (type == nullptr) {
      throw py::error_already_set();
    }
    return py::handle(type);
  }();
  return made;
}

} // namespace

void add_component(py::module_ &core, const char *name, Bind bind, void (*after)()) {
  Turn::lock(); // made while one thread imports
  py::module_ module = core.def_submodule(name);
  module.attr("__class__") = unbound_type();
  components().push_back({module.release().ptr(), bind, after});
}

} // namespace vmperf
