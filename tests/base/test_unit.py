"""base: arithmetic, random numbers, errors; and the errors as Python sees them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import vmperf


@pytest.mark.parametrize("flags", [(), ("-O0", "-fsanitize=undefined", "-fno-sanitize-recover")])
def test_native(
    flags: tuple[str, ...],
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    run_binary(compile_cpp(Path(__file__).parent / "cpp" / "base.cpp", *flags))


@pytest.mark.parametrize(
    ("name", "bases"),
    [
        ("InvalidArgumentError", (ValueError,)),
        ("CapacityError", (MemoryError,)),
        ("CorruptionError", ()),
        ("TraceFormatError", (ValueError,)),
        ("OsError", (OSError,)),
        ("UnsupportedError", (NotImplementedError,)),
        ("MeasurementError", ()),
    ],
)
def test_error_tree(name: str, bases: tuple[type, ...]) -> None:
    error = getattr(vmperf, name)
    assert issubclass(error, vmperf.VmperfError)
    assert all(issubclass(error, base) for base in bases)
    assert error.__module__ == "vmperf"
    assert error.__doc__


def test_fields_reach_python() -> None:
    with pytest.raises(vmperf.InvalidArgumentError) as caught:
        vmperf.bench.availability("pool/cycel", "stack")
    assert caught.value.value.strip("'") == "pool/cycel"
    assert caught.value.argument
    assert "pool/cycle" in caught.value.allowed
    assert str(caught.value).startswith(f"{caught.value.argument} is ")
