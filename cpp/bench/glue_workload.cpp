// A workload made by Python text. The harness runs without the GIL; each run(n) takes it once,
// which is nothing beside a batch.
#include "bind_workload.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <functional>
#include <memory>

namespace vmperf::bench {
namespace {

std::uintptr_t address_of(const py::object &object) {
  Py_buffer view;
  if (PyObject_GetBuffer(object.ptr(), &view, PyBUF_SIMPLE) != 0) {
    throw py::error_already_set();
  }
  const auto address = reinterpret_cast<std::uintptr_t>(view.buf);
  PyBuffer_Release(&view);
  return address;
}

// What a text made. Needs the GIL throughout.
class Made {
public:
  Made(const std::string &text, const Params &params) {
    py::dict values;
    for (const auto &[name, value] : params.values()) {
      values[name.c_str()] = value;
    }
    names_.set("params", values);
    names_.set("seed", py::int_(params.seed()));
    names_.set("core", py::module_::import("sys").attr("modules")["vmperf._core"]);
    names_.set("empty", empty_builtin());
    names_.set("address", py::cpp_function(&address_of, py::arg("buffer")));
    names_.exec(text);
    take_op();
    names_.get("reset")();
  }

  void run(std::uint64_t n) {
    if (const std::uint64_t calls = n / per_call_; calls != 0) {
      last_ = loop_(calls);
      done_ = per_call_;
    }
    if (const std::uint64_t rest = n % per_call_; rest != 0) {
      last_ = PythonCall(target_, names_.get("part")(rest)).run(1);
      done_ = std::max(done_, rest);
    }
  }

  std::string verify() {
    if (done_ == 0) {
      return "it was never called";
    }
    std::string fault = check();
    if (!fault.empty()) {
      return fault;
    }
    names_.get("reset")(); // so that what one more call leaves is its own work
    run(per_call_);
    fault = check();
    return fault.empty() ? "" : "called anew: " + fault;
  }

private:
  void take_op() {
    if (names_.has("item")) {
      const py::tuple item = names_.get("item");
      loop_ = [op = PythonItem(item[0], item[1], item[2])](std::uint64_t n) { return op.run(n); };
      return;
    }
    const py::tuple call = names_.get("call");
    target_ = call[0];
    const py::tuple args = call[py::slice(1, std::nullopt, std::nullopt)];
    loop_ = [op = PythonCall(target_, args)](std::uint64_t n) { return op.run(n); };
    if (names_.has("per_call")) {
      per_call_ = names_.get("per_call").cast<std::uint64_t>();
    }
  }

  std::string check() { return names_.get("check")(last_, done_).cast<std::string>(); }

  Names names_;
  py::object target_, last_ = py::none();
  std::function<py::object(std::uint64_t)> loop_; // one indirection per run, none per op
  std::uint64_t per_call_ = 1;
  std::uint64_t done_ = 0; // the most ops that one call did since the last reset
};

class PythonWorkload final : public Workload {
public:
  PythonWorkload(const std::string &text, const Params &params) {
    with_python([&] { made_ = std::make_unique<Made>(text, params); });
  }
  PythonWorkload(const PythonWorkload &) = delete;
  PythonWorkload &operator=(const PythonWorkload &) = delete;
  PythonWorkload(PythonWorkload &&) = delete;
  PythonWorkload &operator=(PythonWorkload &&) = delete;
  // NOLINTNEXTLINE(bugprone-exception-escape): only where pybind11 has no state; it made this one
  ~PythonWorkload() override {
    const py::gil_scoped_acquire gil;
    made_.reset();
  }

  std::uint64_t run(std::uint64_t n) override {
    with_python([&] { made_->run(n); });
    return n;
  }

  [[nodiscard]] Verification verify() override {
    std::string fault;
    with_python([&] { fault = made_->verify(); });
    return {std::move(fault)};
  }

private:
  template <class Step> static void with_python(Step step) {
    const py::gil_scoped_acquire gil;
    try {
      step();
    } catch (py::error_already_set &error) {
      rethrow(error);
    }
  }

  std::unique_ptr<Made> made_;
};

} // namespace

WorkloadPtr workload_of_text(const std::string &text, const Params &params) {
  return std::make_unique<PythonWorkload>(text, params);
}

} // namespace vmperf::bench
