// read_u8() to write_u64(): C functions of the vectorcall protocol, since pybind11's casting of
// self and arguments costs more than all the rest. The instance is read as pybind11 lays it out;
// one that it lays out otherwise (several native bases) is asked for.
#include <array>

#include "bind_args.hpp"
#include "bind_scalars.docs.hpp"

namespace vmperf::guestmem {
namespace {

using Args = PyObject *const *;

GuestMemory &memory_of(PyObject *self) {
  const auto *instance = reinterpret_cast<const py::detail::instance *>(self);
  if (instance->simple_layout && instance->simple_holder_constructed) [[likely]] {
    return *static_cast<GuestMemory *>(instance->simple_value_holder[0]);
  }
  if (!py::detail::is_holder_constructed(self)) {
    throw py::type_error("GuestMemory.__init__() was not called");
  }
  return py::handle(self).cast<GuestMemory &>();
}

void check_count(Py_ssize_t given, Py_ssize_t wanted) {
  if (given != wanted) [[unlikely]] {
    throw py::type_error("takes " + std::to_string(wanted) + " positional arguments (" +
                         std::to_string(given) + " given)");
  }
}

template <class T> PyObject *read(PyObject *self, Args args, Py_ssize_t nargs) {
  return guarded([&] {
    check_count(nargs, 1);
    const T value = memory_of(self).read<T>(to_word(args[0], "address"));
    return PyLong_FromUnsignedLongLong(value);
  });
}

template <class T> PyObject *write(PyObject *self, Args args, Py_ssize_t nargs) {
  return guarded([&] {
    check_count(nargs, 2);
    const std::uint64_t address = to_word(args[0], "address");
    const std::uint64_t value = to_word(args[1], "value", T(~T{0}));
    memory_of(self).write(address, static_cast<T>(value));
    return Py_NewRef(Py_None);
  });
}

struct Method {
  const char *name;
  _PyCFunctionFast entry;
  const char *doc;
};

} // namespace

void bind_scalars(py::module_ &m) {
  const py::object type = m.attr("GuestMemory");
  constexpr auto kMethods = std::to_array<Method>({
      {"read_u8", read<std::uint8_t>, docs::GuestMemory_read_u8},
      {"read_u16", read<std::uint16_t>, docs::GuestMemory_read_u16},
      {"read_u32", read<std::uint32_t>, docs::GuestMemory_read_u32},
      {"read_u64", read<std::uint64_t>, docs::GuestMemory_read_u64},
      {"write_u8", write<std::uint8_t>, docs::GuestMemory_write_u8},
      {"write_u16", write<std::uint16_t>, docs::GuestMemory_write_u16},
      {"write_u32", write<std::uint32_t>, docs::GuestMemory_write_u32},
      {"write_u64", write<std::uint64_t>, docs::GuestMemory_write_u64},
  });
  static std::array<PyMethodDef, kMethods.size()> definitions; // kept by Python, too
  static std::array<std::string, kMethods.size()> texts;
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    const Method &one = kMethods[i];
    const bool reads = one.name[0] == 'r';
    texts[i] = one.name +
               std::string(reads ? "(self, address: typing.SupportsIndex, /) -> int"
                                 : "(self, address: typing.SupportsIndex, "
                                   "value: typing.SupportsIndex, /) -> None") +
               "\n\n" + one.doc;
    // By way of a function without arguments, as the C API asks for it.
    auto *const entry = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(one.entry));
    definitions[i] = {one.name, entry, METH_FASTCALL, texts[i].c_str()};
    const auto method = py::reinterpret_steal<py::object>(
        PyDescr_NewMethod(reinterpret_cast<PyTypeObject *>(type.ptr()), &definitions[i]));
    if (!method) {
      throw py::error_already_set();
    }
    type.attr(one.name) = method;
  }
}

} // namespace vmperf::guestmem
