"""What the page's script draws, as one JSON text with short keys.

Samples are rounded to five digits and thinned to a budget over the whole page, so that 60
benchmarks stay under 2.5 MB; the journal keeps all of them and the page says so. Thinning is even
in sampling order and always keeps the flagged samples and both extremes. O(samples).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..plot import charts, limits, over_axes
from ..plot.bins import BINS_A_DECADE
from ..plot.templates import HEIGHT, KINDS, template
from .model import Point, Section
from .overview import Component
from .quantities import Extras, figures
from .words import Ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAGE_SAMPLES = 20_000
MOST_SAMPLES = 200
LEAST_SAMPLES = 24


def sample_limit(sections: Sequence[Section]) -> int:
    """How many samples of one design at one point are drawn."""
    drawn = sum(len(point.series) for section in sections for point in section.points)
    return max(LEAST_SAMPLES, min(MOST_SAMPLES, PAGE_SAMPLES // max(drawn, 1)))


def kept(one: charts.SampleSeries, limit: int) -> NDArray[Any]:
    """Positions of the samples that are drawn, ascending."""
    import numpy as np

    n = len(one.time_ns)
    if n <= limit:
        return np.arange(n)
    even = np.linspace(0, n - 1, limit).astype(np.int64)
    flagged = np.flatnonzero(one.flags)
    if len(flagged) > limit:
        flagged = flagged[np.linspace(0, len(flagged) - 1, limit).astype(np.int64)]
    extremes = [int(np.argmin(one.time_ns)), int(np.argmax(one.time_ns))]
    return np.unique(np.concatenate([even, flagged, extremes]))


def code(ratio: Ratio) -> str:
    """A ratio for the script: direction (capital where it is clear), factor, interval."""
    letter = "s" if ratio.ratio >= 1 else "f"
    clear = ratio.verdict != "equal"
    return f"{letter.upper() if clear else letter}{ratio.text}|{ratio.interval}"


def _short(value: float, digits: int = 5) -> float:
    return float(f"{value:.{digits}g}")


def _consecutive(one: charts.SampleSeries, at: NDArray[Any]) -> bool:
    return len(at) == len(one.position) and bool((one.position == at).all())


def _series(one: charts.SampleSeries, divisor: float, limit: int) -> dict[str, Any]:
    at = kept(one, limit)
    first, last, heights = charts.density(one)
    return {
        "d": one.design,
        "m": [_short(v / divisor) for v in (one.median, one.low, one.high)],
        "t": [_short(v / divisor) for v in one.time_ns[at]],
        "i": None if _consecutive(one, at) else [int(v) for v in one.position[at]],
        "f": {int(one.position[i]): int(one.flags[i]) for i in at if one.flags[i]},
        "k": [_short(first), _short(last), [round(100 * h) for h in heights]],
    }


def _limits_at(id: str, point: Point) -> dict[str, float]:
    """One cycle of the core and the claims that limit the time per op at this point, in ns."""
    hertz = next((row.figures["cycles_per_op"] / row.median for row in point.accepted
                  if row.median and row.figures["cycles_per_op"]), None)  # fmt: skip
    found = {"1 cycle": 1 / hertz} if hertz else {}
    params = dict(point.params)
    for claim in limits.claimed_limits(id):
        if claim.params == params:
            found |= limits.claim_limit(claim, 1 / hertz if hertz else None)
    return found


def _extras(extras: Extras, index: int, point: Point) -> dict[str, Any]:
    """What the point has beside its times; nothing of what its benchmark does not have."""
    found: dict[str, Any] = {}
    if extras.metrics:
        found["q"] = figures(point, extras.metrics)
    for key, drawn in (
        ("dist", extras.curves),
        ("bins", extras.bins),
        ("lines", extras.lines),
    ):
        if drawn:
            found[key] = {name: at[index] for name, at in drawn.items() if index in at}
    return found


def _point(id: str, point: Point, limit: int) -> dict[str, Any]:
    divisor, unit = point.unit
    spans = [float(t) / divisor for s in point.series for t in (s.time_ns.min(), s.time_ns.max())]
    longest = max(point.series, key=lambda s: len(s.position), default=None)
    return {
        "params": dict(point.params),
        "unit": unit,
        "div": divisor,
        "x": charts.scale_of(spans),
        "ref": point.reference,
        "limits": [[label, _short(ns / divisor)] for label, ns in _limits_at(id, point).items()],
        "series": [_series(one, divisor, limit) for one in point.series],
        "runs": charts.placement_runs(longest) if longest else [],
        "ratios": {
            other: {
                row.design: code(row.ratios[other]) for row in point.accepted if other in row.ratios
            }
            for other in point.against
        },
    }


def _section(section: Section, extras: Extras, limit: int) -> dict[str, Any]:
    return {
        "id": section.id,
        "labels": [point.label for point in section.points],
        "points": [
            _point(section.id, point, limit) | _extras(extras, i, point)
            for i, point in enumerate(section.points)
        ],
        "start": section.start,
        "along": section.along,
        "quantities": [[one.name, one.unit, one.better] for one in extras.metrics],
        "units": extras.units,
    }


def build(
    sections: Sequence[Section],
    parts: Sequence[Component],
    extras: Mapping[str, Extras],
    colours: Mapping[str, str],
    words: Mapping[str, str],
) -> str:
    """The whole payload as text that is safe inside a script element."""
    limit = sample_limit(sections)
    modes: tuple[charts.Mode, ...] = ("light", "dark")
    content = {
        "designs": [*colours],
        "colours": {m: [charts.palette(m)[name] for name in colours.values()] for m in modes},
        "heat": {m: charts.heat_colours(m) for m in modes},
        "themes": {m: charts.theme(m) for m in modes},
        "templates": {kind: template(kind) for kind in KINDS},
        "height": {"token": HEIGHT, "rows": charts.ROW_PIXELS},
        "flags": charts.FLAG_BITS,
        "logFrom": charts.LOG_FROM_RATIO,
        "limitReach": limits.LIMIT_REACH,
        "binsADecade": BINS_A_DECADE,
        "wordyColumns": over_axes.WORDY_COLUMNS,
        "words": dict(words),
        "components": {one.anchor: [(s.anchor, i) for s, i in one.cases] for one in parts},
        "benchmarks": {
            section.anchor: _section(section, extras[section.anchor], limit) for section in sections
        },
    }
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
