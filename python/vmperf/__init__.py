"""Measured, fast building blocks of virtual machines and language runtimes.

>>> import vmperf
>>> [b.id for b in vmperf.list("bench/selftest/one_cycle")]
['bench/selftest/one_cycle']

Functions: `list`, `get`, `run`, `sweep`, `run_sweep`, `claims`, `compare`, `compare_suites`, `aa`,
`load`, `benchmark`, `machine`, `report`, `load_results`, `get_include`, `get_cmake_dir`; classes
`Results`, `Measurement`, `Comparison`, `History`. Each component of the native core is a submodule
of its own name (`vmperf.stats`, `vmperf.pool`, ...). NumPy, xarray, click, rich and the rest are
imported by the function that needs them, never by ``import vmperf``.

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

    from ._aa import aa as aa
    from ._benchmark import Measurement as Measurement
    from ._benchmark import benchmark as benchmark
    from ._catalog import get as get
    from ._catalog import list as list
    from ._claims import claims as claims
    from ._compare.compare import compare as compare
    from ._compare.history import History as History
    from ._compare.result import Comparison as Comparison
    from ._compare.suites import compare_suites as compare_suites
    from ._machine import machine as machine
    from ._own_code import load as load
    from ._report.html import report as report
    from ._results import Results as Results
    from ._results import load_results as load_results
    from ._run import run as run
    from ._run import sweep as sweep
    from ._sweep import run_sweep as run_sweep

__version__ = _core.__version__

# Where each public name lives; imported on first use.
_LAZY = {
    "Comparison": "_compare.result",
    "History": "_compare.history",
    "Measurement": "_benchmark",
    "Results": "_results",
    "aa": "_aa",
    "benchmark": "_benchmark",
    "claims": "_claims",
    "compare": "_compare.compare",
    "compare_suites": "_compare.suites",
    "get": "_catalog",
    "list": "_catalog",
    "load": "_own_code",
    "load_results": "_results",
    "machine": "_machine",
    "report": "_report.html",
    "run": "_run",
    "run_sweep": "_sweep",
    "sweep": "_run",
}

__all__ = [  # derived, like the import above
    *_LAZY,
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
    if name not in _LAZY:
        raise AttributeError(f"module 'vmperf' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> "Any":
    return sorted({*globals(), *_LAZY})
