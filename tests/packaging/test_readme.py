"""README.md: its examples run, its links resolve, its commands are those that CI runs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from house import fair_weather, tree
from vmperf._plan.tour import TOUR_S

Fenced = Callable[[str, str], list[str]]


def dead_links(root: Path) -> list[str]:
    """Relative links of any README to a file or heading that is not there."""
    bad = []
    for file in tree.files(root):
        if file.suffix != ".md":
            continue
        text = re.sub(r"^```.*?^```$", "", tree.read(root / file), flags=re.M | re.S)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, heading = link.partition("#")
            target = root / file.parent / path if path else root / file
            if re.match(r"\w+://", link):
                continue
            if not target.exists():
                bad.append(f"{file}: {link}: no such file")
            elif heading and heading not in _headings(target):
                bad.append(f"{file}: {link}: no such heading")
    return bad


def _headings(file: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in found}


@pytest.fixture(scope="module")
def readme(repo_root: Path) -> str:
    return (repo_root / "README.md").read_text()


def test_python_example_runs(fenced: Fenced, readme: str, tmp_path: Path) -> None:
    (block,) = fenced(readme, "python")
    (tmp_path / "example.py").write_text(fair_weather.program(block))
    command = [sys.executable, "-W", "error", "example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pool/cycle - " in done.stdout
    assert re.search(r"^stack ok [\d.e-]+ [\d.e-]+ [\d.e-]+$", done.stdout, re.MULTILINE)


def test_cpp_example_runs(
    fenced: Fenced,
    readme: str,
    compile_cpp: Callable[..., Path],
    run_binary: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    (block,) = fenced(readme, "cpp")
    assert run_binary(compile_cpp(block)).stdout == "42\n"


def test_the_two_commands(fenced: Fenced, readme: str, repo_root: Path) -> None:
    run, test = fenced(readme, "sh")
    assert run.rstrip().endswith("/vmperf run --html report.html")
    assert f"{TOUR_S / 60:g} minutes" in readme
    ci = (repo_root / ".ci" / "run").read_text()
    for part in ("pip install -q '.[test]'", "pytest"):
        assert part.replace(" -q", "") in test
        assert re.search(rf"^{re.escape(part)}", ci, re.MULTILINE)


def test_links(repo_root: Path) -> None:
    assert dead_links(repo_root) == []


def test_planted_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One two\n[x](#one-two) [y](b.md) [z](#three) [w](a.md)\n")
    assert dead_links(tmp_path) == ["a.md: b.md: no such file", "a.md: #three: no such heading"]
