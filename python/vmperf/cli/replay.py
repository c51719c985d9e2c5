"""`vmperf replay`: a recorded trace through several allocators, and which one to take."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._trace.missing import MISSING
from ._json import JsonCommand, json_option, write_json
from ._outputs import Outputs

if TYPE_CHECKING:
    from rich.console import Console

    from vmperf._replay.replay import Step

__all__ = ["command"]

_LINE_S = 2.0
_SIZES = (("B", 1.0), ("KiB", 2.0**10), ("MiB", 2.0**20), ("GiB", 2.0**30))


@click.command("replay", cls=JsonCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--designs", default="all", show_default=True, metavar="NAME,NAME|all")
@click.option(
    "--threads",
    default="merge",
    show_default=True,
    metavar="merge|same",
    help="All in one thread, or a thread for each recorded one.",
)
@click.option(
    "--speed",
    default="max",
    show_default=True,
    metavar="max|real",
    help="One after the other, or each operation at its recorded time.",
)
@click.option(
    "--touch",
    default="use",
    show_default=True,
    metavar="none|first|pages|all|use",
    help="What is written to a block: use is all of it, and its first byte again before its end.",
)
@click.option(
    "--repeats",
    default=5,
    show_default=True,
    metavar="N",
    type=int,
    help="Rounds; each replays every allocator in a fresh process.",
)
@click.option("--no-latency", is_flag=True, help="No passes with a stamp per operation.")
@click.option("--reference", metavar="DESIGN", help="What the program has now (libc).")
@click.option("--seed", default=0, show_default=True, metavar="N", type=int)
@click.option(
    "--html",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write a page with the front of time against memory.",
)
@json_option
@click.pass_context
def command(
    context: click.Context, file: Path, designs: str, threads: str, speed: str, touch: str,
    repeats: int, no_latency: bool, reference: str | None, seed: int, html: Path | None,
    json_path: str | None,
) -> None:  # fmt: skip
    """Replay the trace in FILE through allocators and say which one suits it.

    FILE is what `vmperf trace record` wrote, a memray capture or a memory_replay text. Times are
    without the loop's own; intervals are over the rounds.
    """
    from vmperf import alloc

    from ._console import console, say

    outputs = Outputs()
    outputs.file("--html", html)
    outputs.file("--json", json_path)
    err = console(stderr=True)
    found = alloc.replay(
        file,
        designs if designs == "all" else [one for one in designs.split(",") if one],
        threads=threads,
        speed=speed,
        touch=touch,
        repeats=repeats,
        latency=not no_latency,
        reference=reference,
        seed=seed,
        progress=_Progress(err),
    )
    out = console(stderr=json_path == "-")
    if json_path != "-":
        for part in _parts(found):
            say(out, part)
    if html is not None:
        from vmperf import report

        if outputs.write("--html", html, lambda: report(found, html)):
            say(out, f"page: {html}")
    if json_path is not None:
        outputs.write("--json", json_path, lambda: write_json(json_path, found.to_dict()))
    say(out, str(found.recommendation()))
    context.exit(outputs.exit_code(int(not any(row["status"] == "ok" for row in found.rows()))))


class _Progress:
    """A line to stderr now and then."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._last_s = 0.0

    def __call__(self, step: Step) -> None:
        from ._console import say
        from ._progress import clock

        if step.design and time.monotonic() - self._last_s >= _LINE_S:
            self._last_s = time.monotonic()
            eta = f"ETA {clock(step.eta_s)}  " if step.done else ""
            say(self._out, f"[{step.done}/{step.total}] {eta}{step.design}")


def _parts(found: Any) -> Iterable[Any]:
    from ._console import table

    counts = found.counts
    yield (
        f"{found.source}: {counts['n_ops']:,} operations, at most "
        f"{_size(counts['live_peak_bytes'])} live, {counts['n_threads']} thread(s) replayed"
    )
    for name, words in MISSING.items():
        if counts[name]:
            yield f"{counts[name]:,} {words}"
    rows = found.rows()
    headers = ["allocator", ">per op", ">95 % interval", f">x {found.reference}", ">p50", ">p99.9",
               ">peak", ">retained", ">all freed", ">purged", ">faults", "status"]  # fmt: skip
    yield table(headers, [_line(row) for row in rows])
    if any(
        row["status"] == "ok" and row["ratio"] and row["ratio"]["of"] == "gross" for row in rows
    ):
        yield "* of times with the loop's own in them: without it, noise is more than what is left"
    yield from _classes(rows)
    null = found.null
    yield f"the loop alone: {null['gross_ns_per_op']['median']:.2f} ns per op, subtracted" + (
        f"; stamps: p50 {null['latency_ns']['p50']:.0f} ns, p99.9 {null['latency_ns']['p99_9']:.0f}"
        if null["latency_ns"].get("p99_9") is not None
        else ""
    )
    for row in rows:
        if row["status"] != "ok":
            yield f"  {row['design']}: {row['status']}: {row['reason']}"


def _line(row: dict[str, Any]) -> list[str]:
    from ._console import duration, interval

    if row["status"] != "ok":
        return [row["design"], *["-"] * 10, row["status"]]
    ns, ratio, delays = row["ns_per_op"], row["ratio"], row["latency_ns"]
    memory = (row[f"{name}_bytes"]["median"] for name in ("peak", "end", "freed", "purged"))
    return [
        row["design"],
        duration(ns["median"]),
        interval(ns["low"], ns["high"]),
        "-" if ratio is None else f"{ratio['ratio']:.2f}" + "*" * (ratio["of"] == "gross"),
        duration(delays.get("p50")),
        duration(delays.get("p99_9")),
        *(_size(value) for value in memory),
        f"{row['page_faults']['median']:,.0f}",
        "ok" if not row["n_failed"] else f"ok, {row['n_failed']} null",
    ]


def _classes(rows: list[dict[str, Any]]) -> Iterable[Any]:
    from ._console import duration, table

    good = [row for row in rows if row["status"] == "ok" and row["classes"]]
    names = list(dict.fromkeys(name for row in good for name in row["classes"]))
    if not names:
        return
    yield "ns per operation of each kind, from passes with a stamp per operation:"
    lines = []
    for row in good:
        cells = [row["classes"].get(name) for name in names]
        lines.append(
            [row["design"], *(duration(c["ns_per_op"]["median"]) if c else "-" for c in cells)]
        )
    yield table(["allocator", *(f">{name.replace('_', ' ')}" for name in names)], lines)


def _size(value: float) -> str:
    from ._console import scaled

    return scaled(value, _SIZES)
