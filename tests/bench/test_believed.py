"""Every design of every benchmark is believed: no neighbour excuses what the compiler left out."""

from __future__ import annotations

from typing import Any

import pytest

from vmperf import _core
from vmperf._catalog.peers import add_peer_directories

pytestmark = [pytest.mark.perf, pytest.mark.slow]
LISTED = [entry for entry in _core.bench.catalog() if not entry["hidden"]]
BELIEVED = {"ok", "too_noisy", "not_installed", "unsupported"}


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["id"])
def test_at_its_default_point(entry: dict[str, Any]) -> None:
    add_peer_directories()
    point = {axis["name"]: axis["defaults"][0] for axis in entry["axes"][1:]}
    cases = _core.bench.measure(
        entry["id"],
        point,
        [],
        warm_up_ns=2_000_000,
        measurement_ns=20_000_000,
        n_samples=10,
        sampling="flat",
        n_placements=2,
        seed=1,
        process=0,
        count_instructions=True,
    )
    refused = {case.design: case.reason for case in cases if case.status not in BELIEVED}
    assert refused == {}
