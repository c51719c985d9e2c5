"""What intervals cover where each placement of buffers has an offset of its own: 93 to 97 %.

One process with several placements, as the profiles quick (5 of 6 samples) and criterion (10 of 10)
have it, and several processes that have offsets beside those of their placements. Offsets are 0,
0.5, 1 and 2 times the noise of a sample. Every estimator with an interval over samples is here, and
so are the figures of rows, Datasets, claims and the report, which must choose the same clusters.
Seeds are fixed; the standard error is 0.40 points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import vmperf
from vmperf import _core

stats = _core.stats

pytestmark = pytest.mark.differential

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Draw = tuple[Floats, Floats, Ints]  # times of a and of b around 100, and the clusters
Estimator = Callable[[Draw], tuple[float, float]]

DRAWS = 3000
OFFSETS = (0.0, 0.5, 1.0, 2.0)
NOISE = 0.02  # standard deviation of a sample, relative
TRUTH = 100.0
SHAPES = {  # processes, placements in each, samples in each of those
    "quick": (1, 5, 6),
    "criterion": (1, 10, 10),
    "thorough": (5, 10, 4),
    "two_placements": (1, 2, 10),
    "two_processes": (2, 5, 6),
}


def draws(shape: str, offset: float, n: int, seed: int) -> list[Draw]:
    """Times whose logarithms are noise and, per process and per placement, an offset."""
    processes, placements, samples = SHAPES[shape]
    rng = np.random.default_rng(seed)
    whole = (n, 2, processes, placements, samples)
    log = rng.normal(0, NOISE, whole)
    log += rng.normal(0, NOISE * offset, (*whole[:4], 1))
    if processes > 1:
        log += rng.normal(0, NOISE * offset, (*whole[:3], 1, 1))
    times = TRUTH * np.exp(log).reshape(n, 2, -1)
    process = np.repeat(np.arange(processes), placements * samples)
    placement = np.tile(np.repeat(np.arange(placements), samples), processes)
    cluster = stats.clusters(process, placement)
    return [(a, b, cluster) for a, b in times]


def median_of_location(draw: Draw) -> tuple[float, float]:
    found = stats.location_intervals(draw[0], draw[2])["median"]
    return found["low"], found["high"]


def mean_of_location(draw: Draw) -> tuple[float, float]:
    found = stats.location_intervals(draw[0], draw[2])["mean"]
    return found["low"], found["high"]


def summary(draw: Draw) -> tuple[float, float]:
    found = summarized(draw)
    return found["low"], found["high"]


def summary_mean(draw: Draw) -> tuple[float, float]:
    found = summarized(draw)
    return found["mean_low"], found["mean_high"]


def summarized(draw: Draw) -> Any:
    iterations = np.full(len(draw[0]), 10_000)
    return stats.summarize(np.rint(draw[0] * 10_000).astype(np.int64), iterations, draw[2])


def paired_ratio(draw: Draw) -> tuple[float, float]:
    found = stats.paired_ratio(*draw)
    return TRUTH * found["low"], TRUTH * found["high"]


def paired_geomean(draw: Draw) -> tuple[float, float]:
    a, b, cluster = draw
    point = np.arange(len(a)) % 2  # two points in every cluster
    found = stats.paired_geomean(a, b, cluster, point)
    return TRUTH * found["low"], TRUTH * found["high"]


def ratio(draw: Draw) -> tuple[float, float]:
    a, b, cluster = draw
    found = stats.ratio(a, cluster, b, cluster)
    return TRUTH * found["low"], TRUTH * found["high"]


def by_cluster(draw: Draw) -> Floats:
    """The times of a, a line for each cluster: those are whole, equal and one after the other."""
    return draw[0].reshape(draw[2][-1] + 1, -1)


def t_of_cluster_means(draw: Draw) -> tuple[float, float]:
    found = stats.t_interval(by_cluster(draw).mean(axis=1))
    return found["low"], found["high"]


def trimmed_of_cluster_logs(draw: Draw) -> tuple[float, float]:
    lines = by_cluster(draw)
    middle = np.sort(lines, axis=1)[:, [(lines.shape[1] - 1) // 2, lines.shape[1] // 2]]
    logs = np.log(middle.mean(axis=1))  # of medians, which np.median takes ten times as long for
    found = stats.trimmed_interval(logs, trim=0.0 if len(logs) < 5 else 0.2)
    return float(np.exp(found["low"])), float(np.exp(found["high"]))


ESTIMATORS = (
    median_of_location, mean_of_location, summary, summary_mean, paired_ratio, paired_geomean,
    ratio, t_of_cluster_means, trimmed_of_cluster_logs,
)  # fmt: skip


def covered(estimator: Estimator, found: list[Draw]) -> float:
    hits = [low <= TRUTH <= high for low, high in map(estimator, found)]
    return sum(hits) / len(hits)


@pytest.mark.parametrize("shape", ["quick", "criterion", "thorough"])
@pytest.mark.parametrize("offset", OFFSETS)
def test_intervals_cover_over_clusters(shape: str, offset: float) -> None:
    found = draws(shape, offset, DRAWS, seed=307)
    share = {one.__name__: covered(one, found) for one in ESTIMATORS}
    assert all(0.93 <= one <= 0.97 for one in share.values()), share


@pytest.mark.parametrize("shape", ["two_placements", "two_processes"])
@pytest.mark.parametrize("offset", OFFSETS)
def test_intervals_of_two_clusters_are_wide_and_cover(shape: str, offset: float) -> None:
    found = draws(shape, offset, DRAWS, seed=311)
    share = {one.__name__: covered(one, found) for one in ESTIMATORS}
    # Welch's degrees of freedom are an estimate, which two clusters a side make conservative.
    welch = share.pop("ratio")
    assert all(0.93 <= one <= 0.97 for one in share.values()), share
    assert 0.95 <= welch <= 0.99, welch


@pytest.mark.parametrize(("offset", "most"), [(0.5, 0.92), (1.0, 0.84), (2.0, 0.75)])
def test_samples_as_their_own_clusters_would_not_cover(offset: float, most: float) -> None:
    """The fault that clusters are there for: one process taken as one cluster."""
    found = [(a, b, np.zeros(len(a), np.int64)) for a, b, _ in draws("quick", offset, 500, 313)]
    assert covered(summary, found) < most
    assert covered(paired_ratio, found) < most


def test_placements_of_several_processes_would_not_cover() -> None:
    """Why the outermost unit counts: the offset of a process is in all of its placements."""
    _, placements, samples = SHAPES["thorough"]
    found = [(a, b, np.arange(len(a)) // samples) for a, b, _ in draws("thorough", 2.0, 500, 317)]
    assert len(np.unique(found[0][2])) == 5 * placements
    assert covered(summary, found) < 0.75


def test_clusters_are_the_outermost_unit_that_varies() -> None:
    placement = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    several = np.repeat([4, 9], 4)
    assert stats.clusters(several, placement).tolist() == several.tolist()
    assert stats.clusters(np.full(8, 4), placement).tolist() == placement.tolist()
    assert stats.clusters(np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []
    with pytest.raises(vmperf.InvalidArgumentError, match="placement is of length 3"):
        stats.clusters(several, placement[:3])
    with pytest.raises(TypeError):
        stats.clusters(several.astype(np.uint32), placement)
