// Workloads whose op is a call of Python objects. A benchmark brings Python text that makes the
// objects, the module's binding brings the interpreter (bind_python.cpp), and so no benches.cpp
// sees the interpreter's headers. The timed loop is native: n calls through the vectorcall protocol
// with the GIL held. The text is run once per workload, in a namespace of its own, and sees
//   params      dict: the axes, and what the maker adds
//   seed        int: the run's, of all data that the text draws
//   core        the module vmperf._core
//   empty       a builtin that takes any arguments and does nothing
//   address(b)  where a buffer's memory lies
// It sets what the op is, a call or an assignment of an item (which as a statement is no call):
//   call = (callable, *arguments)      or      item = (target, key, value)
//   per_call = k, part(j)              where one call does k ops: arguments of a call that does j
//   reset()                            new contents of the sources, poison in the destinations
//   check(result, done) -> str         "" or what is wrong after calls that did at most `done` ops,
//                                      the last of which returned `result`
// NotImplementedError and ImportError, raised by the text, are the status `unsupported`. In a build
// without Python every such design is. One thread per workload.
#pragma once

#include <string>

#include "vmperf/bench/params.hpp"
#include "vmperf/bench/status.hpp"
#include "vmperf/bench/workload.hpp"

namespace vmperf::bench {

/// What a binding brings.
class Interpreter {
public:
  Interpreter() = default;
  Interpreter(const Interpreter &) = delete;
  Interpreter &operator=(const Interpreter &) = delete;
  Interpreter(Interpreter &&) = delete;
  Interpreter &operator=(Interpreter &&) = delete;
  virtual ~Interpreter() = default;

  [[nodiscard]] virtual WorkloadPtr make(const std::string &text, const Params &params) const = 0;
  [[nodiscard]] virtual Availability find_module(const std::string &name) const = 0;
  [[nodiscard]] virtual std::string version() const = 0;
};

/// Lets Python workloads run from here on; `interpreter` stays alive. Once, as the module loads.
void set_interpreter(const Interpreter &interpreter);

/// UnsupportedError where the build has no Python.
[[nodiscard]] WorkloadPtr make_python_workload(const std::string &text, const Params &params);

/// Whether there is an interpreter, and which as the version.
[[nodiscard]] Availability find_python();

/// Whether there is a module; it is not imported for that.
[[nodiscard]] Availability find_python_module(const std::string &name);

} // namespace vmperf::bench
