"""benchmark(): one function of the user's, C or Python, timed by the native loop."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import _core
from .._errors import checked_seed, invalid, near
from .._measure.signature import c_target
from .._plan.plan import PROFILES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Measurement", "benchmark"]

_SECOND = 1_000_000_000
_BUILTINS = (types.BuiltinFunctionType, types.MethodDescriptorType, types.MethodWrapperType)


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """What one call of a function costs. `vmperf.benchmark` makes it.

    Attributes
    ----------
    name : str
        Of the function.
    kind : {"c", "python"}
        What was called.
    status, reason : str
        ``ok``, or why the figure is refused, as in a run; figures are None then.
    ns_per_op, low, high : float or None
        Median of nanoseconds per call with its 95 % interval, the call included.
    cycles, instr_per_op : float or None
        Core cycles and retired instructions per call; None where they could not be counted.
    call_cost_ns : float or None
        Median of the same call of a function that does nothing, in the same rounds. It is part of
        `ns_per_op` and not subtracted: an out-of-order core overlaps the two.
    call_cost_of : str
        What that function was.
    samples : structured array of shape (n_samples,)
        ``ns_total``, ``iterations`` (int64), ``flags``, ``placement`` (uint32), ``ns_per_op``.
    details : dict
        What `row` returns: all of this and all other estimates, evidence of work, flags, outliers.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.benchmark(len, args=[(1, 2)], name="length")
    >>> found.row()["id"], found.row()["samples"] == len(found.samples)
    ('length', True)
    """

    name: str
    kind: str
    status: str
    reason: str
    ns_per_op: float | None
    low: float | None
    high: float | None
    cycles: float | None
    instr_per_op: float | None
    call_cost_ns: float | None
    call_cost_of: str
    samples: NDArray[np.void]
    details: dict[str, Any]

    def row(self) -> dict[str, Any]:
        """Return everything as one row.

        Returns
        -------
        dict
            The keys of a row of `Results.rows`, with ``call_cost_ns`` and ``call_cost_of``.
        """
        return dict(self.details)

    def __repr__(self) -> str:
        if self.ns_per_op is None:
            return f"<Measurement {self.name}: {self.status}: {self.reason}>"
        cost = "unknown" if self.call_cost_ns is None else f"{self.call_cost_ns:.4g} ns"
        return (
            f"<Measurement {self.name}: {self.ns_per_op:.4g} ns per call "
            f"({self.low:.4g} to {self.high:.4g}); {self.call_cost_of}: {cost}>"
        )


def benchmark(
    target: Any,
    *,
    args: Sequence[Any] = (),
    name: str | None = None,
    signature: str | None = None,
    profile: str = "quick",
    seed: int = 0,
    timeout_s: float = 10.0,
    count_instructions: bool = True,
) -> Measurement:
    """Time one function by a native loop, with the cost of the call itself shown apart.

    Parameters
    ----------
    target : ctypes function, numba cfunc, SciPy LowLevelCallable, PyCapsule, int or callable
        C functions are called through their pointer, as a loop in C would do it; an int is an
        address and needs `signature`. Any other callable is called through Python's vectorcall
        protocol by a loop in C++.
    args : sequence
        What every call gets; for C functions up to 6 integers and pointers and 8 floats and
        doubles. Pointers may be None, addresses, bytes, NumPy arrays or ctypes objects.
    name : str, optional
        Shown in the result; by default the function's.
    signature : str, optional
        ``"double (double, int)"``, in C's words; needed for an address and a capsule without name.
    profile : {"quick", "criterion"}
        How long it is measured, as in `vmperf.run`; twice, with the empty function.
    seed : int
        Decides order, placement and data, 0 <= seed < 2**64.
    timeout_s : float
        Seconds that the first calls of a C function, in a child process, may take, > 0.
    count_instructions : bool
        Whether instructions per call are counted, in a forked child: False for a target that must
        not run in one. Beside other Python threads a count may end without a result.

    Returns
    -------
    Measurement
        Median, interval, cycles, instructions, cost of the call, samples.

    Raises
    ------
    InvalidArgumentError
        A target that cannot be called, a missing or malformed signature, arguments that do not fit.
    UnsupportedError
        A type that does not travel in one register, such as a structure.
    MeasurementError
        ``reason`` ``crashed`` or ``timed_out``: a C function, called in a child process first.
    Exception
        Whatever a Python callable raises.

    Notes
    -----
    Up to 1024 calls in a forked child come first, so that a crash or an endless loop of a C
    function ends that child; one that comes later still ends this process. The GIL is held
    throughout, so other Python threads wait. Instructions are counted as in a run, of a Python
    callable where a call takes at most 5 us.

    Examples
    --------
    >>> import vmperf
    >>> found = vmperf.benchmark(abs, args=[-3])
    >>> found.name, found.kind, found.call_cost_of
    ('abs', 'python', 'an empty builtin with 1 argument')
    """
    if not timeout_s > 0:
        raise invalid("timeout_s", timeout_s, "> 0")
    seed = checked_seed(seed)
    settings = _settings(profile, seed) | {"count_instructions": count_instructions}
    call = c_target(target, args, signature)
    if call is not None:
        results = _core.bench.measure_c(
            call.address,
            call.returns_real,
            call.integers,
            call.reals,
            timeout_ns=round(min(timeout_s, 1e9) * _SECOND),
            **settings,
        )
        return _measurement(name or _name(target), "c", "an empty C function", results)
    if not callable(target):
        raise invalid("target", repr(target), "a function, of C or of Python")
    empty, words = _empty(target, len(args))
    results = _core.bench.measure_python(target, empty, tuple(args), **settings)
    return _measurement(name or _name(target), "python", words, results)


def _settings(profile: str, seed: int) -> dict[str, Any]:
    usable = {name: p for name, p in PROFILES.items() if p.processes == 1}
    if profile not in usable:
        raise invalid("profile", repr(profile), near(profile, usable))
    chosen = usable[profile]
    return {
        "warm_up_ns": chosen.warm_up_ns,
        "measurement_ns": chosen.measurement_ns,
        "n_samples": chosen.n_samples,
        "linear": chosen.sampling == "linear",
        "n_placements": chosen.n_placements,
        "seed": seed,
    }


def _name(target: Any) -> str:
    if isinstance(target, int):
        return hex(target)
    return str(getattr(target, "__qualname__", None) or getattr(target, "__name__", None)
               or type(target).__name__)  # fmt: skip


def _empty(target: Any, n_args: int) -> tuple[Callable[..., Any], str]:
    """Return what does nothing and is called as the target is: builtin or Python function."""
    with_args = f"with {n_args} argument{'' if n_args == 1 else 's'}"
    if isinstance(target, _BUILTINS):
        return _core.bench.empty_builtin(), f"an empty builtin {with_args}"
    names = ", ".join(f"a{i}" for i in range(n_args))
    space: dict[str, Any] = {}
    exec(f"def empty({names}): pass", space)
    return space["empty"], f"an empty Python function {with_args}"


def _measurement(name: str, kind: str, words: str, results: Sequence[Any]) -> Measurement:
    from .._results.records import CaseRecord
    from .._results.rows import merged_row

    rows = []
    for result in results:
        samples = result.samples
        record = CaseRecord(
            id=name,
            params={"design": result.design},
            process=0,
            status=result.status,
            reason=result.reason,
            version=result.version,
            ns_total=samples.ns_total,
            iterations=samples.iterations,
            flags=samples.flags,
            placement=samples.placement,
            evidence=dict(result.evidence),
            checksum=int(result.checksum),
        )
        rows.append(merged_row([record], {}))  # one thread: of no CPU count
    target, empty = rows
    cost = empty["ns_per_op"]["median"]
    return Measurement(
        name=name,
        kind=kind,
        status=target["status"],
        reason=target["reason"],
        ns_per_op=target["ns_per_op"]["median"],
        low=target["ns_per_op"]["low"],
        high=target["ns_per_op"]["high"],
        cycles=target["cycles_per_op"],
        instr_per_op=target["instr_per_op"],
        call_cost_ns=cost,
        call_cost_of=words,
        samples=_structured(results[0].samples),
        details={**target, "call_cost_ns": cost, "call_cost_of": words},
    )


def _structured(samples: Any) -> NDArray[np.void]:
    import numpy as np

    fields = ["ns_total", "iterations", "flags", "placement"]
    arrays = {name: getattr(samples, name) for name in fields}
    arrays["ns_per_op"] = samples.ns_total / samples.iterations
    made = np.empty(len(samples), dtype=[(name, a.dtype) for name, a in arrays.items()])
    for field, values in arrays.items():
        made[field] = values
    made.flags.writeable = False
    return made
