"""What including a public header costs: lines after preprocessing, the same on every machine."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path


def public(root: Path) -> list[Path]:
    """Return the public headers of all components."""
    found = [p for kind in ("hpp", "h") for p in root.glob(f"cpp/*/include/**/*.{kind}")]
    return sorted(found)


def lines(header: Path, command: Sequence[str]) -> int:
    """Return the lines that a unit with this header alone has, without blank ones and markers."""
    words = [*command, "-E", "-P", "-x", "c++", "-include", str(header), "/dev/null"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return sum(1 for line in done.stdout.splitlines() if line.strip())


def faults(root: Path, config: Path, command: Sequence[str]) -> list[str]:
    """Headers over their limit, and limits that no header needs.

    Parameters
    ----------
    root : Path
        The tree.
    config : Path
        Its table ``[preprocessed]``: ``most`` lines, and in ``more`` limits by pattern of paths.
    command : sequence of str
        The compiler with its include directories.
    """
    headers = public(root)
    with ThreadPoolExecutor(2) as pool:
        counts = [*pool.map(lambda header: lines(header, command), headers)]
    names = [header.relative_to(root).as_posix() for header in headers]
    limits = tomllib.loads(config.read_text())["preprocessed"]
    return judge(zip(names, counts, strict=True), limits["most"], limits.get("more", {}))


def judge(counts: Iterable[tuple[str, int]], most: int, more: dict[str, int]) -> list[str]:
    """Do what `faults` does, with the lines of each header."""
    bad, used = [], set()
    for name, count in counts:
        patterns = [pattern for pattern in more if fnmatch(name, pattern)]
        limit = max([most, *(more[pattern] for pattern in patterns)])
        used |= {pattern for pattern in patterns if count > most}
        if count > limit:
            bad.append(f"{name}: {count} lines after preprocessing; at most {limit}")
    bad += [f"preprocessed: '{pattern}' is no longer needed" for pattern in more.keys() - used]
    return bad
