"""Does a replay predict reality? Real programs, under every allocator, both ways.

    python benchmarks/reality.py reality.json [--rounds 5] [--seconds 120] [--only json,re]

Each program is recorded once and replayed; then it runs itself, preloaded with each allocator,
rounds in shuffled order until the seconds of a program are spent. Compared are the CPU time of the
whole program, user and system (reality_order.py says how, and what a tie is), memory at the end and
memory at most. The rest of a program's memory is what it had under the C library beyond what the
replay has there, so that allocator predicts nothing and is left out of the errors. Takes some ten
minutes.
"""

from __future__ import annotations

import argparse
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

import vmperf
from reality_order import Pair, contradictions, pairs_of, predicted_cpu_s, sure_tau, tau_b
from reality_programs import Program, programs
from vmperf import alloc
from vmperf._alloc.preload import environment, library_of
from vmperf._machine import brief, machine
from vmperf._replay.figures import NULL, net_ns, typical
from vmperf._replay.result import Replay

_REFERENCE = "libc"
_WATCH_MS = 5
_WATCHED_ROUNDS = 3
_LEAST_ROUNDS, _MOST_ROUNDS = 5, 40


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one real run, in bytes."""

    end_bytes: float
    peak_bytes: float


def record(program: Program, folder: Path) -> Path:
    """Record a program once; returns the trace of the program itself."""
    file = folder / f"{program.name}.vmt"
    command = [sys.executable, "-c", "from vmperf.cli.main import main; main()", "trace", "record"]
    subprocess.run(
        [*command, "--output", str(file), "--", *program.words],
        check=True, stdout=subprocess.DEVNULL, env=_env(program),
    )  # fmt: skip
    return file


def watch_once(program: Program, design: str, folder: Path) -> Memory:
    """Run a program under an allocator and look at its memory."""
    file = folder / "watch.json"
    file.unlink(missing_ok=True)
    _cpu_s(program, environment(design, watch=file, interval_ms=_WATCH_MS, base=_env(program)))
    found = alloc.watch(file).program.rss_bytes
    return Memory(float(found[-1]), float(found.max()))


def real_times(program: Program, designs: Sequence[str], seconds: float) -> dict[str, list[float]]:
    """Return CPU times by allocator and round: as many rounds as fit, each in its own order."""
    envs = {design: environment(design, base=_env(program)) for design in designs}
    times: dict[str, list[float]] = {design: [] for design in designs}
    order, began = random.Random(program.name), time.monotonic()
    for done in range(_MOST_ROUNDS):
        if done >= _LEAST_ROUNDS and time.monotonic() - began > seconds * done / (done + 1):
            break
        names = [*designs]
        order.shuffle(names)
        for design in names:
            times[design].append(_cpu_s(program, envs[design]))
    return times


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


def _memory(program: Program, file: Path, designs: list[str], folder: Path) -> dict[str, Any]:
    """Predicted and real memory; at the recorded speed, since some purge by the clock."""
    paced = alloc.replay(file, designs, repeats=1, speed="real", reference=_REFERENCE)
    held = {row["design"]: row for row in paced.rows() if row["status"] == "ok"}
    runs = {
        design: [watch_once(program, design, folder) for _ in range(_WATCHED_ROUNDS)]
        for design in held
    }
    found = {}
    for name in ("end_bytes", "peak_bytes"):
        real = {d: typical([getattr(one, name) for one in some])["median"]
                for d, some in runs.items()}  # fmt: skip
        errors = memory_errors({d: _held(row, name) for d, row in held.items()}, real)
        found[name] = {"real": real, "errors": errors}
    return found


def _net_ns(found: Replay, designs: Sequence[str]) -> dict[str, list[float]]:
    null = found.records(NULL)
    return {design: net_ns(found.records(design), null) for design in designs}


def judge(
    program: Program, designs: list[str], rounds: int, seconds: float, folder: Path
) -> dict[str, Any]:
    """Replay and run one program."""
    began = time.monotonic()
    file = record(program, folder)
    found = alloc.replay(file, designs, repeats=rounds, latency=False, reference=_REFERENCE)
    present = [row["design"] for row in found.rows() if row["status"] == "ok"]
    net, n_ops = _net_ns(found, present), int(found.counts["n_ops"])
    times = real_times(program, present, seconds)
    predicted = predicted_cpu_s(net, n_ops, times, _REFERENCE)
    return {
        "program": program.name,
        "n_ops": n_ops,
        "rounds": len(times[_REFERENCE]),
        "net_ns": {design: typical(some, least=-float("inf")) for design, some in net.items()},
        "predicted_cpu_s": {design: typical(some) for design, some in predicted.items()},
        "real_cpu_s": {design: typical(some) for design, some in times.items()},
        "pairs": [asdict(one) for one in pairs_of(program.name, predicted, times)],
        **_memory(program, file, present, folder),
        "seconds": time.monotonic() - began,
    }


def summary(judged: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures that the targets are about."""
    pairs = [Pair(**one) for entry in judged for one in entry["pairs"]]
    found: dict[str, Any] = {
        "tau_b": tau_b(pairs),
        "pairs": len(pairs),
        "tau_of_pairs_really_apart": sure_tau(pairs),
        "pairs_really_apart": sum(one.signs[1] != 0 for one in pairs),
        "pairs_predicted_apart": sum(one.signs[0] != 0 for one in pairs),
        "contradictions": contradictions(pairs),
    }
    for name in ("end_bytes", "peak_bytes"):
        errors = [abs(e) for entry in judged for e in entry[name]["errors"].values()]
        found[f"{name}_error_median"] = typical(errors)["median"] if errors else None
        found[f"{name}_error_max"] = max(errors, default=None)
        found[f"{name}_within_tenth"] = sum(e <= 0.1 for e in errors) / max(1, len(errors))
    return found


def _present() -> list[str]:
    """Allocators that both a replay and the loader find."""
    found = []
    for row in alloc.peers():
        try:
            if row["name"] not in ("naive", _REFERENCE):
                library_of(row["name"])
        except (vmperf.UnsupportedError, vmperf.InvalidArgumentError):
            continue
        found += [row["name"]] if row["name"] != "naive" else []
    return found


def main() -> None:
    """Judge the programs, write what was found after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=120, help="of real runs, per program")
    parser.add_argument("--only", default="")
    parser.add_argument("--designs", default="")
    words = parser.parse_args()
    designs = words.designs.split(",") if words.designs else _present()
    chosen = [one for one in programs() if not words.only or one.name in words.only.split(",")]
    judged = []
    for program in chosen:
        with tempfile.TemporaryDirectory(prefix="reality-") as folder:
            judged.append(judge(program, designs, words.rounds, words.seconds, Path(folder)))
        whole = {"machine": brief(machine()), "load": os.getloadavg(), "rounds": words.rounds,
                 "summary": summary(judged), "programs": judged}  # fmt: skip
        words.output.write_text(json.dumps(whole, indent=1) + "\n")
        print(program.name, json.dumps(summary(judged[-1:])), flush=True)
    print(json.dumps(summary(judged), indent=1))


if __name__ == "__main__":
    main()
