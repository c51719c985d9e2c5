"""The page's colours: no two designs that stand in one chart or table have the same one.

A design keeps its colour over the whole page. Designs are taken in the order of their declaration,
each gets the first colour that none of its neighbours has. O(designs^2 + rows).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..plot.charts import N_COLOURS

__all__ = ["N_COLOURS", "colour_of"]


def colour_of(
    designs: Sequence[str], charts: Iterable[Iterable[str]], pages: Iterable[Iterable[str]] = ()
) -> dict[str, str]:
    """Design -> name of its colour in theme.css; `naive` is always the grey one.

    `charts` has the designs of each chart: there a colour repeats only where there are more designs
    than colours. `pages` has those of larger parts, which get different ones as far as they go.
    """
    inside, near = _neighbours(charts), _neighbours(pages)
    given: dict[str, int] = {}
    for design in designs:
        if design != "naive":
            hard, soft = (
                {given[other] for other in known.get(design, ()) if other in given}
                for known in (inside, near)
            )
            choices = [i for i in range(N_COLOURS) if i not in hard]
            best = [i for i in choices if i not in soft] or choices
            given[design] = best[0] if best else len(given) % N_COLOURS
    return {d: f"series-{given[d]}" if d in given else "series-naive" for d in designs}


def _neighbours(groups: Iterable[Iterable[str]]) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {}
    for group in map(set, groups):
        for design in group:
            near.setdefault(design, set()).update(group)
    return near
