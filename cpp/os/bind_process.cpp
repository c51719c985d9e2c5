// The Python face of os/process.hpp: what workers do to themselves.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "vmperf/os/process.hpp"

namespace py = pybind11;

namespace vmperf::os {

void bind_process(py::module_ &m); // called by bind() in bind.cpp

void bind_process(py::module_ &m) {
  m.def("die_with_parent", &die_with_parent, py::arg("parent_pid") = 0,
        R"doc(Has the kernel kill this process when its parent ends.

Parameters
----------
parent_pid : int, optional
    Id of the parent as the parent knew it when it started this process: a parent that has ended
    since is then noticed, and this process ends at once. 0: whoever is the parent now.

Raises
------
OsError
    If the kernel refuses.

Notes
-----
The signal is SIGKILL, and it comes when the thread that started this process ends: start workers
from a thread that lives as long as they should. A child of this process doesn't inherit it.

References
----------
prctl(2), PR_SET_PDEATHSIG.

Examples
--------
>>> import subprocess, sys
>>> code = "import os; from vmperf._core import os as o; o.die_with_parent(os.getppid())"
>>> subprocess.run([sys.executable, "-c", code], check=True).returncode
0
)doc");
  m.def("allowed_cpus", &allowed_cpus, R"doc(The CPUs that the calling thread may run on.

Returns
-------
list of int
    Ascending, never empty.

Raises
------
OsError
    If the kernel refuses.

Examples
--------
>>> from vmperf._core import os
>>> len(os.allowed_cpus()) >= 1
True
)doc");
  m.def("pin_to_cpu", &pin_to_cpu, py::arg("cpu"), R"doc(Keeps the calling thread on one CPU.

Parameters
----------
cpu : int
    One of `allowed_cpus()`.

Raises
------
InvalidArgumentError
    If that CPU isn't allowed.
OsError
    If the kernel refuses.

Notes
-----
Threads and processes started from this thread afterwards inherit it.

Examples
--------
>>> import threading
>>> from vmperf._core import os
>>> cpu = os.allowed_cpus()[0]
>>> thread = threading.Thread(target=os.pin_to_cpu, args=(cpu,))
>>> thread.start()
>>> thread.join()
)doc");
  m.def("disable_aslr_after_exec", &disable_aslr_after_exec,
        R"doc(Switch address randomisation off for what this process executes from now on.

Raises
------
UnsupportedError
    Where the kernel or a sandbox refuses.

Notes
-----
Addresses of the running image stay as they are: ``os.execv`` starts one without randomisation. Acts
on the whole process and is inherited by its children.

References
----------
personality(2), ``ADDR_NO_RANDOMIZE``.

Examples
--------
>>> import subprocess, sys
>>> code = ("import os, sys; from vmperf._core import os as vm\n"
...         "vm.disable_aslr_after_exec()\n"
...         "os.execv(sys.executable, [sys.executable, '-c', "
...         "'from vmperf._core import os; print(os.aslr_enabled())'])")
>>> subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
'False\n'
)doc");
  m.def("aslr_enabled", &aslr_enabled,
        R"doc(Whether addresses of this process differ from start to start.

Returns
-------
bool
    False where the kernel or the process's personality switched it off, and also where that can't
    be read; ``machine()["os"]["aslr"]`` tells those apart.

Examples
--------
>>> from vmperf._core import os
>>> os.aslr_enabled() in (True, False)
True
)doc");
}

} // namespace vmperf::os
