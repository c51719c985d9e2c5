"""Values of axes and seeds as NumPy has them; a row whose samples are mostly disturbed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import vmperf
from vmperf._catalog.axes import point_values
from vmperf._plan.plan import make_plan
from vmperf.cli._console import _doubts


@pytest.mark.parametrize(
    "given",
    ["10", 10, [10], np.int64(10), np.uint8(10), np.array(10), np.array([10, 10]), [np.int16(10)]],
    ids=repr,
)
def test_values_of_an_axis_may_be_of_numpy(given: Any) -> None:
    axis = vmperf.get("pool/cycle").axis("capacity")
    (value,) = point_values(axis, given)
    assert (value, type(value)) == (10, int)


@pytest.mark.parametrize("seed", [1.5, "1", None, -1, 2**64, np.float64(1), np.int8(-1)])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="seed"):
        make_plan(["pool/cycle"], seed=seed)
    with pytest.raises(vmperf.InvalidArgumentError, match="seed"):
        vmperf.benchmark(abs, args=[-3], seed=seed)


@pytest.mark.parametrize("seed", [3, np.int64(3), np.uint8(3), True + 2])
def test_a_seed_may_be_of_numpy(seed: Any) -> None:
    settings = make_plan(["pool/cycle"], seed=seed).settings
    assert json.loads(json.dumps(settings))["seed"] == 3


@pytest.mark.parametrize(
    ("disturbed", "samples", "said"),
    [(0, 30, []), (15, 30, []), (16, 30, ["disturbed"]), (0, 0, [])],
)
def test_mostly_disturbed_samples_stand_in_the_status(
    disturbed: int, samples: int, said: list[str]
) -> None:
    flags = {"switch": disturbed, "fault": 0, "steal": 0}
    assert _doubts({"flags": flags, "samples": samples, "oversubscribed": False}) == said
