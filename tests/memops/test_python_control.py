"""Levels, thresholds and their cache, and the C library of vmperf.memops."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import vmperf
from house import native_build
from vmperf import memops


@pytest.fixture
def own_thresholds() -> Iterator[None]:
    before = memops.thresholds()
    del before["measured"]
    yield
    memops.set_thresholds(**before)


def test_levels() -> None:
    names = memops.available_levels()
    assert names[0] == "scalar"
    before = memops.simd_level()
    with memops.set_simd_level(names[-1]), memops.set_simd_level("scalar") as change:
        assert memops.simd_level() == "scalar"
        assert change.before == names[-1]
    assert memops.simd_level() == before
    memops.set_simd_level("scalar")
    assert memops.simd_level() == "scalar"
    memops.set_simd_level(before)


def test_level_comes_back_after_an_error() -> None:
    before = memops.simd_level()
    with pytest.raises(KeyError), memops.set_simd_level("scalar"):
        raise KeyError
    assert memops.simd_level() == before


def test_thresholds(own_thresholds: None) -> None:
    memops.set_thresholds(stream_copy_bytes=1 << 20)
    memops.set_thresholds(stream_fill_bytes=1 << 21)
    assert memops.thresholds() == {
        "stream_copy_bytes": 1 << 20,
        "stream_fill_bytes": 1 << 21,
        "measured": False,
    }


def _python(program: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


PRINT = "import json; from vmperf import memops; print(json.dumps(memops.calibrate()))"


def test_calibration_is_kept(tmp_path: Path) -> None:
    first = json.loads(_python(PRINT, VMPERF_CACHE=str(tmp_path)))
    assert first["measured"]
    (file,) = tmp_path.rglob("*.json")
    file.write_text(json.dumps({"stream_copy_bytes": 7777777, "stream_fill_bytes": 8888888}))
    second = json.loads(_python(PRINT, VMPERF_CACHE=str(tmp_path)))
    assert second == {
        "stream_copy_bytes": 7777777,
        "stream_fill_bytes": 8888888,
        "measured": True,
    }


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"stream_copy_bytes": 1, "stream_fill_bytes": 1}', "\udcff"]
)
def test_unreadable_calibration_is_measured_again(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_thresholds: None
) -> None:
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path))
    memops.calibrate()
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(text.encode(errors="surrogateescape"))
    assert memops.calibrate()["measured"]
    assert json.loads(file.read_text())["stream_copy_bytes"] >= 4096


def test_cache_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_thresholds: None
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("VMPERF_CACHE", str(blocked / "cache"))
    assert memops.calibrate()["measured"]
    assert blocked.read_text() == "in the way"


def test_first_copy_that_could_stream_calibrates(tmp_path: Path) -> None:
    program = (
        "from vmperf import memops\n"
        "n = {n}\n"
        "memops.copy(bytearray(n), bytes(n))\n"
        "print(memops.thresholds()['measured'])"
    )
    env = {"VMPERF_CACHE": str(tmp_path)}
    assert _python(program.format(n=(4 << 20) - 1), **env) == "False"
    assert list(tmp_path.rglob("*.json")) == []
    assert _python(program.format(n=4 << 20), **env) == "True"
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_import_leaves_numpy_alone() -> None:
    program = (
        "import sys, vmperf.memops as memops\n"
        "dst = bytearray(8)\n"
        "memops.copy(dst, b'12345678', policy='forward')\n"
        "assert dst == b'12345678' and memops.mismatch(dst, b'12345678') == -1\n"
        "print('numpy' in sys.modules)"
    )
    assert _python(program) == "False"


def test_level_by_environment() -> None:
    program = "from vmperf import memops; memops.is_zero(b''); print(memops.simd_level())"
    assert _python(program, VMPERF_SIMD="scalar") == "scalar"


@pytest.mark.skipif(native_build.sanitized(), reason="the sanitized module comes without it")
def test_c_library() -> None:
    path = Path(memops.library_path())
    assert path.parent.parent == Path(vmperf.get_include()).parent
    library = ctypes.CDLL(str(path))
    dst = ctypes.create_string_buffer(5)
    library.vmperf_memcpy.restype = ctypes.c_void_p
    library.vmperf_memcpy(dst, b"abcd", ctypes.c_size_t(5))
    assert dst.value == b"abcd"
    for name in ("memmove", "memset", "memcmp", "memchr"):
        assert getattr(library, f"vmperf_{name}")
