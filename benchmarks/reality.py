"""Does a replay predict reality? Six real programs, under every allocator, both ways.

    python benchmarks/reality.py reality.json --rounds 5 [--only json,re] [--designs libc,mimalloc]

Each program is recorded once and replayed; then it runs itself, preloaded with each allocator,
rounds in shuffled order. Compared are the order of the allocators by time (replayed: net time per
operation; real: CPU time of the process, user and system), memory at the end and memory at most.
The rest of a program's memory is what it had under the C library beyond what the replay has there,
so that allocator predicts nothing and is left out of the errors. Takes minutes.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reality_programs import Program, programs
from vmperf import alloc
from vmperf._alloc.preload import environment
from vmperf._machine import brief, machine
from vmperf._replay.figures import ratio, typical

_REFERENCE = "libc"
_WATCH_MS = 5


@dataclass(frozen=True, slots=True)
class Real:
    """One real run."""

    cpu_s: float
    end_bytes: float
    peak_bytes: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two allocators on one program: how many times b's time a takes."""

    program: str
    a: str
    b: str
    predicted: float
    real: float
    told_apart: bool  # the interval of the real ratio does not hold 1

    @property
    def agrees(self) -> bool:
        """Whether both say the same of the order."""
        return (self.predicted > 1) == (self.real > 1)


def record(program: Program, folder: Path) -> Path:
    """Record a program once; returns the trace of the program itself."""
    file = folder / f"{program.name}.vmt"
    command = [sys.executable, "-c", "from vmperf.cli.main import main; main()", "trace", "record"]
    subprocess.run(
        [*command, "--output", str(file), "--", *program.words],
        check=True, stdout=subprocess.DEVNULL, env=_env(program),
    )  # fmt: skip
    return file


def run_once(program: Program, design: str, folder: Path) -> Real:
    """Run a program under an allocator: CPU time unwatched, then memory of a watched run."""
    env = environment(design, base=_env(program))
    cpu_s = _cpu_s(program, env)
    file = folder / "watch.json"
    file.unlink(missing_ok=True)
    watched = environment(design, watch=file, interval_ms=_WATCH_MS, base=_env(program))
    _cpu_s(program, watched)
    found = alloc.watch(file).program.rss_bytes
    return Real(cpu_s, float(found[-1]), float(found.max()))


def _cpu_s(program: Program, env: Mapping[str, str]) -> float:
    child = subprocess.Popen(program.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env=dict(env))  # fmt: skip
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{program.name} ended with {child.returncode}: {program.words}")
    return used.ru_utime + used.ru_stime


def _env(program: Program) -> dict[str, str]:
    return {**os.environ, **program.env}


def pairs_of(program: str, predicted: Mapping[str, float],
             real: Mapping[str, Sequence[float]]) -> list[Pair]:  # fmt: skip
    """Return every pair of allocators with what the replay says of it, and what is so."""
    found = []
    for a, b in itertools.combinations(sorted(predicted), 2):
        really = ratio(real[a], real[b])
        apart = not really["low"] <= 1 <= really["high"]
        found.append(Pair(program, a, b, predicted[a] / predicted[b], really["ratio"], apart))
    return found


def kendall(pairs: Sequence[Pair]) -> float | None:
    """Return Kendall's tau over pairs of all programs: pairs in order less pairs out of order."""
    if not pairs:
        return None
    return sum(1 if one.agrees else -1 for one in pairs) / len(pairs)


def memory_errors(replayed: Mapping[str, float], real: Mapping[str, float]) -> dict[str, float]:
    """Return by allocator how far the predicted memory is off, as a share of the real one."""
    rest = real[_REFERENCE] - replayed[_REFERENCE]
    return {
        design: (replayed[design] + rest) / real[design] - 1
        for design in replayed
        if design != _REFERENCE
    }


def _held(row: Mapping[str, Any], name: str) -> float:
    """What the allocator has at that time, its library included."""
    return float(row[name]["median"] + row["loaded_bytes"]["median"])


def judge(program: Program, designs: list[str], rounds: int, folder: Path) -> dict[str, Any]:
    """Replay and run one program."""
    began = time.monotonic()
    file = record(program, folder)
    found = alloc.replay(file, designs, repeats=rounds, latency=False, reference=_REFERENCE)
    rows = {row["design"]: row for row in found.rows() if row["status"] == "ok"}
    # Memory at the recorded speed: what purges by the clock does so.
    paced = alloc.replay(file, [*rows], repeats=1, speed="real", reference=_REFERENCE)
    held = {row["design"]: row for row in paced.rows() if row["status"] == "ok"}
    order = random.Random(program.name)
    runs: dict[str, list[Real]] = {design: [] for design in rows}
    for _ in range(rounds):
        names = [*rows]
        order.shuffle(names)
        for design in names:
            runs[design].append(run_once(program, design, folder))
    times = {design: [one.cpu_s for one in some] for design, some in runs.items()}
    predicted = {design: row["ns_per_op"]["median"] for design, row in rows.items()}
    memory = {}
    for name in ("end_bytes", "peak_bytes"):
        real = {d: typical([getattr(one, name) for one in some])["median"]
                for d, some in runs.items()}  # fmt: skip
        memory[name] = {
            "real": real,
            "errors": memory_errors({d: _held(row, name) for d, row in held.items()}, real),
        }
    return {
        "program": program.name,
        "n_ops": found.counts["n_ops"],
        "predicted_ns": predicted,
        "real_cpu_s": {design: typical(some) for design, some in times.items()},
        "pairs": [asdict(one) for one in pairs_of(program.name, predicted, times)],
        **memory,
        "seconds": time.monotonic() - began,
    }


def summary(judged: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures that the targets are about."""
    pairs = [Pair(**one) for entry in judged for one in entry["pairs"]]
    apart = [one for one in pairs if one.told_apart]
    found: dict[str, Any] = {
        "kendall_tau": kendall(pairs),
        "pairs": len(pairs),
        "kendall_tau_told_apart": kendall(apart),
        "pairs_told_apart": len(apart),
    }
    for name in ("end_bytes", "peak_bytes"):
        errors = [abs(e) for entry in judged for e in entry[name]["errors"].values()]
        found[f"{name}_error_median"] = typical(errors)["median"] if errors else None
        found[f"{name}_error_max"] = max(errors, default=None)
    return found


def main() -> None:
    """Judge the programs, write what was found after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--designs", default="")
    words = parser.parse_args()
    present = [row["name"] for row in alloc.peers() if row["present"] and row["name"] != "naive"]
    designs = words.designs.split(",") if words.designs else present
    chosen = [one for one in programs() if not words.only or one.name in words.only.split(",")]
    judged = []
    for program in chosen:
        with tempfile.TemporaryDirectory(prefix="reality-") as folder:
            judged.append(judge(program, designs, words.rounds, Path(folder)))
        whole = {"machine": brief(machine()), "rounds": words.rounds, "summary": summary(judged),
                 "programs": judged}  # fmt: skip
        words.output.write_text(json.dumps(whole, indent=1) + "\n")
        print(program.name, json.dumps(summary(judged[-1:])), flush=True)
    print(json.dumps(summary(judged), indent=1))


if __name__ == "__main__":
    main()
