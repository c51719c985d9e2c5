"""From the pairs of each case to verdicts: estimate, bound, correction over the cases, floor.

A difference must pass two tests. The trimmed mean's is a t test: sharp, but its level is that of
noise with one mode, and three pairs that agree by chance look certain to it. The signed ranks hold
their level whatever the noise is, as long as it is symmetric: of n pairs they never say less than
2^-n. So few pairs carry no verdict at all, which is `fewest_pairs`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from .. import _core
from .._results.arrays import doubles, integers
from .settings import Settings

__all__ = ["INSTRUCTIONS_APART", "Evidence", "Judged", "crossed", "fewest_pairs", "judge"]


@dataclass(slots=True)
class Evidence:
    """What one case gave so far.

    Attributes
    ----------
    effects : list of float
        Median log ratio B / A of each pair.
    builds : list of int
        Which pair of salted builds each pair of processes ran; all 0 without salts.
    instructions : tuple
        Per op on side A and B, None where not counted.
    relink_floor : float or None
        How far salted builds of one revision lie apart, as a log ratio.
    planned : int
        Pairs that were planned, for looks at shares of them.
    resolution : float
        The clock's step over a batch, as a log ratio: what is smaller is no difference.
    better : str
        Which way is good: ``lower``, as of time, ``higher`` or ``neither``.
    no_ratio : str
        Why a pair has no effect; nothing can be concluded then.
    """

    effects: list[float] = field(default_factory=list)
    builds: list[int] = field(default_factory=list)
    instructions: tuple[float | None, float | None] = (None, None)
    relink_floor: float | None = None
    planned: int = 0
    resolution: float = 0.0
    better: str = "lower"
    no_ratio: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one case; effects are fractions of A's time or value, + = B's is greater."""

    verdict: str
    effect: float
    low: float
    high: float
    detectable: float
    p_slower: float
    p_faster: float
    hodges_lehmann: float
    instr_effect: float | None
    more_pairs: int = 0
    """How many more it takes before any verdict can be given."""


def fewest_pairs(settings: Settings, n_cases: int) -> int:
    """Return how many pairs a case needs so that one of so many can differ at the level."""
    return max(3, math.ceil(math.log2(max(1, n_cases) / settings.alpha)))


def judge(cases: Sequence[Evidence], settings: Settings) -> list[Judged | None]:
    """Judge all cases of a comparison together.

    Parameters
    ----------
    cases : sequence of Evidence
        All of them, also those that failed: fewer than 3 pairs give None.
    settings : Settings
        Alpha, tolerance, trim, correction.

    Returns
    -------
    list of Judged or None
        In the order of `cases`.
    """
    measured = [case for case in cases if len(case.effects) >= 3]
    if not measured:
        return [None] * len(cases)
    tests = [_p_values(case, settings) for case in measured]
    adjust = _core.stats.holm if settings.correction == "holm" else _core.stats.benjamini_hochberg
    slower = adjust(doubles([above for above, _ in tests]))
    faster = adjust(doubles([below for _, below in tests]))
    fewest = fewest_pairs(settings, len(measured))
    judged = iter(
        [
            _judge_one(case, settings, fewest, float(up), float(down))
            for case, up, down in zip(measured, slower, faster, strict=True)
        ]
    )
    return [next(judged) if len(case.effects) >= 3 else None for case in cases]


def crossed(case: Evidence, settings: Settings) -> bool:
    """Return whether a sequential comparison may stop here, in either direction."""
    looks = settings.looks_at(case.planned)
    if len(case.effects) not in looks:
        return False
    level = _levels(looks, settings, settings.alpha)[looks.index(len(case.effects))]
    return min(_plain_p(case, settings, len(case.effects))) <= level


def _p_values(case: Evidence, settings: Settings) -> tuple[float, float]:
    if not settings.sequential:
        location = _location(case, settings)
        shift = _shift(case, settings)
        values = doubles(case.effects)
        return (
            max(
                _core.stats.location_test(**location, shift=shift)["above"],
                _core.stats.signed_rank(values, shift=shift)["above"],
            ),
            max(
                _core.stats.location_test(**location, shift=-shift)["below"],
                _core.stats.signed_rank(values, shift=-shift)["below"],
            ),
        )
    above, below = (_sequential_p(case, settings, side) for side in (0, 1))
    return above, below


def _sequential_p(case: Evidence, settings: Settings, side: int) -> float:
    """Return the least alpha whose boundary was crossed at one of the looks that were taken."""
    looks = [k for k in settings.looks_at(case.planned) if k <= len(case.effects)]
    seen = [_plain_p(case, settings, k)[side] for k in looks]

    def stops(alpha: float) -> bool:
        levels = _levels(settings.looks_at(case.planned), settings, alpha)
        return any(p <= level for p, level in zip(seen, levels, strict=False))

    low, high = 1e-9, 0.49
    if not stops(high):
        return 1.0
    while high / low > 1.01:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if stops(middle) else (middle, high)
    return high


@functools.lru_cache(maxsize=1024)
def _levels(looks: tuple[int, ...], settings: Settings, alpha: float) -> tuple[float, ...]:
    levels = _core.stats.sequential_levels(
        integers(looks), alpha=alpha, spending=settings.spending, reserve=settings.reserve
    )
    return tuple(float(level) for level in levels)


def _shift(case: Evidence, settings: Settings) -> float:
    """Return how large a log ratio is no difference yet."""
    return max(math.log1p(settings.tolerance), case.resolution)


def _plain_p(case: Evidence, settings: Settings, n: int) -> tuple[float, float]:
    """Return the p values of the first n pairs, slower and faster."""
    shift = _shift(case, settings)
    values = doubles(case.effects[:n])
    above = _core.stats.trimmed_test(values, shift=shift, trim=settings.trim)["above"]
    below = _core.stats.trimmed_test(values, shift=-shift, trim=settings.trim)["below"]
    return (
        max(above, _core.stats.signed_rank(values, shift=shift)["above"]),
        max(below, _core.stats.signed_rank(values, shift=-shift)["below"]),
    )


def _location(case: Evidence, settings: Settings) -> dict[str, float]:
    """Return mean, std_error and df; with salted builds the builds are the unit."""
    if len({*case.builds}) < 2 or min(map(case.builds.count, case.builds)) < 2:
        found = _core.stats.trimmed(doubles(case.effects), trim=settings.trim)
    else:
        found = _core.stats.random_effects(
            doubles(case.effects), integers(case.builds), trim=settings.trim
        )
    return {name: found[name] for name in ("mean", "std_error", "df")}


def _judge_one(
    case: Evidence, settings: Settings, fewest: int, slower: float, faster: float
) -> Judged:
    location = _location(case, settings)
    confidence = 1 - 2 * settings.alpha
    interval = _core.stats.location_interval(
        mean=location["mean"],
        std_error=location["std_error"],
        df=location["df"],
        confidence=confidence,
    )
    detectable = location["std_error"] * _detectable_errors(
        location["df"], settings.alpha, settings.power
    )
    low, high = interval["low"], interval["high"]
    instr_effect = _instr_effect(case)
    verdict = _verdict(settings, slower, faster, (low, high), case.better)
    more = max(0, fewest - len(case.effects)) if verdict in ("unchanged", "inconclusive") else 0
    if more:
        verdict = "inconclusive"
    if verdict in ("regressed", "improved") and _is_layout(case, location["mean"], instr_effect):
        verdict = "layout"
    return Judged(
        verdict=verdict,
        effect=math.expm1(location["mean"]),
        low=math.expm1(low),
        high=math.expm1(high),
        detectable=math.expm1(detectable),
        p_slower=slower,
        p_faster=faster,
        hodges_lehmann=math.expm1(_core.stats.hodges_lehmann(doubles(case.effects))),
        instr_effect=instr_effect,
        more_pairs=more,
    )


@functools.lru_cache(maxsize=1024)
def _detectable_errors(df: float, alpha: float, power: float) -> float:
    # In standard errors: it takes milliseconds, and depends on nothing else.
    return float(_core.stats.detectable(1.0, df, alpha=alpha, power=power))


_MOVED = {  # better -> what more, what less is called
    "lower": ("regressed", "improved"),
    "higher": ("improved", "regressed"),
    "neither": ("changed", "changed"),
}


def _verdict(
    settings: Settings, more: float, less: float, interval: tuple[float, float], better: str
) -> str:
    if more <= settings.alpha:
        return _MOVED[better][0]
    if less <= settings.alpha:
        return _MOVED[better][1]
    margin = math.log1p(settings.tolerance or settings.equivalence)
    return "unchanged" if -margin <= interval[0] and interval[1] <= margin else "inconclusive"


INSTRUCTIONS_APART = 0.0005  # more is another code: counts of the same code are the same


def _is_layout(case: Evidence, mean: float, instr_effect: float | None) -> bool:
    """A difference inside the relink floor, with the same instructions, is the layout's."""
    return (
        case.relink_floor is not None
        and abs(mean) <= case.relink_floor
        and instr_effect is not None
        and abs(instr_effect) <= INSTRUCTIONS_APART
    )


def _instr_effect(case: Evidence) -> float | None:
    a, b = case.instructions
    return None if not a or b is None else b / a - 1
