// Devices whose registers are Python functions.
#include <utility>

#include "bind_args.hpp"
#include "bind_devices.docs.hpp"

namespace vmperf::guestmem {

// Called with or without the GIL. What a callback raises goes up as it is.
class PyDevice final : public Device {
public:
  PyDevice(py::object read, py::object write) : read_(std::move(read)), write_(std::move(write)) {}
  // NOLINTNEXTLINE(bugprone-exception-escape): only where the interpreter cannot give the GIL
  ~PyDevice() override {
    const py::gil_scoped_acquire gil;
    clear();
  }

  std::uint64_t read(std::uint64_t offset, unsigned size_bytes) override {
    const py::gil_scoped_acquire gil;
    const py::object callback = read_; // the collector may clear the device while it runs
    const py::object value = callback(offset, size_bytes);
    return to_word(value.ptr(), "what read() returned", ~std::uint64_t{0} >> (64 - 8 * size_bytes));
  }
  void write(std::uint64_t offset, unsigned size_bytes, std::uint64_t value) override {
    const py::gil_scoped_acquire gil;
    const py::object callback = write_;
    callback(offset, size_bytes, value);
  }
  [[nodiscard]] bool is_readable() const noexcept override { return static_cast<bool>(read_); }
  [[nodiscard]] bool is_writable() const noexcept override { return static_cast<bool>(write_); }

  int show_to(visitproc visit, void *arg) const {
    Py_VISIT(read_.ptr());
    Py_VISIT(write_.ptr());
    return 0;
  }
  void clear() {
    const py::object read = std::exchange(read_, {});
    const py::object write = std::exchange(write_, {}); // these two run code as they go
  }

private:
  py::object read_, write_; ///< null where the device has none
};

namespace {

PyMemory *constructed(PyObject *self) {
  return py::detail::is_holder_constructed(self)
             ? static_cast<PyMemory *>(py::handle(self).cast<GuestMemory *>())
             : nullptr;
}

int traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  if (const PyMemory *memory = constructed(self); memory != nullptr) {
    for (const auto &device : memory->devices) {
      if (const int stopped = device->show_to(visit, arg); stopped != 0) {
        return stopped;
      }
    }
  }
  return 0;
}

int clear(PyObject *self) {
  if (PyMemory *memory = constructed(self); memory != nullptr) {
    for (const auto &device : memory->devices) {
      device->clear();
    }
  }
  return 0;
}

py::object to_callback(const py::object &given, const char *name) {
  if (given.is_none()) {
    return {};
  }
  if (PyCallable_Check(given.ptr()) == 0) {
    throw py::type_error(std::string(name) + " must be callable or None, not " +
                         Py_TYPE(given.ptr())->tp_name);
  }
  return given;
}

void add_mmio(GuestMemory &memory, const IntArg &start, const IntArg &size_bytes,
              const py::object &read, const py::object &write) {
  auto device = std::make_shared<PyDevice>(to_callback(read, "read"), to_callback(write, "write"));
  memory.add_mmio(to_unsigned(start, "start"), to_unsigned(size_bytes, "size_bytes"), device);
  static_cast<PyMemory &>(memory).devices.push_back(std::move(device));
}

} // namespace

void let_collector_see_devices(PyHeapTypeObject *type) {
  type->ht_type.tp_flags |= Py_TPFLAGS_HAVE_GC;
  type->ht_type.tp_traverse = traverse;
  type->ht_type.tp_clear = clear;
}

void bind_devices(py::module_ &m) {
  memory_class_of(m).def("add_mmio", &add_mmio, py::arg("start"), py::arg("size_bytes"),
                         py::kw_only(), py::arg("read") = py::none(), py::arg("write") = py::none(),
                         docs::GuestMemory_add_mmio);
}

} // namespace vmperf::guestmem
