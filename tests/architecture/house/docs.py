"""Docstrings of the bindings stand in text files beside them, and each is used."""

from __future__ import annotations

import re
from pathlib import Path

from house import layers, tree

_ENTRY = re.compile(r"^== (\S+)$", re.MULTILINE)
_USE = re.compile(r"\bdocs::(\w+)")
_SECTION = re.compile(r"^-{3,}$", re.MULTILINE)


def unused(root: Path) -> list[str]:
    """Each entry of bind*.docs is named by a bind file of its component."""
    used: dict[str, set[str]] = {}
    for source in layers.sources(root).values():
        if layers.is_bind(source):
            used.setdefault(source.component, set()).update(_USE.findall(source.code))
    bad: list[str] = []
    for file in tree.files(root):
        if not file.match("cpp/*/bind*.docs"):
            continue
        text = tree.read(root / file)
        for entry in _ENTRY.finditer(text):
            name = entry[1].replace(".", "_")
            if name not in used.get(file.parts[1], ()):
                line = text.count("\n", 0, entry.start()) + 1
                bad.append(f"{file}:{line}: no bind file names docs::{name}")
    return bad


def beside(root: Path) -> list[str]:
    """No section of a docstring (a heading with its rule) stands in a bind file."""
    bad: list[str] = []
    for path, source in layers.sources(root).items():
        if layers.is_bind(source):
            for rule in _SECTION.finditer(source.text):
                line = source.text.count("\n", 0, rule.start()) + 1
                bad.append(f"{path}:{line}: a docstring belongs in {path.stem}.docs")
    return bad
