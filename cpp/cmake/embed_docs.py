"""Docstrings of a component's bindings: text files (bind*.docs) to headers of raw literals.

Each entry of ``bind_x.docs`` becomes a constant of ``bind_x.docs.hpp``, in the namespace
``vmperf::COMPONENT::docs``. What several entries say stands once, in ``clauses.docs``. The form of
the files is described in cpp/README.md. Run by CMake when it configures (VmperfComponent.cmake)::

    python embed_docs.py cpp/pool build/docs/pool
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLAUSES = "clauses.docs"
_HEADING = re.compile(r"== (\S.*)")
_NAME = re.compile(r"[A-Za-z]\w*(\.\w+)*")
_CLAUSE = re.compile(r"( *)\{\{(\w+)(?:: (.+))?\}\}")


class DocsError(Exception):
    """What is wrong in a file of docs, with its place."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}")


@dataclass
class Entry:
    """A heading and the lines below it, from the first to the last that is not empty."""

    name: str
    file: Path
    line: int
    lines: list[str]

    @property
    def identifier(self) -> str:
        """The name as C++ has it: ``Pool.close`` is ``docs::Pool_close``."""
        return self.name.replace(".", "_")


def read(file: Path) -> list[Entry]:
    """Take a file apart at its headings.

    Parameters
    ----------
    file : Path
        A file of docs, in UTF-8.

    Returns
    -------
    list of Entry
        In the order of the file; clauses are not expanded.

    Raises
    ------
    DocsError
        Where text stands before the first heading, an entry is empty or badly named, a line ends
        in blanks, or the last line does not end.
    """
    text = file.read_text(encoding="utf-8")
    lines = text.split("\n")
    if lines.pop():
        raise DocsError(file, len(lines) + 1, "the last line does not end")
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            raise DocsError(file, number, "blanks at the end of the line")
        if heading := _HEADING.fullmatch(line):
            if not _NAME.fullmatch(heading[1]):
                raise DocsError(file, number, f"{heading[1]!r} is no name; allowed: a.b of words")
            entries.append(Entry(heading[1], file, number, []))
        elif entries:
            entries[-1].lines.append(line)
        elif line:
            raise DocsError(file, number, "text before the first '== name'")
    for entry in entries:
        while entry.lines and not entry.lines[-1]:
            entry.lines.pop()
        if not entry.lines:
            raise DocsError(file, entry.line, f"'{entry.name}' has no text")
    return entries


class Clauses:
    """What ``{{name}}`` and ``{{name: what}}`` stand for, and which of them were used."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = unique(entries)
        self._used: set[str] = set()

    def expand(self, entry: Entry) -> str:
        """Return the text of an entry, with its clauses in place and a line break at the end."""
        lines = [out for n, line in enumerate(entry.lines, 1) for out in self._line(entry, n, line)]
        return "\n".join(lines) + "\n"

    def check_used(self) -> None:
        """Refuse a clause that no entry has."""
        for name, clause in self._entries.items():
            if name not in self._used:
                raise DocsError(clause.file, clause.line, f"no entry uses the clause '{name}'")

    def _line(self, entry: Entry, number: int, line: str) -> Iterator[str]:
        if "{{" not in line:
            yield line
            return
        at = entry.line + number
        match = _CLAUSE.fullmatch(line)
        if not match:
            raise DocsError(entry.file, at, "a clause {{name}} stands on a line of its own")
        indent, name, what = match.groups()
        if name not in self._entries:
            known = ", ".join(self._entries) or "none"
            raise DocsError(entry.file, at, f"no clause '{name}'; there are: {known}")
        self._used.add(name)
        clause = self._entries[name].lines
        if ("{}" in "".join(clause)) != (what is not None):
            form = f"{{{{{name}}}}}" if what is not None else f"{{{{{name}: what}}}}"
            raise DocsError(entry.file, at, f"'{name}' is written {form}")
        for text in clause:
            yield (indent + text).rstrip() if what is None else indent + text.replace("{}", what)


def unique(entries: list[Entry]) -> dict[str, Entry]:
    """Return entries by identifier; a second one of a name is an error that tells of both."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if (first := found.setdefault(entry.identifier, entry)) is not entry:
            where = f"{first.file}:{first.line}"
            raise DocsError(entry.file, entry.line, f"'{entry.name}' stands at {where}, too")
    return found


def literal(text: str) -> str:
    """Return a raw string literal whose end does not occur in the text."""
    mark = "docs"
    while f'){mark}"' in text:
        mark += "_"
    return f'R"{mark}({text}){mark}"'


def expand(component: Path) -> dict[Path, dict[str, str]]:
    """Read all docs of a component.

    Parameters
    ----------
    component : Path
        Folder of the component.

    Returns
    -------
    dict
        By file: the texts by name, clauses expanded.

    Raises
    ------
    DocsError
        As `read`; where a clause is unknown or unused, or a name stands twice.
    """
    file = component / CLAUSES
    clauses = Clauses(read(file) if file.exists() else [])
    files = {file: read(file) for file in sorted(component.glob("bind*.docs"))}
    unique([entry for entries in files.values() for entry in entries])
    texts = {
        file: {entry.name: clauses.expand(entry) for entry in entries}
        for file, entries in files.items()
    }
    clauses.check_used()
    return texts


def header(namespace: str, file: Path, texts: dict[str, str]) -> str:
    """Return the C++ header of one file."""
    lines = [f"// Generated from {file.name}.", "#pragma once", "", f"namespace {namespace} {{"]
    for name, text in texts.items():
        identifier = name.replace(".", "_")
        lines.append(f"inline constexpr const char *{identifier} = {literal(text)};")
    return "\n".join([*lines, f"}} // namespace {namespace}", ""])


def main(component: Path, out: Path) -> int:
    """Write the headers of a component; one that says the same stays as it is."""
    try:
        texts = expand(component)
    except DocsError as error:
        print(error, file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    for file, entries in texts.items():
        target = out / f"{file.name}.hpp"
        fresh = header(f"vmperf::{component.name}::docs", file, entries).encode()
        if not target.exists() or target.read_bytes() != fresh:
            target.write_bytes(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
