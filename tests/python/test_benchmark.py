"""benchmark(): C functions by their pointers, Python callables, and what goes wrong with either."""

from __future__ import annotations

import ctypes
import dataclasses
import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import vmperf
from house.weather import PROVED

SEVEN = ", ".join(["int"] * 7)
NINE = ", ".join(["float"] * 9)


@pytest.fixture(scope="module")
def lib(compile_cpp: Callable[..., Path], repo_root: Path) -> ctypes.CDLL:
    path = repo_root / "tests" / "bench" / "cpp" / "calls.cpp"
    return ctypes.CDLL(str(compile_cpp(path, "-shared", "-fPIC")))


def typed(lib: ctypes.CDLL, name: str, result: Any, *args: Any) -> Any:
    function = lib[name]
    function.restype, function.argtypes = result, args
    return function


def quick(target: Any, *args: Any, **more: Any) -> vmperf.Measurement:
    return vmperf.benchmark(target, args=args, **more)


def real(checksum: int) -> float:
    return struct.unpack("<d", struct.pack("<Q", checksum))[0]


# -- C functions -------------------------------------------------------------------------------


def test_a_ctypes_function(lib: ctypes.CDLL) -> None:
    spin = typed(lib, "spin", ctypes.c_int64, ctypes.c_int64)
    found = quick(spin, 1000)
    assert (found.name, found.kind) == ("spin", "c")
    assert found.call_cost_of == "an empty C function"
    assert found.status in PROVED, found.reason
    assert found.samples.dtype.names == (
        "ns_total", "iterations", "flags", "placement", "ns_per_op",
    )  # fmt: skip
    assert len(found.samples) == 30
    assert not found.samples.flags.writeable
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "other"  # type: ignore[misc]
    if found.status == "ok":
        assert found.low <= found.ns_per_op <= found.high
        assert "ns per call" in repr(found)
    if found.instr_per_op is not None:  # where single-stepping is permitted
        assert 2000 <= found.instr_per_op <= 5100
    row = found.row()
    assert (row["id"], row["checksum"]) == ("spin", 1000)
    assert row["ns_per_op"]["median"] == found.ns_per_op
    assert row["call_cost_ns"] == found.call_cost_ns


def test_the_call_has_as_few_instructions_as_an_empty_one(lib: ctypes.CDLL) -> None:
    """Same loop, same call: a function of two instructions costs what the empty one does."""
    found = quick(typed(lib, "half", ctypes.c_float, ctypes.c_float), 3.0)
    if found.instr_per_op is not None:
        assert found.instr_per_op < 15


@pytest.mark.perf
def test_times_are_those_of_the_work(lib: ctypes.CDLL) -> None:
    half = quick(typed(lib, "half", ctypes.c_float, ctypes.c_float), 3.0)
    assert 0.1 < float(half.samples["ns_per_op"].min()) < 20
    spin = quick(typed(lib, "spin", ctypes.c_int64, ctypes.c_int64), 1000)
    assert spin.status == "ok"
    assert spin.ns_per_op > 50
    assert spin.cycles > 500
    assert spin.call_cost_ns is None or 0.1 < spin.call_cost_ns < spin.ns_per_op
    product = quick(lambda a, b: a * b, 3, 4)
    assert 1 < float(product.samples["ns_per_op"].min()) < 5000
    if product.status == "ok" and product.call_cost_ns is not None:
        assert product.call_cost_ns > 1
    assert quick(lambda: sum(range(5000))).samples["ns_per_op"].min() > 5000


def test_integers_of_all_widths_arrive(lib: ctypes.CDLL) -> None:
    kinds = (ctypes.c_int8, ctypes.c_uint16, ctypes.c_int32, ctypes.c_int64, ctypes.c_bool,
             ctypes.c_char_p)  # fmt: skip
    six = typed(lib, "six", ctypes.c_int64, *kinds)
    args = (-3, 65535, -7, 11, True, b"A")
    expected = six(*args)
    assert quick(six, *args).row()["checksum"] == expected % 2**64
    words = "int64_t (int8_t, uint16_t, int, long, bool, const char *)"
    address = ctypes.cast(six, ctypes.c_void_p).value
    found = quick(address, *args, signature=words)
    assert found.row()["checksum"] == expected % 2**64
    assert found.name == hex(address)


def test_eight_reals_of_both_widths_arrive(lib: ctypes.CDLL) -> None:
    d, f = ctypes.c_double, ctypes.c_float
    eight = typed(lib, "eight", d, d, f, d, d, f, d, d, d)
    args = [0.5, 1.25, -2.5, 3.125, 1e-3, 5.5, -6.5, 7.75]
    assert real(quick(eight, *args).row()["checksum"]) == eight(*args)


def test_both_classes_mixed_arrive(lib: ctypes.CDLL) -> None:
    pointer = ctypes.POINTER(ctypes.c_double)
    mixed = typed(lib, "mixed", ctypes.c_double, ctypes.c_int, ctypes.c_double, pointer,
                  ctypes.c_float)  # fmt: skip
    cell = ctypes.c_double(100.0)
    array = np.array([100.0])
    for place in (ctypes.byref(cell), ctypes.pointer(cell), array, cell, array.ctypes.data):
        assert real(quick(mixed, 1, 0.5, place, 2.0).row()["checksum"]) == 103.5


def test_a_float_result(lib: ctypes.CDLL) -> None:
    found = quick(typed(lib, "half", ctypes.c_float, ctypes.c_float), 3.0)
    low = struct.pack("<Q", found.row()["checksum"])[:4]
    assert struct.unpack("<f", low) == (1.5,)


def test_it_is_called_as_often_as_it_says(lib: ctypes.CDLL) -> None:
    before = ctypes.c_uint64.in_dll(lib, "n_calls").value
    found = quick(typed(lib, "count", None))
    made = ctypes.c_uint64.in_dll(lib, "n_calls").value - before
    assert made >= found.samples["iterations"].sum() > 1000


def test_a_ctypes_callback_into_python() -> None:
    calls = []
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
    found = quick(kind(lambda x: calls.append(x) or 5), 7)
    assert found.kind == "c"
    assert found.row()["checksum"] == 5
    assert {*calls} == {7}


def test_what_looks_like_numba_is_called_through_its_pointer(lib: ctypes.CDLL) -> None:
    half = typed(lib, "half", ctypes.c_float, ctypes.c_float)
    cfunc = SimpleNamespace(
        address=ctypes.cast(half, ctypes.c_void_p).value, ctypes=half, __name__="half"
    )
    found = quick(cfunc, 3.0)
    assert (found.kind, found.name) == ("c", "half")


def test_numba() -> None:
    numba = pytest.importorskip("numba")

    @numba.cfunc("float64(float64, int64)")
    def scaled(x, n):  # type: ignore[no-untyped-def]
        return x * n

    found = quick(scaled, 1.5, 4)
    assert found.kind == "c"
    assert real(found.row()["checksum"]) == 6.0


def test_scipy_low_level_callable(lib: ctypes.CDLL) -> None:
    scipy = pytest.importorskip("scipy")
    function = typed(lib, "with_data", ctypes.c_double, ctypes.c_double, ctypes.c_void_p)
    cell = ctypes.c_double(0.25)
    data = ctypes.cast(ctypes.pointer(cell), ctypes.c_void_p)
    callable_ = scipy.LowLevelCallable(function, data)
    found = quick(callable_, 2.0)
    assert found.kind == "c"
    assert real(found.row()["checksum"]) == 2.25
    capsule = tuple.__getitem__(callable_, 0)
    assert real(quick(capsule, 2.0).row()["checksum"]) == 2.25
    assert real(quick(capsule, 2.0, None).row()["checksum"]) == -1.0


# -- Python callables --------------------------------------------------------------------------


def test_a_python_function() -> None:
    calls = []
    found = quick(calls.append, 3)
    assert (found.kind, found.call_cost_of) == ("python", "an empty builtin with 1 argument")
    assert len(calls) >= found.samples["iterations"].sum()

    def double(a: int, b: int) -> int:
        return a * b

    found = quick(double, 3, 4, name="mine")
    assert found.name == "mine"
    assert found.call_cost_of == "an empty Python function with 2 arguments"
    if found.instr_per_op is not None:
        assert found.instr_per_op > 50


def test_a_slow_callable_is_not_single_stepped() -> None:
    found = quick(lambda: sum(range(50_000)))
    assert found.instr_per_op is None


@pytest.mark.parametrize("after", [0, 500])
def test_exceptions_come_as_they_are(after: int) -> None:
    calls = 0

    def fails() -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise LookupError("of the callable's own")

    with pytest.raises(LookupError, match="of the callable's own"):
        quick(fails)
    assert calls == after + 1


def test_a_wrong_number_of_arguments_is_pythons_error() -> None:
    with pytest.raises(TypeError, match="argument"):
        quick(lambda x: x)


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason", "said"),
    [
        ("crash", "crashed", "killed by SIGSEGV"),
        ("crash_later", "crashed", "killed by SIGABRT"),
        ("leave", "crashed", "exited with code 7"),
        ("hang", "timed_out", "500 ms"),
    ],
)
def test_a_bad_function_does_not_end_this_process(
    lib: ctypes.CDLL, name: str, reason: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(vmperf.MeasurementError, match=said) as caught:
        quick(typed(lib, name, None), timeout_s=0.5)
    assert caught.value.reason == reason
    assert "Fatal Python error" not in capfd.readouterr().err


def test_an_address_that_is_none() -> None:
    with pytest.raises(vmperf.MeasurementError, match="crashed"):
        quick(64, signature="void ()")
    with pytest.raises(vmperf.InvalidArgumentError, match="null pointer"):
        quick(0, signature="void ()")


@pytest.mark.parametrize(
    ("signature", "args", "error", "said"),
    [
        (None, [], vmperf.InvalidArgumentError, "signature is None"),
        ("double double", [1.0], vmperf.InvalidArgumentError, "RESULT \\(TYPE, TYPE\\)"),
        ("(double)", [1.0], vmperf.InvalidArgumentError, "RESULT"),
        ("double (long double)", [1.0], vmperf.UnsupportedError, "'long double'.*float, double"),
        ("double (struct point)", [1.0], vmperf.UnsupportedError, "pointers"),
        ("void (void, int)", [1, 1], vmperf.UnsupportedError, "'void'"),
        ("double (double)", [], vmperf.InvalidArgumentError, "args is 0 of them; allowed: 1"),
        ("double (double)", ["x"], vmperf.InvalidArgumentError, "args\\[0\\] is 'x'"),
        ("int (int8_t)", [128], vmperf.InvalidArgumentError, "args\\[0\\] is 128"),
        ("int (int)", [1.5], vmperf.InvalidArgumentError, "args\\[0\\] is 1.5"),
        ("int (unsigned)", [-1], vmperf.InvalidArgumentError, "args\\[0\\] is -1"),
        ("int (int *)", ["text"], vmperf.InvalidArgumentError, "None, an address, bytes"),
        (f"int ({SEVEN})", [0] * 7, vmperf.InvalidArgumentError, "at most 6"),
        (f"int ({NINE})", [0] * 9, vmperf.InvalidArgumentError, "at most 8"),
    ],
)  # fmt: skip
def test_bad_signatures_and_arguments(
    lib: ctypes.CDLL, signature: str, args: list[Any], error: type[Exception], said: str
) -> None:
    address = ctypes.cast(lib.half, ctypes.c_void_p).value
    with pytest.raises(error, match=said):
        quick(address, *args, signature=signature)


def test_ctypes_types_that_do_not_travel_in_a_register(lib: ctypes.CDLL) -> None:
    class Point(ctypes.Structure):
        _fields_ = (("x", ctypes.c_double),)

    for kind in (Point, ctypes.c_longdouble, ctypes.py_object):
        with pytest.raises(vmperf.UnsupportedError, match=kind.__name__):
            quick(typed(lib, "half", ctypes.c_float, kind), 1)
    untyped = ctypes.CDLL(lib._name)["half"]
    with pytest.raises(vmperf.InvalidArgumentError, match="argtypes"):
        quick(untyped, 1.0)


@pytest.mark.parametrize(
    ("more", "argument"),
    [
        ({"profile": "thorough"}, "profile"),
        ({"profile": "slow"}, "profile"),
        ({"seed": -1}, "seed"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": float("nan")}, "timeout_s"),
        ({"signature": "int (int)"}, "signature"),
    ],
)
def test_bad_settings(more: dict[str, Any], argument: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError) as caught:
        quick(lambda: None, **more)
    assert caught.value.argument == argument


@pytest.mark.parametrize("target", ["text", None, 1.5, True])
def test_what_cannot_be_called(target: Any) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="target"):
        quick(target)
