"""What the top of the page says: who wins, what was refused, the reference report beside ours."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .model import Point, Row, Section
from .words import Ratio, decimals, factor, fixed

ABSENT = ("not_installed", "unsupported")  # nothing was tried: no refusal
_REFERENCE = Path(__file__).with_name("reference.toml")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One point of one benchmark in the overview."""

    section: Section
    point: Point
    index: int
    fastest: Row | None
    runner_up: Ratio | None  # of the second fastest to the fastest
    own: Row | None
    peer: Row | None
    naive: Row | None
    n_refused: int
    n_absent: int

    @property
    def own_to_peer(self) -> Ratio | None:
        """Our best design's time to the best peer's."""
        return self.own.ratios.get(self.peer.design) if self.own and self.peer else None

    @property
    def own_to_naive(self) -> Ratio | None:
        """Our best design's time to the naive one's."""
        return self.own.ratios.get(self.naive.design) if self.own and self.naive else None


def verdicts(sections: Sequence[Section]) -> list[Verdict]:
    """One verdict for each measured point."""
    return [_verdict(section, i) for section in sections for i in range(len(section.points))]


def _verdict(section: Section, index: int) -> Verdict:
    point = section.points[index]
    ranked = point.ranked
    second = ranked[1].ratios.get(ranked[0].design) if len(ranked) > 1 else None
    return Verdict(
        section,
        point,
        index,
        ranked[0] if ranked else None,
        second,
        point.best("own"),
        point.best("peer"),
        point.best("naive"),
        sum(is_refused(row) for row in point.rows),
        sum(is_absent(row) for row in point.rows),
    )


def is_absent(row: Row) -> bool:
    """Whether the design is not there on this machine."""
    return row.figures["status"] in ABSENT


def is_refused(row: Row) -> bool:
    """Whether the design was run, but has no figure."""
    return not row.accepted and not is_absent(row)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What has no figure for one reason, and where."""

    row: Row
    places: list[tuple[Section, Point]]
    n_samples: int


def refusals(
    sections: Sequence[Section], which: Callable[[Row], bool] = is_refused
) -> list[Refusal]:
    """All refused rows, those of one design with the same status and reason together."""
    found: dict[tuple[str, str, str], list[tuple[Section, Point, Row]]] = {}
    for section in sections:
        for point in section.points:
            for row in filter(which, point.rows):
                key = (row.design, row.figures["status"], row.figures["reason"])
                found.setdefault(key, []).append((section, point, row))
    return [
        Refusal(
            group[0][2],
            [(section, point) for section, point, _ in group],
            sum(row.figures["samples"] for _, _, row in group),
        )
        for group in found.values()
    ]


@dataclass(frozen=True, slots=True)
class Beside:
    """One printed figure of the reference report and what stands beside it."""

    section: Section
    what: str
    printed_own: str  #: with what was timed
    printed_peer: str
    printed_ratio: str
    design: str
    own: str
    peer_design: str
    peer: str
    ratio: str


def reference_texts() -> dict[str, Any]:
    """The file reference.toml, each figure with the defaults that it leaves out."""
    texts = tomllib.loads(_REFERENCE.read_text(encoding="utf-8"))
    return texts | {"figure": [texts["defaults"] | figure for figure in texts["figure"]]}


def _span(values: Sequence[float], text: Callable[[float], str]) -> str:
    """The least and the greatest value as text, or one where they read alike; empty for none."""
    ends = dict.fromkeys(text(f(values)) for f in (min, max) if values)
    return "–".join(ends)


def _ns(value: float) -> str:
    return fixed(value, decimals([value]))


def beside_reference(sections: Sequence[Section]) -> list[Beside]:
    """The reference report's figures beside ours, for benchmarks that carry the tag."""
    found = []
    for figure in reference_texts()["figure"]:
        for section in sections:
            if section.id == figure["benchmark"] and "reference" in section.entry["tags"]:
                found.append(_beside(section, figure))
    return found


def _of_design(point: Point, name: str) -> Row | None:
    return next((row for row in point.accepted if row.design == name), None)


def _beside(section: Section, figure: Mapping[str, Any]) -> Beside:
    wanted = figure.get("params", {}).items()
    peer_name = figure["peer_design"]
    pairs = [
        (own, _of_design(point, peer_name))
        for point in section.points
        if wanted <= dict(point.params).items()
        and (own := _of_design(point, figure.get("design", "")) or point.best("own"))
    ]
    own_ns = [own.median for own, _ in pairs if own.median]
    peer_ns = [peer.median for _, peer in pairs if peer and peer.median]
    ratios = [own.ratios[peer_name].reverse.ratio for own, _ in pairs if peer_name in own.ratios]
    printed = figure["own_ns"]
    printed_peer = figure.get("peer_ns")
    return Beside(
        section,
        figure["what"],
        f"{figure['own']} " + "–".join(f"{v:g}" for v in printed),
        f"{figure['peer']} {printed_peer:g}" if printed_peer else "",
        f"{printed_peer / printed[0]:.1f}×" if printed_peer else "",
        ", ".join(dict.fromkeys(own.design for own, _ in pairs)),
        _span(own_ns, _ns),
        peer_name,
        _span(peer_ns, _ns),
        _span(ratios, lambda ratio: factor(ratio) + "×"),
    )


def flatten(value: object, name: str = "") -> list[tuple[str, str]]:
    """A nested fingerprint as rows of name and text."""
    if isinstance(value, Mapping):
        parts = [flatten(v, f"{name} · {k}" if name else str(k)) for k, v in value.items()]
        return [row for part in parts for row in part]
    if isinstance(value, list | tuple):
        return [(name, "; ".join(_item(item) for item in value) or "none")]
    return [(name, _item(value))]


def _item(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_item(v)}" for k, v in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "unknown"
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)
