"""What pairs of identical code show: floors, bias, false alarms, and other rules beside ours.

Independent comparisons are made of disjoint sets of the measured pairs, in the order taken. All
figures are from `vmperf.stats`; none is made up where there are too few pairs: it is None then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import _core
from .._catalog.quantities import Metric
from .._compare.pair import Pair
from .._compare.settings import Settings
from .._compare.verdict import Evidence, Judged, judge
from .._results.arrays import doubles, integers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RULES", "Noise", "NoiseCase", "Taken"]

_ROBUST = 1.4826  # of the median absolute deviation, to the standard deviation of a Gaussian
_CONFIDENCE = 0.95  # of upper bounds on alarms


@dataclass(frozen=True, slots=True)
class Taken:
    """One measured pair.

    Attributes
    ----------
    kind : {"random", "paired", "relink"}
        Data layout of each process, or of both sides alike; or side B is a relinked build.
    salt : int
        Which relinked build side B was; 0 = the same as side A.
    pair : Pair
        Its batches.
    seconds : float
        Wall time, start of the processes included.
    ratio : float or None
        Log ratio of a metric's values, where that is compared in place of the time.
    """

    kind: str
    salt: int
    pair: Pair
    seconds: float
    ratio: float | None = None

    @property
    def effect(self) -> float:
        """The log ratio of side B over side A: the median of the batches', or the metric's."""
        if self.ratio is not None:
            return self.ratio
        return float(_core.stats.median(doubles(self.pair.log_ratios())))


@dataclass(slots=True)
class NoiseCase:
    """One benchmark at one point with its pairs, in the order taken."""

    id: str
    params: dict[str, Any]
    taken: list[Taken] = field(default_factory=list)
    status: str = "ok"
    reason: str = ""
    ops: int | None = None
    metric: Metric | None = None

    @property
    def better(self) -> str:
        """Which way is good: that of the time is lower."""
        return self.metric.better if self.metric is not None else "lower"

    def of(self, kind: str) -> list[Taken]:
        """Return the pairs of one kind."""
        return [one for one in self.taken if one.kind == kind]


@dataclass(frozen=True, slots=True)
class Noise:
    """What comparisons of identical code found.

    Attributes
    ----------
    cases : tuple of NoiseCase
        With all pairs, also of cases that failed.
    settings : Settings
        Of the comparisons whose alarms are counted.
    machine : dict
        The fingerprint.
    n_builds : int
        1, or how often the source tree was linked.
    clock_step_ns : float
        What the clock can tell apart.
    seed : int
        Of layouts and order.
    metric : str or None
        What was compared in place of the time per op.
    """

    cases: tuple[NoiseCase, ...]
    settings: Settings
    machine: dict[str, Any]
    n_builds: int
    clock_step_ns: float
    seed: int
    metric: str | None = None

    def rows(self) -> list[dict[str, Any]]:
        """Return one dict per benchmark and point.

        Returns
        -------
        list of dict
            ``id, params, status, reason, metric, better``; ``pairs, paired_pairs, seconds``
            measured; ``noise, noise_paired`` (standard deviation of the effect of a pair by data
            layout), ``noise_robust, noise_paired_robust`` (by the median absolute deviation);
            ``bias, bias_low, bias_high`` (trimmed mean of the effects as they are, 1 - 2 alpha
            interval); ``alarms`` of ``comparisons`` independent ones of ``pairs_per_comparison``
            pairs said regressed (changed, of a metric without a good side), ``alarm_share,
            alarm_high`` (upper 95 % bound); ``detectable`` (smallest visible change) with
            ``detectable_pairs`` pairs, ``detectable_paired`` with paired layout; ``relink_floor``
            (standard deviation between ``relink_builds`` links), ``relink_reason``; ``resolution``
            (clock step over batch, null of a metric); ``instr_effect``; ``disturbed`` of
            ``batches``; ``rules``: see `rules_of`. Effects are fractions.
        """
        return [self._row(case) for case in self.cases]

    def _row(self, case: NoiseCase) -> dict[str, Any]:
        effects, paired = ([one.effect for one in case.of(kind)] for kind in ("random", "paired"))
        sets = _sets(effects, self.settings.pairs)
        alarms = _alarms(case, sets, self.settings)
        rules = rules_of(case, self.settings)
        return {
            "id": case.id,
            "params": {**case.params},
            "status": case.status,
            "reason": case.reason,
            "metric": self.metric,
            "better": case.better,
            "pairs": len(effects),
            "paired_pairs": len(paired),
            "seconds": sum(one.seconds for one in case.taken),
            "noise": _spread(effects),
            "noise_paired": _spread(paired),
            "noise_robust": _robust(effects),
            "noise_paired_robust": _robust(paired),
            **_bias(effects, self.settings),
            "alarms": alarms,
            "comparisons": len(sets),
            "alarm_share": alarms / len(sets) if sets else None,
            "alarm_high": _upper(alarms, len(sets)),
            "pairs_per_comparison": self.settings.pairs,
            "detectable": _detectable(effects, self.settings),
            "detectable_paired": _detectable(paired, self.settings),
            "detectable_pairs": min(self.settings.pairs, len(effects)),
            **_relink(case, self),
            "resolution": self._resolution(case),
            "instr_effect": _instructions(case),
            "disturbed": sum(one.pair.disturbed for one in case.taken),
            "batches": sum(2 * len(one.pair.ns[0]) for one in case.taken),
            "rules": rules,
        }

    def _resolution(self, case: NoiseCase) -> float | None:
        if case.metric is not None:
            return None
        ns = [took for one in case.taken for side in one.pair.ns for took in side]
        return self.clock_step_ns / _core.stats.median(doubles(ns)) if ns else None

    def pooled_rules(self) -> list[dict[str, Any]]:
        """Return the alarms of each rule over all benchmarks together; rows as in `rules_of`."""
        pooled: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for case in self.cases:
            for row in rules_of(case, self.settings):
                pooled.setdefault((row["rule"], row["runs"]), []).append(row)
        return [
            _counted(
                rule,
                runs,
                alarms=sum(row["alarms"] for row in rows),
                comparisons=sum(row["comparisons"] for row in rows),
                seconds=_mean([row["seconds"] for row in rows if row["comparisons"]]),
            )
            for (rule, runs), rows in pooled.items()
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it but the single batches, ready for JSON."""
        from dataclasses import asdict

        return {
            "settings": asdict(self.settings),
            "machine": self.machine,
            "builds": self.n_builds,
            "metric": self.metric,
            "seed": self.seed,
            "rows": self.rows(),
            "effects": {
                kind: [[one.effect for one in case.of(kind)] for case in self.cases]
                for kind in ("random", "paired", "relink")
            },
        }


def _mann_whitney(a: NDArray[Any], b: NDArray[Any]) -> bool:
    found = _core.stats.mann_whitney(a, b)
    return bool(found["p"] < 0.05 and found["u"] < len(a) * len(b) / 2)


def _threshold(statistic: str) -> Callable[[NDArray[Any], NDArray[Any]], bool]:
    def alarm(a: NDArray[Any], b: NDArray[Any]) -> bool:
        return bool(_core.stats.rule_threshold(a, b, statistic=statistic, threshold=0.05)["alarm"])

    return alarm


# Each says whether the second run is slower; two-sided tests count where they say slower.
RULES: dict[str, Callable[[Any, Any], bool]] = {
    "criterion": lambda a, b: bool(_core.stats.rule_criterion(a, b, resamples=1000)["alarm"]),
    "mean:5%": _threshold("mean"),
    "median:5%": _threshold("median"),
    "min:5%": _threshold("min"),
    "mann-whitney p<.05": _mann_whitney,
}


def rules_of(case: NoiseCase, settings: Settings) -> list[dict[str, Any]]:
    """Return how often each rule alarms on the pairs of random layout.

    Parameters
    ----------
    case : NoiseCase
        With its pairs.
    settings : Settings
        Of our comparisons.

    Returns
    -------
    list of dict
        ``rule, runs, alarms, comparisons, share, high`` (upper 95 % bound), ``seconds`` (wall time
        of one comparison). ``runs`` says what a rule was given: ``pairs`` (ours: a set of pairs),
        ``halves`` (the same wall time: one arm's batches of the first half of the same set against
        those of the second), ``adjacent`` (one arm's batches of a process against the next one's).
        The others judge times: of a metric there is our row alone.
    """
    taken = case.of("random")
    effects = [one.effect for one in taken]
    sets = _sets(effects, settings.pairs)
    per_pair = _mean([one.seconds for one in taken]) or 0.0
    alarms = _alarms(case, sets, settings)
    whole = settings.pairs * per_pair
    rows = [_counted("vmperf", "pairs", alarms=alarms, comparisons=len(sets), seconds=whole)]
    if case.metric is not None:
        return rows
    samples = [_samples(one.pair) for one in taken]
    half = settings.pairs // 2
    halves = [(_joined(own[:half]), _joined(own[half:])) for own in _sets(samples, settings.pairs)]
    adjacent = [(a, b) for a, b in _sets(samples, 2)]
    for name, rule in RULES.items():
        for runs, compared, seconds in (
            ("halves", halves, whole),
            ("adjacent", adjacent, 2 * per_pair),
        ):
            n = sum(rule(a, b) for a, b in compared)
            rows.append(_counted(name, runs, alarms=n, comparisons=len(compared), seconds=seconds))
    return rows


def _counted(
    rule: str, runs: str, *, alarms: int, comparisons: int, seconds: float | None
) -> dict[str, Any]:
    return {
        "rule": rule,
        "runs": runs,
        "alarms": alarms,
        "comparisons": comparisons,
        "share": alarms / comparisons if comparisons else None,
        "high": _upper(alarms, comparisons),
        "seconds": seconds if comparisons else None,
    }


def _sets(values: Sequence[Any], size: int) -> list[list[Any]]:
    """Return disjoint runs of `size` values; what is left over is in none."""
    return [[*values[i : i + size]] for i in range(0, len(values) - size + 1, size)]


def _samples(pair: Pair) -> NDArray[Any]:
    return doubles([max(took, 1) / pair.n for took in pair.ns[0]])


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    import numpy as np

    return np.concatenate(parts)


def _alarms(case: NoiseCase, sets: Sequence[Sequence[float]], settings: Settings) -> int:
    judged = [_judge(effects, settings, case.better) for effects in sets]
    return sum(1 for one in judged if one and one.verdict in ("regressed", "changed"))


def _judge(effects: Sequence[float], settings: Settings, better: str = "lower") -> Judged | None:
    evidence = Evidence(effects=[*effects], builds=[0] * len(effects), better=better)
    (found,) = judge([evidence], settings)
    return found


def _upper(alarms: int, comparisons: int) -> float | None:
    if not comparisons:
        return None
    return float(_core.stats.binomial_bound(alarms, comparisons, confidence=_CONFIDENCE)["high"])


def _spread(effects: Sequence[float]) -> float | None:
    return float(_core.stats.std(doubles(effects))) if len(effects) > 1 else None


def _robust(effects: Sequence[float]) -> float | None:
    return _ROBUST * float(_core.stats.mad(doubles(effects))) if len(effects) > 1 else None


def _mean(values: Sequence[float]) -> float | None:
    return float(_core.stats.mean(doubles(values))) if values else None


def _bias(effects: Sequence[float], settings: Settings) -> dict[str, float | None]:
    judged = _judge(effects, settings)
    return {
        "bias": judged.effect if judged else None,
        "bias_low": judged.low if judged else None,
        "bias_high": judged.high if judged else None,
    }


def _detectable(effects: Sequence[float], settings: Settings) -> float | None:
    """Return the median over the sets of pairs, or what all pairs say where they make no set."""
    sets = _sets(effects, settings.pairs) or [[*effects]]
    found = [one.detectable for values in sets if (one := _judge(values, settings)) is not None]
    return float(_core.stats.median(doubles(found))) if found else None


def _relink(case: NoiseCase, noise: Noise) -> dict[str, Any]:
    taken = case.of("relink")
    builds = [one.salt for one in taken]
    kept = [one for one in taken if builds.count(one.salt) > 1]
    n_builds = len({one.salt for one in kept})
    if noise.n_builds < 2:
        return {"relink_floor": None, "relink_builds": 0,
                "relink_reason": "not measured: no source tree"}  # fmt: skip
    if n_builds < 2:
        what = f"not measured: {len(taken)} pairs are under two of two relinked builds"
        return {"relink_floor": None, "relink_builds": n_builds, "relink_reason": what}
    found = _core.stats.layout_floor(
        doubles([one.effect for one in kept]),
        integers([one.salt for one in kept]),
        trim=noise.settings.trim,
    )
    # Their common reference moves all groups alike, hence not their spread.
    return {"relink_floor": math.expm1(found["std"]), "relink_builds": n_builds,
            "relink_reason": ""}  # fmt: skip


def _instructions(case: NoiseCase) -> float | None:
    for one in case.of("random"):
        a, b = one.pair.instructions
        if a and b is not None:
            return b / a - 1
    return None
