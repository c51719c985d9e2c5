"""What intervals of metrics cover where placements, or processes, have offsets of their own.

The truth of a quantile is here that of one unit, averaged over units, as a run of one placement
more would show it; the quantile of all merged is the value, which the interval is widened to hold.
Offsets are 0, 0.5, 1 and 2 times the noise. Seeds are fixed; the standard error is 0.5 points.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as oracle

from vmperf import stats
from vmperf._results import metrics

pytestmark = pytest.mark.differential

DRAWS = 2000
CENTRE, NOISE = 1e6, 2e4
OFFSETS = (0.0, 0.5, 1.0, 2.0)


def covers(figure: metrics.Figure, truth: float) -> bool:
    _, low, high = figure
    assert low is not None
    assert high is not None
    return low <= truth <= high


@pytest.mark.parametrize("processes", [1, 5])
@pytest.mark.parametrize("offset", OFFSETS)
def test_means_cover_over_units(offset: float, processes: int) -> None:
    rng = np.random.default_rng(401)
    hits = 0
    for _ in range(DRAWS):
        shared = rng.normal(0, offset if processes > 1 else 0, (processes, 1, 1))
        values = (
            shared + rng.normal(0, offset, (processes, 5, 1)) + rng.normal(size=(processes, 5, 6))
        )
        hits += covers(metrics.estimate("mean", (100 + values).tolist()), 100)
    assert 0.93 <= hits / DRAWS <= 0.97, hits / DRAWS


@pytest.mark.parametrize("offset", OFFSETS)
def test_quantiles_of_distributions_cover_over_units(offset: float) -> None:
    rng = np.random.default_rng(409)
    truth = {
        "p50": CENTRE,
        "p90": CENTRE + NOISE * oracle.norm.ppf(0.9),
        "p99": CENTRE + NOISE * oracle.norm.ppf(0.99),
        "mean": CENTRE,
    }
    hits = dict.fromkeys(truth, 0)
    for _ in range(DRAWS):
        where = CENTRE + NOISE * rng.normal(0, offset, (5, 1))
        units = [stats.Histogram() for _ in range(5)]
        for unit, values in zip(units, where + NOISE * rng.normal(size=(5, 1000)), strict=True):
            unit.record(values.astype(np.int64))
        found = metrics._shape([units])
        for name, true in truth.items():
            hits[name] += covers(found[name], true)
    assert all(0.93 <= one / DRAWS <= 0.97 for one in hits.values()), hits
