"""One program on every collector and on malloc in one run, its pauses on one page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import vmperf
from house import fair_weather, native_build

OURS = {"gen-immix", "sticky-immix", "immix", "mark-sweep", "semispace"}


@pytest.mark.skipif(native_build.sanitized(), reason="libgc's heap grows under a sanitizer")
def test_trees_on_all_collectors_have_pauses_and_utilisation_on_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fair_weather.setup(monkeypatch)
    found = vmperf.run(
        "gc/binary_trees",
        params={"depth": 8, "heap_kib": 1024, "nursery_kib": 128},
        budget_s=12,
        results=tmp_path / "trees.vmperf",
    )
    status = {row["params"]["design"]: (row["status"], row["reason"]) for row in found.rows()}
    assert OURS | {"naive", "libc", "mimalloc", "boehm"} <= set(status)
    proved = {design for design, (said, _) in status.items() if said == "ok"}
    assert proved >= OURS, status
    page = vmperf.report(found, tmp_path / "page.html").read_text(encoding="utf-8")
    for kind, name in (("histogram", "pause"), ("percentile", "pause"),
                       ("series", "min_utilisation"), ("events", "pauses")):  # fmt: skip
        assert re.search(rf'data-kind="{kind}"[^>]*data-axis="{name}"', page), (kind, name)
    payload = re.search(r'id="payload">(.*?)</script>', page, re.S)
    assert payload is not None
    (point,) = json.loads(payload[1])["benchmarks"]["b0"]["points"]
    for design in OURS:
        first, shares = point["bins"]["pause"][design]
        assert sum(shares) == pytest.approx(100, abs=1)
        assert first >= 0
        for _, _, windows, share in point["lines"]["min_utilisation"][design]:
            assert len(windows) == len(share) > 0
            assert all(0 <= one <= 1 for one in share)
        assert any(len(x) >= 10 for _, _, x, _ in point["lines"]["pauses"][design])
    assert not {"libc", "mimalloc"} & set(point["bins"]["pause"])
