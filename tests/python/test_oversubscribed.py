"""Cases with more threads than CPUs carry a label, whichever benchmark they are of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf._results.rows import is_oversubscribed
from vmperf.cli.main import cli

FOUR: dict[str, Any] = {
    "cpu": {"n_online": 4, "allowed": [0, 1, 2, 3]},
    "os": {"cpu_quota": "none"},
}


@pytest.mark.parametrize(
    ("params", "machine", "expected"),
    [
        ({"threads": 4}, FOUR, False),
        ({"threads": 5}, FOUR, True),
        ({"threads": 3}, FOUR | {"cpu": {"n_online": 4, "allowed": [2, 3]}}, True),
        ({"threads": 2}, FOUR | {"cpu": {"n_online": 4, "allowed": [2, 3]}}, False),
        ({"threads": 2}, FOUR | {"os": {"cpu_quota": 1.5}}, True),
        ({"threads": 1}, FOUR | {"os": {"cpu_quota": 1.5}}, False),
        ({"threads": 99}, {}, False),
        ({"threads": 99}, {"cpu": {"n_online": None, "allowed": None}, "os": {}}, False),
        ({"threads": "many"}, FOUR, False),
        ({"capacity": 99}, FOUR, False),
    ],
)
def test_is_oversubscribed(params: dict[str, Any], machine: dict[str, Any], expected: bool) -> None:
    assert is_oversubscribed(params, machine) is expected


def test_label_is_in_rows_table_and_report(tmp_path: Path) -> None:
    n_cpus = len(os.sched_getaffinity(0))
    results = vmperf.run(
        "pool/shared",
        designs=["shared"],
        params={"threads": [1, 1 + 2 * n_cpus], "frees": "local"},
        budget_s=1,
        results=tmp_path / "r.vmperf",
    )
    said = {row["params"]["threads"]: row["oversubscribed"] for row in results.rows()}
    assert said == {1: False, 1 + 2 * n_cpus: True}
    shown = CliRunner().invoke(cli, ["show", str(results.path)]).output
    assert "more threads than the machine had CPUs" in shown
    labelled = [line for line in shown.splitlines() if line.endswith("oversubscribed")]
    assert len(labelled) == 1
    assert str(1 + 2 * n_cpus) in labelled[0]
    page = vmperf.report(results, tmp_path / "r.html").read_text()
    assert page.count('class="role oversubscribed"') == 1
