"""Each pool peer runs every pool benchmark, verified, or says how to get it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from house.weather import PROVED
from vmperf import _core
from vmperf._catalog.peers import add_peer_directories

pytestmark = pytest.mark.peers

IDS = ("pool/allocate", "pool/cycle", "pool/churn", "pool/throughput", "pool/sizes")
PEERS = ("mimalloc", "boost_pool", "pmr")


def measure(benchmark_id: str, design: str, **changed: Any) -> Any:
    entry = next(b for b in _core.bench.catalog() if b["id"] == benchmark_id)
    params = {a["name"]: a["defaults"][0] for a in entry["axes"][1:]} | changed
    (case,) = _core.bench.measure(
        benchmark_id,
        params,
        [design],
        warm_up_ns=0,
        measurement_ns=300_000,
        n_samples=2,
        sampling="flat",
        n_placements=1,
        seed=3,
        process=0,
        count_instructions=False,
    )
    return case


@pytest.mark.parametrize("design", PEERS)
@pytest.mark.parametrize("benchmark_id", IDS)
@pytest.mark.parametrize("item_size_bytes", [16, 24, 64, 1024])
def test_peer_is_verified_or_says_how_to_get_it(
    benchmark_id: str, design: str, item_size_bytes: int
) -> None:
    add_peer_directories()
    found = _core.bench.availability(benchmark_id, design)
    case = measure(benchmark_id, design, item_size_bytes=item_size_bytes)
    if found["status"] == "ok":
        assert case.status in PROVED, f"{case.status}: {case.reason}"
        assert case.version == found["version"] != ""
    else:
        assert case.status == "not_installed"
        assert "install" in case.reason


@pytest.mark.parametrize("design", PEERS)
def test_peer_under_random_churn(design: str) -> None:
    add_peer_directories()
    for touch in ("first", "all"):
        case = measure("pool/churn", design, touch=touch, capacity=10_000)
        assert case.status in {*PROVED, "not_installed"}, f"{case.status}: {case.reason}"


ABSENT = """
from vmperf import _core
found = _core.bench.availability("pool/cycle", "mimalloc")
print(found["status"], "|", found["reason"], "|", found["version"])
_core.os.add_library_directory({folder!r})
found = _core.bench.availability("pool/cycle", "mimalloc")
print(found["status"], found["version"])
"""


def test_peer_is_found_once_its_directory_is_known() -> None:
    """A search that failed is not remembered; version 3 comes before any other."""
    folders = [Path(folder, "cmeel.prefix", "lib") for folder in sys.path]
    folders = [folder for folder in folders if (folder / "libmimalloc.so.3").exists()]
    if not folders:
        pytest.skip("cmeel-mimalloc is not installed")
    environment = {k: v for k, v in os.environ.items() if k != "VMPERF_PEER_PATH"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    lines = subprocess.run(
        [sys.executable, "-c", ABSENT.format(folder=str(folders[0]))],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    ).stdout.splitlines()
    status, reason, version = (part.strip() for part in lines[0].split("|"))
    if status == "not_installed":  # the system has none of its own
        assert "pip install" in reason
        assert version == ""
        assert lines[1].startswith("ok 3.")
    else:
        assert status == "ok"
