"""Minutes of tests by folder: the table that a run prints, and the budget that it is held to.

No test asserts a time. A run with ``--write-minutes`` puts its table into tests/README.md; the
rules read that text, so that whoever adds a folder or minutes sees what it comes to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_HEAD = "| folder | tests | minutes | of processor |"
_HOW = "pytest --write-minutes writes the table"


@dataclass
class Spent:
    """Of the tests of one folder: their number, seconds of wall, and of all their processes."""

    n_tests: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0


def folder_of(nodeid: str) -> str:
    """The folder below tests/ that a test stands in."""
    parts = nodeid.partition("::")[0].split("/")
    return parts[1] if parts[0] == "tests" and len(parts) > 2 else parts[0]


def add(spent: dict[str, Spent], nodeid: str, more: Spent) -> None:
    """Add what one phase of a test took to its folder."""
    one = spent.setdefault(folder_of(nodeid), Spent())
    one.n_tests += more.n_tests
    one.wall_s += more.wall_s
    one.cpu_s += more.cpu_s


def table(spent: dict[str, Spent], run_s: float, workers: int) -> list[str]:
    """Lines of Markdown, one a folder, the dearest first; the last is the run as a whole."""
    rows = sorted(spent.items(), key=lambda one: -one[1].wall_s)
    lines = [_HEAD, "|---|---|---|---|"]
    for name, one in rows:
        lines.append(
            f"| `{name}/` | {one.n_tests} | {one.wall_s / 60:.1f} | {one.cpu_s / 60:.1f} |"
        )
    n_tests, cpu_s = sum(s.n_tests for _, s in rows), sum(s.cpu_s for _, s in rows)
    whole = f"{n_tests} | {run_s / 60:.1f} | {cpu_s / 60:.1f}"
    return [*lines, f"| the whole run, {workers} at once | {whole} |"]


def read(text: str) -> tuple[dict[str, float], float]:
    """Processor minutes of each folder, and minutes of the whole run, of the table in a text."""
    rows = re.findall(r"^\| `(\w+)/` \| \d+ \| [\d.]+ \| ([\d.]+) \|$", text, re.M)
    whole = re.findall(r"^\| the whole run, \d+ at once \| \d+ \| ([\d.]+) \|", text, re.M)
    return {name: float(minutes) for name, minutes in rows}, float(whole[0]) if whole else 0.0


def write(readme: Path, lines: list[str]) -> None:
    """Put a table in the place of the one that the README has."""
    before, head, rest = readme.read_text().partition(_HEAD + "\n")
    if not head:
        raise ValueError(f"{readme}: no table '{_HEAD}'")
    after = re.sub(r"\A(\|.*\n)+", "", rest)
    readme.write_text(before + "\n".join(lines) + "\n" + after)


def unlisted(root: Path) -> list[str]:
    """Folders of tests that the table leaves out, and rows of folders that are gone."""
    tests = root / "tests"
    there = {file.relative_to(tests).parts[0] for file in tests.glob("*/**/test_*.py")}
    listed = {*read((tests / "README.md").read_text())[0]}
    bad = [f"tests/README.md: no minutes of `{name}/`: {_HOW}" for name in sorted(there - listed)]
    return bad + [f"tests/README.md: `{name}/` is gone: {_HOW}" for name in sorted(listed - there)]


def over(root: Path, most: dict[str, float]) -> list[str]:
    """The whole run above its budget, and folders of components above theirs."""
    rows, whole = read((root / "tests" / "README.md").read_text())
    components = {path.name for path in (root / "cpp").iterdir() if path.is_dir()}
    said = "tests/README.md: {} takes {:g} minutes{}, the budget is {:g}: make its tests cheaper"
    bad = [said.format("the whole run", whole, "", most["whole"])] if whole > most["whole"] else []
    for name in sorted(components & {*rows}):
        if rows[name] > most["component"]:
            bad.append(said.format(f"`{name}/`", rows[name], " of processor", most["component"]))
    return bad
