"""Runs of `vmperf ci` on a tree that did not change: how many are red.

    python benchmarks/campaign_suites.py pairs.jsonl --runs 20

Works in a clone of its own of the last commit. The first run builds the layouts of the tree; the
others take about a minute each.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from campaign_journal import Whole, write_whole
from vmperf._alarm.ci import ci

_ROOT = Path(__file__).resolve().parent.parent
_BENCHMARKS = (
    *("bench/alu_chain", "bench/chase", "bench/malloc_mix", "bench/memcpy"),
    *("pool/allocate", "pool/churn", "pool/cycle", "pool/sizes"),
)
_PARAMS = {
    "size_kib": [16, 6144],
    "live": [64, 1024, 16384],
    "bytes": [64, 4096],
    "offset": [0, 16, 64, 2048],
    "item_size_bytes": [16, 64, 256, 1024],
    "capacity": [10, 1000, 100000],
}
_PAIRS = 12


def _run(tree: Path, seed: int) -> tuple[Whole, int]:
    """Return what one run said, and of how many benchmarks."""
    began = time.monotonic()
    found = ci("HEAD", tree=tree, benchmarks=_BENCHMARKS, params=_PARAMS, pairs=_PAIRS, seed=seed)
    seconds = time.monotonic() - began
    worst = max(row["effect"] for row in found.rows() if row["effect"] is not None)
    if found.failed:
        raise SystemExit(f"a benchmark failed: {found.failed[0]}")
    verdict = "regressed" if found.reason else "unchanged"
    return Whole(verdict, worst, None, seconds), len(found.rows())


def main() -> None:
    """Run, count, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("journal", type=Path)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "clone", "-q", _ROOT, tree], check=True)
        for seed in range(words.first_seed, words.first_seed + words.runs):
            whole, benchmarks = _run(tree, seed)
            write_whole(words.journal, "suite/real", whole)
            print(f"run {seed}: {whole.verdict}, {benchmarks} benchmarks, {whole.seconds:.0f} s")


if __name__ == "__main__":
    main()
