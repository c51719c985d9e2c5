// The interpreter behind python.hpp: workloads made by Python text, and modules that are looked for
// without being imported.
#include <string>

#include "bind_workload.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/bench/python.hpp"

namespace vmperf::bench {
namespace {

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
    return workload_of_text(text, params);
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

void bind_python(py::module_ & /*m*/) {
  static const ThisInterpreter interpreter;
  set_interpreter(interpreter);
}

} // namespace vmperf::bench
