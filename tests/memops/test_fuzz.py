"""Random operations, sizes, alignments and overlaps; and that mistakes are found and repeated."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.fuzz
CPP = Path(__file__).parent / "cpp"
Build = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
PLANTS = ("lost", "extra", "overread")


def test_nothing_is_found(program: Build, run_binary: Run, seed: int) -> None:
    done = run_binary(program("fuzz"), "run", str(seed), "3000", check=False)
    assert re.fullmatch(r"ok \d+\n", done.stdout), done.stdout + done.stderr
    assert int(done.stdout.split()[1]) > 1000


@pytest.mark.parametrize("plant", PLANTS)
def test_planted_mistake_is_found(program: Build, run_binary: Run, seed: int, plant: str) -> None:
    done = run_binary(program("fuzz"), "run", str(seed), "3000", plant, check=False)
    assert done.returncode != 0, done.stdout
    found = re.search(r"^input ([0-9a-f]+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    again = run_binary(program("fuzz"), "replay", found[1], plant, check=False)
    assert (again.returncode, again.stdout) == (done.returncode, done.stdout)
    assert run_binary(program("fuzz"), "replay", found[1]).stdout == "ok\n"


def test_any_bytes_are_a_case(program: Build, run_binary: Run) -> None:
    for text in ("", "00", "ff" * 28, "0f" * 100):
        assert run_binary(program("fuzz"), "replay", text).stdout == "ok\n"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("clang++") is None, reason="not installed: clang++")
def test_as_a_libfuzzer_target(
    compile_cpp: Build, run_binary: Run, library: Path, tmp_path: Path
) -> None:
    flags = ["-fsanitize=fuzzer", "-DVMPERF_LIBFUZZER", f"-Wl,-rpath,{library.parent}"]
    try:
        target = compile_cpp(CPP / "fuzz.cpp", library, *flags, cxx="clang++")
    except subprocess.CalledProcessError as e:
        if "fuzzer" in e.stderr:
            pytest.skip("not installed: clang's libFuzzer")
        raise
    done = run_binary(target, "-max_total_time=5", "-max_len=28", f"-artifact_prefix={tmp_path}/")
    assert "DONE" in done.stderr
