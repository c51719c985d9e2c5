"""What comparisons and A/A pairs say, as sentences whose every figure is computed.

Sentences take `Comparison` and `Noise`, so that altered data show what a sentence hangs on. Power
is counted: disjoint sets of measured pairs of identical code, each made slower by a known factor,
are judged like any comparison.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .. import _core
from .._alarm.aa_rows import Noise, NoiseCase
from .._compare.result import Comparison
from .._compare.verdict import Evidence, judge
from .._errors import invalid
from .._extras import require
from . import charts

if TYPE_CHECKING:
    import altair as alt

__all__ = ["conclude_comparison", "conclude_noise", "pairs_chart", "power", "power_chart"]

_CONFIDENCE = 0.95


def conclude_comparison(found: Comparison) -> list[str]:
    """Return one sentence per benchmark, then what the verdicts rest on.

    Parameters
    ----------
    found : Comparison
        Of `vmperf.compare`.

    Returns
    -------
    list of str
        Each figure in them is computed.

    Examples
    --------
    >>> one = f"path:{vmperf._core.__file__}"
    >>> found = vmperf.compare(one, one, benchmarks="bench/selftest/one_cycle", budget_s=1, pairs=6)
    >>> "verdicts" in vmperf.plot.conclude_comparison(found)[1]
    True
    """
    said = [_sentence(row, found) for row in found.rows()]
    counted = [row for row in found.rows() if row["verdict"] is not None]
    words = sorted({row["verdict"] for row in counted})
    counts = ", ".join(f"{sum(r['verdict'] == word for r in counted)} {word}" for word in words)
    settings = found.settings
    said.append(
        f"{len(counted)} verdicts ({counts or 'none'}), alpha {settings.alpha:g} corrected over "
        f"all; {found.layout_note}"
    )
    return [*said, *found.notes]


def _sentence(row: dict[str, Any], found: Comparison) -> str:
    where = " ".join([row["id"], *(f"{k}={v}" for k, v in row["params"].items() if k != "design")])
    if row["verdict"] is None:
        return f"{where}: no verdict: {row['status']} {row['reason']}".rstrip()
    interval = f"{_percent(row['low'])} to {_percent(row['high'])}"
    visible = f"{100 * row['detectable']:.2f} % would be seen with {row['pairs']} pairs"
    return {
        "regressed": f"{found.b} is slower than {found.a} in {where}: "
        f"{_percent(row['effect'])} ({interval})",
        "improved": f"{found.b} is faster than {found.a} in {where}: "
        f"{_percent(row['effect'])} ({interval})",
        "unchanged": f"{found.b} takes the time of {found.a} in {where}: "
        f"{_percent(row['effect'])} ({interval})",
        "inconclusive": f"too noisy to say in {where}: {_percent(row['effect'])} ({interval}); "
        f"{visible}",
        "layout": f"{where} moved by {_percent(row['effect'])} ({interval}), "
        "as a relink alone does",
    }[row["verdict"]]


def conclude_noise(noise: Noise) -> list[str]:
    """Return what A/A pairs say of each benchmark, then of all rules together.

    Parameters
    ----------
    noise : Noise
        Of `vmperf.aa`.

    Returns
    -------
    list of str
        Each figure in them is computed.

    Examples
    --------
    >>> noise = vmperf.aa("bench/selftest/one_cycle", budget_s=0.1, pairs=3, rounds=4, batch_us=50)
    >>> vmperf.plot.conclude_noise(noise)[0].partition(":")[0]
    'bench/selftest/one_cycle design=kernel'
    """
    said = []
    for row in noise.rows():
        where = " ".join([row["id"], *(f"{k}={v}" for k, v in row["params"].items())])
        if row["noise"] is None or row["bias"] is None:
            said.append(f"{where}: nothing to say: {row['status']} {row['reason']}".rstrip())
            continue
        paired = row["noise_paired_robust"]
        held = row["bias_low"] <= 0 <= row["bias_high"]
        less = "steadier" if paired < row["noise_robust"] else "no steadier"
        said.append(
            f"{where}: a pair of identical processes scatters by {_share(row['noise_robust'])}, "
            f"{less} with one data layout on both sides ({_share(paired)}); "
            f"{'no arm is favoured' if held else 'one arm is favoured'} "
            f"({_percent(row['bias_low'])} to {_percent(row['bias_high'])}); "
            f"{_share(row['detectable'])} is visible with {row['detectable_pairs']} pairs; "
            f"relink floor {_floor(row)}"
        )
    for rule in noise.pooled_rules():
        if rule["comparisons"]:
            said.append(
                f"{rule['rule']} on {rule['runs']}: {rule['alarms']} false alarms in "
                f"{rule['comparisons']} comparisons, at most {_share(rule['high'])}"
            )
    return said


def _floor(row: dict[str, Any]) -> str:
    return _share(row["relink_floor"]) if row["relink_floor"] is not None else row["relink_reason"]


def power(noise: Noise, *, pairs: Iterable[int], effects: Iterable[float]) -> list[dict[str, Any]]:
    """Count how often a change of known size is found, in pairs that were measured.

    Parameters
    ----------
    noise : Noise
        A/A pairs of random data layout.
    pairs : iterable of int
        Pairs of a comparison, 3 or more.
    effects : iterable of float
        True changes, fractions of A's time, > -1.

    Returns
    -------
    list of dict
        ``id, params, pairs, effect, found, comparisons, share, low, high`` (two-sided 95 %); only
        where the pairs make at least one comparison.

    Raises
    ------
    InvalidArgumentError
        A value out of range.

    Notes
    -----
    The change multiplies side B's time: it has the size, not the layout, of a real one.

    Examples
    --------
    >>> noise = vmperf.aa("bench/selftest/one_cycle", budget_s=0.1, pairs=3, rounds=4, batch_us=50)
    >>> [row["pairs"] for row in vmperf.plot.power(noise, pairs=[3], effects=[0.5])]
    [3]
    """
    sizes, changes = [*pairs], [*effects]
    for size in sizes:
        if size < 3:
            raise invalid("pairs", size, "3 or more")
    for effect in changes:
        if not effect > -1:
            raise invalid("effects", effect, "> -1")
    return [
        {"id": case.id, "params": {**case.params}, "pairs": size, "effect": effect, **counted}
        for case in noise.cases
        for size in sizes
        for effect in changes
        if (counted := _counted(case, noise, size, effect)) is not None
    ]


def _counted(case: NoiseCase, noise: Noise, size: int, effect: float) -> dict[str, Any] | None:
    values = [one.effect + math.log1p(effect) for one in case.of("random")]
    sets = [values[i : i + size] for i in range(0, len(values) - size + 1, size)]
    if not sets:
        return None
    settings = replace(noise.settings, pairs=size)
    judged = [judge([Evidence(effects=one, builds=[0] * size)], settings)[0] for one in sets]
    found = sum(1 for one in judged if one is not None and one.verdict == "regressed")
    bound = _core.stats.binomial_bound(found, len(sets), confidence=_CONFIDENCE, side="two")
    return {
        "found": found,
        "comparisons": len(sets),
        **{n: bound[n] for n in ("share", "low", "high")},
    }


def power_chart(rows: list[dict[str, Any]], *, mode: charts.Mode = "light") -> alt.LayerChart:
    """Return power over the size of the change, one curve per number of pairs, with its bounds.

    Parameters
    ----------
    rows : list of dict
        Of `power`.
    mode : {"light", "dark"}
        Background that the colours suit.

    Returns
    -------
    altair.LayerChart
        Share of comparisons that find the change, over its size in percent.

    Raises
    ------
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> noise = vmperf.aa("bench/selftest/one_cycle", budget_s=0.1, pairs=3, rounds=4, batch_us=50)
    >>> rows = vmperf.plot.power(noise, pairs=[3], effects=[0.01, 0.5])
    >>> type(vmperf.plot.power_chart(rows)).__name__
    'LayerChart'
    """
    names = list(dict.fromkeys(f"{row['pairs']} pairs" for row in rows))
    curve = [
        {
            "design": f"{row['pairs']} pairs",
            "value": 100 * row["effect"],
            "median": row["share"],
            "low": row["low"],
            "high": row["high"],
        }
        for row in rows
    ]
    limits = [{"label": "95 %", "limit": 0.95}]
    words = {"axis": "true change, %", "quantity": "share of comparisons that find it"}
    return _chart({"curve": curve, "limits": limits}, names, mode, words)


def pairs_chart(found: Comparison, *, mode: charts.Mode = "light") -> alt.LayerChart:
    """Return the ratio of every pair of a comparison, in the order taken.

    Parameters
    ----------
    found : Comparison
        Of `vmperf.compare`.
    mode : {"light", "dark"}
        Background that the colours suit.

    Returns
    -------
    altair.LayerChart
        A line per benchmark; equal times are at 1.

    Raises
    ------
    UnsupportedError
        Altair is not installed.

    Examples
    --------
    >>> one = f"path:{vmperf._core.__file__}"
    >>> found = vmperf.compare(one, one, benchmarks="bench/selftest/one_cycle", budget_s=1, pairs=6)
    >>> type(vmperf.plot.pairs_chart(found)).__name__
    'LayerChart'
    """
    names = list(dict.fromkeys(case.id for case in found.cases))
    curve = [
        {"design": case.id, "value": number, **dict.fromkeys(("median", "low", "high"), ratio)}
        for case in found.cases
        for number, ratio in enumerate(math.exp(value) for value in case.evidence.effects)
    ]
    limits = [{"label": "equal", "limit": 1.0}]
    words = {"axis": "pair of processes", "quantity": f"time of {found.b} ÷ time of {found.a}"}
    return _chart({"curve": curve, "limits": limits}, names, mode, words)


def _chart(
    rows: dict[str, list[dict[str, Any]]],
    names: list[str],
    mode: charts.Mode,
    words: dict[str, str],
) -> alt.LayerChart:
    spec = charts.fill("curve", rows, designs=names, mode=mode, **words)
    made: alt.LayerChart = require("altair", "report").Chart.from_dict(spec)
    return made


def _percent(fraction: float) -> str:
    return f"{100 * fraction:+.2f} %"


def _share(fraction: float | None) -> str:
    return "not measured" if fraction is None else f"{100 * fraction:.3g} %"
