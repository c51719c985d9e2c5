"""Unicorn runs every benchmark of guest memory, verified, or says how to get it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from house.weather import PROVED
from vmperf import _core
from vmperf._catalog import peers

pytestmark = pytest.mark.peers

POINTS: list[tuple[str, dict[str, Any]]] = [
    *[("guestmem/read", {"size_bytes": n}) for n in (1, 2, 4, 8)],
    *[("guestmem/write", {"size_bytes": n}) for n in (1, 2, 4, 8)],
    *[("guestmem/write", {"layout": word}) for word in ("one", "regions", "mmio", "dirty")],
    *[("guestmem/bulk_read", {"size_bytes": n}) for n in (64, 4096, 65536)],
    *[("guestmem/bulk_write", {"size_bytes": n}) for n in (64, 4096, 65536)],
    ("guestmem/gather", {}),
]
# In a process of its own, where the loader has seen no peer yet.
MEASURE = """
import json, sys
from vmperf import bench
from vmperf._catalog import peers

if sys.argv[2] == "installed":
    peers.add_peer_directories()
rows = []
for id, changed in json.loads(sys.argv[1]):
    axes = next(b["axes"] for b in bench.catalog() if b["id"] == id)[1:]
    params = {a["name"]: a["defaults"][0] for a in axes} | changed
    both = bench.measure(id, params, ["chunks", "unicorn"], warm_up_ns=0, measurement_ns=100_000,
        n_samples=2, sampling="flat", n_placements=1, seed=0, process=0, count_instructions=False)
    rows.append([[row.status, row.reason, row.version] for row in both])
print(json.dumps(rows))
"""


def _measured(points: list[Any], where: str, folder: str = "") -> list[Any]:
    environment = {**os.environ, "VMPERF_PEER_PATH": folder}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-c", MEASURE, json.dumps(points), where]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return list(json.loads(done.stdout))


def test_unicorn_is_verified_or_says_how_to_get_it() -> None:
    peers.add_peer_directories()
    found = _core.bench.availability("guestmem/read", "unicorn")
    rows = _measured(POINTS, "installed")
    for (name, changed), (ours, theirs) in zip(POINTS, rows, strict=True):
        status, reason, version = theirs
        if found["status"] != "ok":
            assert (status, "pip install unicorn" in reason) == ("not_installed", True)
            continue
        assert status in PROVED, f"{name} {changed}: {status}: {reason}"
        assert version == found["version"] != ""
        assert ours[0] in PROVED  # and the sums agree, or theirs were not


def test_folder_without_it(tmp_path: Path) -> None:
    library = tmp_path / "libunicorn.so.2"
    library.write_bytes(b"no library")
    (_, (status, reason, _)) = _measured(POINTS[:1], "folder", str(tmp_path))[0]
    if status != "ok":  # the system's loader may have one
        assert (status, "pip install unicorn" in reason) == ("not_installed", True)
