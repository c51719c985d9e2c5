"""Every memops benchmark runs every design it can find, verified, at small and at odd points."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from house import native_build
from house.weather import PROVED
from vmperf import _core
from vmperf._core import InvalidArgumentError

QUICK: dict[str, Any] = {
    "warm_up_ns": 0,
    "measurement_ns": 200_000,
    "n_samples": 2,
    "sampling": "flat",
    "n_placements": 2,
    "seed": 3,
    "process": 0,
    "count_instructions": False,
}
LEVELS = {"scalar", "sse2", "avx2", "avx512", "neon"}
COPIES = {"throughput", "balanced", "forward", "naive", "libc", "std_copy"} | LEVELS
SCANS = {"best", "naive", "libc"} | LEVELS
LOOPS = {"naive", "libc", "volatile_u8", "volatile_u32", "volatile_u64", "relaxed_u64", "plain_u32"}
DESIGNS = {
    "memops/copy": COPIES
    | {"rep_movsb", "stream", "temporal", "numpy", "read_limit", "store_limit"},
    "memops/copy_mix": COPIES | {"rep_movsb"},
    "memops/move": SCANS | {"std_copy"},
    "memops/fill": SCANS | {"stream", "temporal", "numpy"},
    "memops/compare": SCANS,
    "memops/find_byte": SCANS,
    "memops/is_zero": SCANS,
    "memops/page_scan": SCANS,
    "memops/batch": COPIES | {"loop"},
    "memops/guest_copy": {"best", "naive", "libc"},
    "memops/volatile_vs_plain": LOOPS | {"guest_8", "guest_16", "guest_32"},
    "memops/volatile_write": LOOPS,
}
# Not every CPU has every level, nor every machine every peer.
FINE = PROVED | {"unsupported", "not_installed"}


def entry(benchmark: str) -> dict[str, Any]:
    return next(b for b in _core.bench.catalog() if b["id"] == benchmark)


def measure(benchmark: str, designs: list[str], **changed: Any) -> list[Any]:
    params = {a["name"]: a["defaults"][0] for a in entry(benchmark)["axes"][1:]} | changed
    return _core.bench.measure(benchmark, params, designs, **QUICK)


def expect_fine(benchmark: str, **changed: Any) -> None:
    cases = measure(benchmark, [d["name"] for d in entry(benchmark)["designs"]], **changed)
    for case in cases:
        assert case.status in FINE, f"{case.design} {changed}: {case.status}: {case.reason}"
    # A limit does another work, and a call of Python has no sum but of calls.
    copies = [c for c in cases if not c.design.endswith(("_limit", "numpy"))]
    assert len({case.checksum for case in copies if case.status in PROVED}) == 1


@pytest.mark.parametrize("benchmark_id", DESIGNS)
def test_declared_wholly(benchmark_id: str) -> None:
    found = entry(benchmark_id)
    assert {d["name"] for d in found["designs"]} >= DESIGNS[benchmark_id]
    assert len(found["fooled_by"]) >= 2


@pytest.mark.parametrize("benchmark_id", DESIGNS)
def test_designs_agree_and_are_verified(benchmark_id: str) -> None:
    expect_fine(benchmark_id)


@pytest.mark.parametrize(
    ("benchmark_id", "axis"),
    [
        ("memops/copy", "mode"),
        ("memops/copy", "delta_mod_4096"),
        ("memops/copy", "src_align"),
        ("memops/copy", "placement"),
        ("memops/copy_mix", "mix"),
        ("memops/copy_mix", "mode"),
        ("memops/move", "shift_bytes"),
        ("memops/fill", "byte"),
        ("memops/fill", "dst_align"),
        ("memops/compare", "hit"),
        ("memops/find_byte", "hit"),
        ("memops/is_zero", "hit"),
        ("memops/is_zero", "src_align"),
        ("memops/page_scan", "work"),
        ("memops/batch", "mix"),
        ("memops/batch", "batch"),
        ("memops/guest_copy", "atom"),
        ("memops/guest_copy", "src_align"),
    ],
)
def test_every_word_of_an_axis(benchmark_id: str, axis: str) -> None:
    values = next(a["values"] for a in entry(benchmark_id)["axes"] if a["name"] == axis)
    for value in values[:: 4 if native_build.sanitized() else 1]:
        expect_fine(benchmark_id, **{axis: value})


SIZED = ["copy", "move", "fill", "compare", "find_byte", "is_zero", "guest_copy"]


@pytest.mark.parametrize("operation", SIZED)
@pytest.mark.parametrize("size_bytes", [1, 7, 8, 65, 1000, 5000])
def test_odd_sizes(operation: str, size_bytes: int) -> None:
    expect_fine(f"memops/{operation}", size_bytes=size_bytes)


@pytest.mark.parametrize("mode", ["throughput", "consume", "dependent"])
@pytest.mark.parametrize("size_bytes", [0, 1, 7, 13, 64, 1000, 5000])
def test_copies_that_end_where_memory_ends(size_bytes: int, mode: str) -> None:
    expect_fine("memops/copy", size_bytes=size_bytes, placement="page_end", mode=mode)


@pytest.mark.parametrize(
    ("changed", "needs"),
    [
        ({"mode": "dependent"}, "mode=throughput"),
        ({"placement": "page_end"}, "placement=same_arena"),
        ({"working_set_bytes": 65536}, "working_set_bytes=0"),
        ({"size_bytes": 0}, ""),
        ({"size_bytes": 5000, "src_align": 63, "delta_mod_4096": 8}, ""),
    ],
)
def test_numpy_copies_one_hot_pair(changed: dict[str, Any], needs: str) -> None:
    pytest.importorskip("numpy")
    (case,) = measure("memops/copy", ["numpy"], **changed)
    assert case.status == "unsupported" if needs else case.status in PROVED
    assert needs in case.reason


def test_numpy_fills_with_zero() -> None:
    pytest.importorskip("numpy")
    (zero,) = measure("memops/fill", ["numpy"], byte="zero", dst_align=8)
    (changing,) = measure("memops/fill", ["numpy"], byte="changing")
    assert zero.status in PROVED
    assert (changing.status, "byte=zero" in changing.reason) == ("unsupported", True)


def test_copies_of_nothing() -> None:
    expect_fine("memops/copy", size_bytes=0)
    expect_fine("memops/copy", size_bytes=0, working_set_bytes=16384, mode="consume")


@pytest.mark.parametrize("operation", ["copy", "fill", "is_zero"])
def test_working_sets_of_many_places(operation: str) -> None:
    expect_fine(f"memops/{operation}", size_bytes=4096, working_set_bytes=512 * 1024)


@pytest.mark.parametrize("benchmark_id", ["memops/copy", "memops/fill", "memops/move"])
def test_a_second_proof_is_of_what_ran_since_the_first(benchmark_id: str) -> None:
    params = {a["name"]: a["defaults"][0] for a in entry(benchmark_id)["axes"]}
    arm = _core.bench.Arm(benchmark_id, params, "naive", seed=0)
    for n in (1000, 1, 0, 65):
        if n:
            arm.run(n)
        assert arm.verify() == ""


def test_large_copies_are_proved_one_by_one() -> None:
    changed = {"size_bytes": 2**20, "working_set_bytes": 24 * 2**20}
    for case in measure("memops/copy", ["balanced", "stream", "libc"], **changed):
        assert case.status in FINE, f"{case.design}: {case.status}: {case.reason}"


@pytest.mark.parametrize(
    ("benchmark_id", "changed", "argument"),
    [
        ("memops/copy", {"size_bytes": -1}, "size_bytes"),
        ("memops/copy", {"size_bytes": 2**40}, "size_bytes"),
        ("memops/copy", {"mode": "fast"}, "mode"),
        ("memops/copy", {"delta_mod_4096": 4096}, "delta_mod_4096"),
        ("memops/copy", {"delta_mod_4096": -2}, "delta_mod_4096"),
        ("memops/copy", {"src_align": 64}, "src_align"),
        ("memops/copy", {"working_set_bytes": -1}, "working_set_bytes"),
        ("memops/copy", {"placement": "anywhere"}, "placement"),
        ("memops/copy_mix", {"mix": "mix_9"}, "mix"),
        ("memops/copy_mix", {"working_set_bytes": 1024}, "working_set_bytes"),
        ("memops/move", {"shift_bytes": 2**30}, "shift_bytes"),
        ("memops/fill", {"byte": "one"}, "byte"),
        ("memops/fill", {"dst_align": 64}, "dst_align"),
        ("memops/find_byte", {"hit": "start"}, "hit"),
        ("memops/page_scan", {"pages": 0}, "pages"),
        ("memops/page_scan", {"work": "both"}, "work"),
        ("memops/batch", {"mix": "fixed_65"}, "mix"),
        ("memops/batch", {"batch": 0}, "batch"),
        ("memops/guest_copy", {"atom": 12}, "atom"),
        ("memops/volatile_vs_plain", {"size_bytes": 100}, "size_bytes"),
        ("memops/volatile_write", {"size_bytes": 32}, "size_bytes"),
    ],
)
def test_bad_point_names_the_axis(
    benchmark_id: str, changed: dict[str, Any], argument: str
) -> None:
    design = "best" if benchmark_id == "memops/guest_copy" else "libc"
    with pytest.raises(InvalidArgumentError, match=argument):
        measure(benchmark_id, [design], **changed)


def test_a_level_that_is_not_here_is_a_row() -> None:
    status = {n: _core.bench.availability("memops/copy", n)["status"] for n in LEVELS}
    assert status["scalar"] == "ok"
    assert {"ok", "unsupported"} >= set(status.values())
    assert "unsupported" in status.values()  # no CPU has both avx2 and neon
    for name, expected in status.items():
        (case,) = measure("memops/copy", [name])
        assert (case.status == "unsupported") == (expected == "unsupported")


BROKEN = """
#include <cstddef>
extern "C" void *memcpy(void *dst, const void *src, std::size_t n) {{
  auto *to = static_cast<volatile unsigned char *>(dst);
  auto *from = static_cast<const volatile unsigned char *>(src);
  for (std::size_t i = {first}; i < ({end}); ++i) to[i] = from[i];
  return dst;
}}
"""
IMPORT = """
import json, sys
from vmperf import bench

bench.import_design("mine", sys.argv[1])
rows = []
for id in ("memops/copy", "memops/copy_mix", "memops/batch"):
    axes = next(b["axes"] for b in bench.catalog() if b["id"] == id)[1:]
    params = {a["name"]: "fleet" if a["name"] == "mix" else a["defaults"][0] for a in axes}
    [row] = bench.measure(id, params, ["mine"], warm_up_ns=0, measurement_ns=200_000, n_samples=2,
        sampling="flat", n_placements=1, seed=0, process=0, count_instructions=False)
    rows.append(row.status)
print(json.dumps(rows))
"""


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        ("0", "n", PROVED),
        ("0", "n == 0 ? 0 : n - 1", {"unverified"}),
        ("1", "n", {"unverified"}),
        ("0", "n + (n == 8 || n == 64)", {"unverified"}),
    ],
)
def test_a_users_memcpy_is_proved(
    tmp_path: Path, compile_cpp: Callable[..., Path], first: str, end: str, expected: set[str]
) -> None:
    source = tmp_path / "mine.cpp"
    source.write_text(BROKEN.format(first=first, end=end))
    library = compile_cpp(source, "-O2", "-shared", "-fPIC", "-fno-builtin")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(library)], capture_output=True, text=True, check=True
    )
    assert set(json.loads(done.stdout)) <= expected
