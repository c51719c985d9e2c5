"""Readers over files that are almost right, under AddressSanitizer; recordings that are not."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vmperf import TraceFormatError, trace

pytestmark = pytest.mark.fuzz
CPP = Path(__file__).parent / "cpp"
NAMES = ("blocks", "builder", "crc32", "formats", "generate", "memory_replay", "reader", "stats")
SANITIZE = ("-O1", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.mark.slow
def test_nothing_is_found(
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
    repo_root: Path,
    tmp_path: Path,
    seed: int,
) -> None:
    sources = [repo_root / f"cpp/trace/src/{name}.cpp" for name in (*NAMES, "writer")]
    program = compile_cpp(CPP / "fuzz.cpp", *sources, *SANITIZE)
    done = run_binary(program, str(tmp_path / "it"), str(seed), "3000", timeout=300)
    assert int(done.stdout.split()[1]) > 1000


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("clang++") is None, reason="not installed: clang++")
def test_as_a_libfuzzer_target(
    compile_cpp: Callable[..., Path],
    repo_root: Path,
    tmp_path: Path,
) -> None:
    sources = [repo_root / f"cpp/trace/src/{name}.cpp" for name in (*NAMES, "writer")]
    flags = ["-O1", "-fsanitize=fuzzer,address", "-DVMPERF_LIBFUZZER", "-Wno-unused-function"]
    try:
        target = compile_cpp(CPP / "fuzz.cpp", *sources, *flags, cxx="clang++")
    except subprocess.CalledProcessError as e:
        if "fuzzer" in e.stderr or "asan" in e.stderr:
            pytest.skip("not installed: clang's libFuzzer")
        raise
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    trace.generate(20, live=4, realloc=0.5, seed=1).save(corpus / "it")
    command = [target, "-max_total_time=5", corpus]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "DONE" in done.stderr


def test_damaged_recordings(
    known: Path,
    run_recorded: Callable[..., object],
    tmp_path: Path,
    rng: random.Random,
) -> None:
    run_recorded(known, "many")
    (buffers,) = (tmp_path / "recording").glob("*.buf")
    (blocks,) = (tmp_path / "recording").glob("*.rec")
    good = buffers.read_bytes(), blocks.read_bytes()
    whole = trace._finish(buffers.with_suffix(""), tmp_path / "whole.vmt")
    assert whole["lost_ops"] == 0
    for _ in range(60):
        for path, data in zip((buffers, blocks), good, strict=True):
            damaged = bytearray(data)
            for _ in range(rng.randrange(4)):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            path.write_bytes(damaged[: rng.choice([len(damaged), rng.randrange(len(damaged))])])
        try:
            found = trace._finish(buffers.with_suffix(""), tmp_path / "it.vmt")
        except TraceFormatError:  # the head is gone
            continue
        assert len(trace.load(tmp_path / "it.vmt")) == found["n_ops"] <= whole["n_ops"] + 40_000


def test_a_block_that_a_full_disk_cut_off_is_counted(
    known: Path, run_recorded: Callable[..., object], tmp_path: Path
) -> None:
    run_recorded(known, "many")
    (buffers,) = (tmp_path / "recording").glob("*.buf")
    blocks = buffers.with_suffix(".rec")
    data = blocks.read_bytes()
    used = 40 + int.from_bytes(data[12:16], "little")
    assert len(data) > 2 * used
    whole = trace._finish(buffers.with_suffix(""), tmp_path / "it.vmt")
    blocks.write_bytes(data[: used - 1000] + data[used:])  # the first one's end is missing
    cut = trace._finish(buffers.with_suffix(""), tmp_path / "it.vmt")
    assert cut["lost_ops"] >= 1
    assert whole["n_ops"] - 20_000 < cut["n_ops"] < whole["n_ops"]
