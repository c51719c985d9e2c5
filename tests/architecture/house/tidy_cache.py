"""What clang-tidy has said nothing of, remembered for the user: minutes become seconds.

A key is made of all that its verdict depends on: the file and what it includes of this tree, how
it is compiled, the configuration, and the versions of the tool, the compiler and the packages whose
headers come from outside. A key that was clean stays an empty file; what was found is never kept.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from house.cpp_source import CppSource

_PACKAGES = ("clang-tidy", "pybind11", "cmeel-eigen")
_TEXT = {".hpp", ".inl", ".inc", ".h", ".cpp"}


def folder() -> Path:
    """Where clean keys are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "vmperf-tests" / "clang-tidy"


def versions(cxx: str) -> str:
    """Of what is not part of this tree."""
    packages = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    compiler = subprocess.run([cxx, "--version"], capture_output=True, text=True, check=True)
    return "\n".join([*packages, compiler.stdout.splitlines()[0]])


class Keys:
    """The keys of the files that a build tree compiles."""

    def __init__(self, root: Path, build: Path, outside: str) -> None:
        self.root = root
        self.build = build
        self._outside = outside
        self._hashes: dict[Path, str] = {}

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for top in (self.root / "cpp", self.build / "generated"):
            for file in sorted(top.rglob("*")):
                if file.suffix in _TEXT:
                    found.setdefault(file.name, []).append(file)
        return found

    @cached_property
    def _commands(self) -> dict[Path, str]:
        entries = json.loads((self.build / "compile_commands.json").read_text())
        return {Path(e["file"]): e["command"].replace(str(self.root), "") for e in entries}

    def _included(self, file: Path) -> set[Path]:
        """Files that an include of this one may mean, and all .inl beside it, for computed ones."""
        names = {one.text for one in CppSource(self.root, file.relative_to(self.root)).includes}
        found = {*file.parent.rglob("*.inl")}
        for name in names:
            tail = name.removeprefix("../")
            found |= {
                other
                for other in self._by_name.get(Path(name).name, ())
                if other.as_posix().endswith(f"/{tail}")
            }
        return found

    def sources(self, file: Path) -> list[Path]:
        """The file and all that it includes of this tree, sorted."""
        seen: set[Path] = set()
        todo = [file]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += self._included(one)
        return sorted(seen)

    def _hash(self, file: Path) -> str:
        if file not in self._hashes:
            self._hashes[file] = hashlib.sha256(file.read_bytes()).hexdigest()
        return self._hashes[file]

    def of(self, file: Path) -> str:
        """The key of a file that is compiled."""
        config = self._hash(self.root / ".clang-tidy")
        total = hashlib.sha256(f"{self._outside}\n{config}\n{self._commands[file]}".encode())
        for one in self.sources(file):
            name = one.relative_to(
                self.root if one.is_relative_to(self.root / "cpp") else self.build
            )
            total.update(f"\n{name} {self._hash(one)}".encode())
        return total.hexdigest()


def unseen(keys: Keys, files: Iterable[Path], kept: Path) -> dict[Path, Path]:
    """Files whose key is not there, each with the file that says so once it is clean."""
    clean = {file: kept / keys.of(file) for file in files}
    return {file: mark for file, mark in clean.items() if not mark.exists()}


def keep(mark: Path) -> None:
    """Remember that a key is clean."""
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
