// The interpreter behind python.hpp: workloads made by Python text, and modules that are looked for
// without being imported. The harness runs without the GIL; each run(n) takes it once, which is
// nothing beside a batch.
#include "bind_python.hpp"

#include <pybind11/eval.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/python.hpp"

namespace vmperf::bench {
namespace {

// Copied out of the exception while the GIL is held: what leaves here needs no interpreter.
[[noreturn]] void rethrow(py::error_already_set &error) {
  if (error.matches(PyExc_NotImplementedError) || error.matches(PyExc_ImportError)) {
    throw UnsupportedError(py::str(error.value()).cast<std::string>());
  }
  throw VmperfError(error.what());
}

std::uintptr_t address_of(const py::object &object) {
  Py_buffer view;
  if (PyObject_GetBuffer(object.ptr(), &view, PyBUF_SIMPLE) != 0) {
    throw py::error_already_set();
  }
  const auto address = reinterpret_cast<std::uintptr_t>(view.buf);
  PyBuffer_Release(&view);
  return address;
}

// The namespace of a text. Functions of the text hold it and it holds them: so it ends empty.
class Names {
public:
  Names() = default;
  Names(const Names &) = delete;
  Names &operator=(const Names &) = delete;
  Names(Names &&) = delete;
  Names &operator=(Names &&) = delete;
  ~Names() { names_.clear(); }

  void set(const char *name, const py::object &value) { names_[name] = value; }
  void exec(const std::string &text) { py::exec(text, names_); }
  [[nodiscard]] bool has(const char *name) const { return names_.contains(name); }
  [[nodiscard]] py::object get(const char *name) const { return names_[name]; }

private:
  py::dict names_;
};

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

// A loaded module tells its version; of another one the folder beside it does, which costs a
// hundredth of importing it.
constexpr const char *kFind = R"(
import importlib.util, os, sys

def find(name):
    if sys.modules.get(name) is not None:
        return getattr(sys.modules[name], "__version__", "")
    spec = importlib.util.find_spec(name)
    if spec is None:
        return None
    for folder in spec.submodule_search_locations or ():
        for entry in os.listdir(os.path.dirname(folder)):
            stem, _, kind = entry.rpartition(".")
            if kind in ("dist-info", "egg-info") and stem.startswith(name + "-"):
                return stem.split("-")[1]
    return ""
)";

class ThisInterpreter final : public Interpreter {
public:
  [[nodiscard]] WorkloadPtr make(const std::string &text, const Params &params) const override {
    return std::make_unique<PythonWorkload>(text, params);
  }

  [[nodiscard]] Availability find_module(const std::string &name) const override {
    const py::gil_scoped_acquire gil;
    try {
      Names names;
      names.exec(kFind);
      const py::object found = names.get("find")(name);
      if (found.is_none()) {
        return {Status::not_installed,
                "no Python module '" + name + "'; pip install " + name + " supplies it", ""};
      }
      return {Status::ok, "", name + " " + py::str(found).cast<std::string>()};
    } catch (py::error_already_set &error) {
      rethrow(error);
    }
  }

  [[nodiscard]] std::string version() const override {
    const std::string text = Py_GetVersion();
    return "Python " + text.substr(0, text.find(' '));
  }
};

} // namespace

void bind_python() {
  static const ThisInterpreter interpreter;
  set_interpreter(interpreter);
}

} // namespace vmperf::bench
