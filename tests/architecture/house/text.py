"""Rules on text: file budgets, words that must not appear, the entries of the top level."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from house import tree

TOP_LEVEL = {
    "pyproject.toml",
    "CMakeLists.txt",
    "cpp",
    "python",
    "tests",
    "notebooks",
    "benchmarks",
    "README.md",
    "LICENSE",
}
DOT_FILES = {".ci", ".clang-format", ".clang-tidy", ".gitignore", ".pre-commit-config.yaml"}

TEXT_SUFFIXES = {
    ".hpp", ".cpp", ".inl", ".py", ".pyi", ".toml", ".md", ".cmake", ".txt", ".in", ".j2", ".css",
    ".js", ".yaml", ".ipynb", ".docs", "",
}  # fmt: skip

# Spelled in pieces, so that this file does not name them itself.
_UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
_MACHINE_PATH = re.compile(
    r"(?:(?<=-[IL])|(?<![\w.~}$*-]))/"
    r"(?:home|root|Users|work|workspace|mnt|media|private|builds?)/[\w.-]"
)
_REGISTRY = re.compile(
    r"(?:pypi\.(?:org|python)|files\.python" + r"hosted|(?:deb|security)\.debian\.|"
    r"\b(?:index|extra-index)-url\b|simple/\s|/opt/py" + r"pi)"
)
_OUTSIDE = re.compile(r"\.\./shared\b")


def budget(root: Path, config: Path) -> list[str]:
    """No file above the limits of budget.toml but those that it exempts with a reason."""
    limits: dict[str, Any] = tomllib.loads(config.read_text())
    bad: list[str] = []
    needed: set[tuple[str, str]] = set()
    for file in tree.files(root):
        name = file.as_posix()
        counted = file.suffix in limits["suffixes"] and not name.startswith(
            tuple(limits["generated"])
        )
        if not counted:
            continue
        lines = tree.read(root / file).splitlines()
        most = _most_lines(limits, name)
        if len(lines) > most:
            needed.add(("lines", name))
            if name not in limits["lines"]:
                bad.append(f"{name}: {len(lines)} lines; at most {most}")
        wide = [n for n, line in enumerate(lines, 1) if len(line) > limits["max_columns"]]
        if wide:
            needed.add(("columns", name))
            if name not in limits["columns"]:
                bad.append(f"{name}:{wide[0]}: over {limits['max_columns']} columns")
    for kind in ("lines", "columns"):
        for name, reason in limits[kind].items():
            if (kind, name) not in needed:
                bad.append(f"{config.name}: [{kind}] {name}: no longer needed")
            if len(str(reason).split()) < 3:
                bad.append(f"{config.name}: [{kind}] {name}: give the reason")
    return bad


def _most_lines(limits: dict[str, Any], name: str) -> int:
    own = [most for pattern, most in limits["max_lines_of"].items() if fnmatch(name, pattern)]
    return int(min([limits["max_lines"], *own]))


def words(root: Path) -> list[str]:
    """No unfinished work, no path of one machine, no host of a package registry."""
    rules = (
        (_UNFINISHED, "unfinished work"),
        (_MACHINE_PATH, "a path of one machine"),
        (_REGISTRY, "a package registry"),
        (_OUTSIDE, "a path outside the repository"),
    )
    bad: list[str] = []
    for file in tree.files(root):
        if file.suffix not in TEXT_SUFFIXES:
            continue
        text = tree.read(root / file)
        for pattern, what in rules:
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                bad.append(f"{file}:{line}: {match[0]!r}: {what}")
    return bad


def top_level(root: Path) -> list[str]:
    """Exactly the listed entries and dot-files."""
    entries = {file.parts[0] for file in tree.files(root)}
    extra = entries - TOP_LEVEL - DOT_FILES
    missing = (TOP_LEVEL | DOT_FILES) - entries
    bad = [f"{name}: not an entry of the top level" for name in sorted(extra)]
    return bad + [f"{name}: missing from the top level" for name in sorted(missing)]
