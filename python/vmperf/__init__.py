"""Measured, fast building blocks of virtual machines and language runtimes.

>>> import vmperf
>>> [b.id for b in vmperf.list("bench/selftest/one_cycle")]
['bench/selftest/one_cycle']

Functions: `list`, `get`, `run`, `sweep`, `run_sweep`, `claims`, `compare`, `compare_suites`, `aa`,
`load`, `benchmark`, `machine`, `report`, `load_results`, `get_include`, `get_cmake_dir`; classes
`Results`, `Measurement`, `Comparison`, `History`. Charts and sentences from data are `vmperf.plot`.
Each component of the native core is a submodule of its own name (`vmperf.stats`, `vmperf.pool`,
...). NumPy, xarray, click, rich and the rest are imported by the function that needs them, never by
``import vmperf``.

Errors, all of them derived from `VmperfError`::

    VmperfError(Exception)
    ├ InvalidArgumentError(ValueError)      fields argument, value, allowed
    ├ CapacityError(MemoryError)            fields requested_bytes, limit_bytes
    ├ CorruptionError                       double free, foreign pointer, bad header
    ├ TraceFormatError(ValueError)          fields path, offset
    ├ OsError(OSError)                      fields errno, call
    ├ UnsupportedError(NotImplementedError) what is missing and what would supply it
    └ MeasurementError                      field reason
"""

import sys

from . import _core
from ._core import *  # noqa: F403  components and errors: what the module has, never a list

TYPE_CHECKING = False  # typing itself would cost more than this whole import
if TYPE_CHECKING:
    from typing import Any

    from . import plot as plot
    from ._alarm.aa import aa as aa
    from ._catalog.catalog import get as get
    from ._catalog.catalog import list as list
    from ._catalog.own_code import load as load
    from ._claims.claims import claims as claims
    from ._compare.compare import compare as compare
    from ._compare.result import Comparison as Comparison
    from ._history.history import History as History
    from ._machine import machine as machine
    from ._report.html import report as report
    from ._results.results import Results as Results
    from ._results.results import load_results as load_results
    from ._run.benchmark import Measurement as Measurement
    from ._run.benchmark import benchmark as benchmark
    from ._run.run import run as run
    from ._run.run import sweep as sweep
    from ._run.sweep import run_sweep as run_sweep
    from ._suites.suites import compare_suites as compare_suites

__version__ = _core.__version__

# Where each public name lives; imported on first use.
_LAZY = {
    "Comparison": "_compare.result",
    "History": "_history.history",
    "Measurement": "_run.benchmark",
    "Results": "_results.results",
    "aa": "_alarm.aa",
    "benchmark": "_run.benchmark",
    "claims": "_claims.claims",
    "compare": "_compare.compare",
    "compare_suites": "_suites.suites",
    "get": "_catalog.catalog",
    "list": "_catalog.catalog",
    "load": "_catalog.own_code",
    "load_results": "_results.results",
    "machine": "_machine",
    "report": "_report.html",
    "run": "_run.run",
    "run_sweep": "_run.sweep",
    "sweep": "_run.run",
}

__all__ = [  # derived, like the import above
    *_LAZY,
    "plot",
    "__version__",
    "get_cmake_dir",
    "get_include",
    *(_name for _name in vars(_core) if not _name.startswith("_")),
]

# `import vmperf.pool` must work as well as `vmperf.pool`.
sys.modules.update(
    {
        f"{__name__}.{_name}": _value
        for _name, _value in vars(_core).items()
        if isinstance(_value, type(sys))
    }
)


def get_include() -> str:
    """Return the folder of the C++ headers, for ``g++ -I``.

    Returns
    -------
    str
        Folder that holds ``vmperf/``.

    Examples
    --------
    >>> import vmperf
    >>> vmperf.get_include().rpartition("/")[2]
    'include'
    """
    return _beside_core("include")


def get_cmake_dir() -> str:
    """Return the folder of ``vmperf-config.cmake``, for ``find_package(vmperf)``.

    Returns
    -------
    str
        Value for ``-Dvmperf_DIR=``.

    Examples
    --------
    >>> import vmperf
    >>> vmperf.get_cmake_dir().rpartition("/")[2]
    'cmake'
    """
    return _beside_core("cmake")


def _beside_core(name: str) -> str:
    # What CMake installs lies beside the native module, also in an editable install.
    return str(_core.__file__).rpartition("/")[0] + "/" + name


def __getattr__(name: str) -> "Any":
    if name not in (*_LAZY, "plot"):
        raise AttributeError(f"module 'vmperf' has no attribute {name!r}")
    import importlib

    if name == "plot":  # a module of its own, which importing binds here
        return importlib.import_module(f"{__name__}.plot")
    value = getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> "Any":
    return sorted({*globals(), *_LAZY})
