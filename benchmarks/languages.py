"""Binary trees as whole programs: our heap beside OCaml, Go and OpenJDK, where they are installed.

``python benchmarks/languages.py [--depth 18] [--runs 3] [--write]``. Each program is a process of
its own, from `languages/`, compiled here; a system that is not installed has no rows. The least
heap of each is found first; then it runs at multiples of it. Of the runs of one setting, which take
turns, the least CPU time counts, and the greatest resident memory. Our program is run again at the
heap with which it takes as much resident memory as the other one did: `ours_cpu_s`.

Java has a limit of its heap. Go has a soft one, OCaml none but a share of garbage (space_overhead):
for both the least heap is the resident memory with the least garbage that is sensible, and a
multiple is a setting with so much more. `--write` puts the rows into records/languages.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "languages"
MULTIPLES = (1.3, 1.5, 2.0, 3.0)
Setting = tuple[list[str], dict[str, str]]


@dataclass(frozen=True)
class System:
    """One language: how it is compiled and run, what is said of its heap."""

    name: str
    compiler: str
    compiled: Callable[[Path], list[str]]
    run: Callable[[Path, str, float], Setting]  #: folder, depth, knob
    knob: str
    least: float  #: of the knob, that is tried; the least heap is what is needed with it
    soft: bool  #: whether the knob is no limit, so that the least heap is what is resident


@dataclass(frozen=True)
class Ran:
    """What one process took; `said` is empty where it failed."""

    said: str
    cpu_s: float
    wall_s: float
    rss_mib: float


def ours(folder: Path) -> list[str]:
    root = HERE.parent
    includes = [f"-I{path}" for path in sorted((root / "cpp").glob("*/include"))]
    names = ("raw_pages", "pages", "files", "process")
    parts = [*(root / "cpp" / "gc" / "src").glob("*.cpp")]
    parts += [root / "cpp" / "os" / "src" / f"{name}.cpp" for name in names]
    words = ["-std=c++20", "-O2", "-DNDEBUG", "-pthread", *includes, str(SOURCES / "trees.cpp")]
    return ["g++", *words, *map(str, parts), "-o", str(folder / "ours")]


SYSTEMS = (
    System(
        "vmperf", "g++", ours,
        lambda at, depth, mib: (
            [str(at / "ours"), depth, str(int(mib * 1024)), str(int(min(mib / 6, 4) * 1024))], {}),
        "heap, MiB", 4, False,
    ),
    System(
        "java-serial", "javac", lambda at: ["javac", "-d", str(at), str(SOURCES / "Trees.java")],
        lambda at, depth, mib: (["java", "-XX:+UseSerialGC", f"-Xmx{int(mib * 1024)}k", "-cp",
                                 str(at), "Trees", depth], {}),
        "heap, MiB", 4, False,
    ),
    System(
        "java-parallel", "javac", lambda at: ["javac", "-d", str(at), str(SOURCES / "Trees.java")],
        lambda at, depth, mib: (["java", "-XX:+UseParallelGC", f"-Xmx{int(mib * 1024)}k", "-cp",
                                 str(at), "Trees", depth], {}),
        "heap, MiB", 4, False,
    ),
    System(
        "go", "go",
        lambda at: ["go", "build", "-o", str(at / "go-trees"), str(SOURCES / "trees.go")],
        lambda at, depth, percent: ([str(at / "go-trees"), depth], {"GOGC": str(int(percent))}),
        "GOGC, %", 10, True,
    ),
    System(
        "ocaml", "ocamlopt",
        lambda at: ["ocamlopt", "-O3", "-o", str(at / "ml-trees"), str(at / "trees.ml")],
        lambda at, depth, percent: (
            [str(at / "ml-trees"), depth], {"OCAMLRUNPARAM": f"o={int(percent)}"}),
        "space_overhead, %", 10, True,
    ),
)  # fmt: skip


def run(setting: Setting) -> Ran:
    """One process; its CPU time is of all its threads."""
    words, more = setting
    with tempfile.TemporaryFile() as out:
        began = os.times().elapsed
        child = subprocess.Popen(words, stdout=out, stderr=subprocess.DEVNULL,
                                 env=os.environ | more)  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = os.times().elapsed - began
        out.seek(0)
        said = out.read().decode().strip() if child.returncode == 0 else ""
    return Ran(said, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def least_heap(system: System, at: Path, depth: str) -> float:
    """The least limit that it runs with, to a twentieth; of a soft one, what is resident."""
    if system.soft:
        return run(system.run(at, depth, system.least)).rss_mib
    low, high = system.least, system.least
    while not run(system.run(at, depth, high)).said:
        low, high = high, high * 2
    while high - low > low / 20:
        middle = (low + high) / 2
        low, high = (low, middle) if run(system.run(at, depth, middle)).said else (middle, high)
    return high


def knob_for(system: System, at: Path, depth: str, least: float, multiple: float) -> float:
    """The knob that gives a multiple of the least heap; of a soft one, by what is resident."""
    if not system.soft:
        return least * multiple
    low, high = system.least, 3200.0
    while high / low > 1.05:
        middle = (low * high) ** 0.5
        more = run(system.run(at, depth, middle)).rss_mib > least * multiple
        low, high = (low, middle) if more else (middle, high)
    return low


def heap_as_resident(at: Path, depth: str, rss_mib: float, least: float) -> float | None:
    """Our heap with which as much is resident; None where it is more with the least heap."""
    system = SYSTEMS[0]
    if run(system.run(at, depth, least)).rss_mib > rss_mib:
        return None
    low, high = least, max(2 * rss_mib, least * 1.1)
    while high / low > 1.03:
        middle = (low * high) ** 0.5
        more = run(system.run(at, depth, middle)).rss_mib > rss_mib
        low, high = (low, middle) if more else (middle, high)
    return low


def best(settings: Sequence[Setting], runs: int) -> list[Ran]:
    """Of each setting the least CPU time; runs take turns."""
    rounds = [[run(setting) for setting in settings] for _ in range(runs)]
    return [
        Ran(each[0].said, min(r.cpu_s for r in each), min(r.wall_s for r in each),
            max(r.rss_mib for r in each))
        for each in zip(*rounds, strict=True)
    ]  # fmt: skip


def rows_of(
    system: System, at: Path, depth: str, runs: int, own_least: float
) -> list[dict[str, Any]]:
    """A row for each multiple of the least heap."""
    least = own_least if system is SYSTEMS[0] else least_heap(system, at, depth)
    rows = []
    for multiple in MULTIPLES:
        knob = knob_for(system, at, depth, least, multiple)
        theirs = system.run(at, depth, knob)
        own_heap = heap_as_resident(at, depth, run(theirs).rss_mib, own_least)
        settings = [theirs] if own_heap is None else [theirs, SYSTEMS[0].run(at, depth, own_heap)]
        found, *own = best(settings, runs)
        rows.append({
            "system": system.name, "multiple": multiple, "knob": system.knob,
            "value": round(knob, 1), "least_mib": round(least, 1), "cpu_s": round(found.cpu_s, 3),
            "wall_s": round(found.wall_s, 3), "rss_mib": round(found.rss_mib, 1),
            "nodes": int(found.said),
            "ours_cpu_s": round(own[0].cpu_s, 3) if own else None,
            "ours_rss_mib": round(own[0].rss_mib, 1) if own else None,
        })  # fmt: skip
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--depth", type=int, default=18)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--write", action="store_true", help="into records/languages.json")
    asked = options.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        at, depth = Path(folder), str(asked.depth)
        shutil.copy(SOURCES / "trees.ml", at)  # its compiler writes beside the source
        for system in SYSTEMS:
            if shutil.which(system.compiler) is None:
                print(f"{system.name}: {system.compiler} is not installed", file=sys.stderr)
                continue
            subprocess.run(system.compiled(at), check=True)
            if not rows:
                own_least = least_heap(SYSTEMS[0], at, depth)
            rows += rows_of(system, at, depth, asked.runs, own_least)
    if len({row["nodes"] for row in rows}) != 1:
        raise SystemExit("the programs did not do the same work")
    if asked.write:
        import vmperf

        about = {
            "machine": vmperf.machine()["cpu"]["model"],
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "load": os.getloadavg()[0],
            "depth": asked.depth,
        }
        (HERE / "records" / "languages.json").write_text(
            json.dumps(about | {"rows": rows}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
