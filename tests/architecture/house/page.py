"""The worked component of cpp/README.md: its files, written into a copy of the tree."""

from __future__ import annotations

import re
from pathlib import Path

from house import tree

# A line that ends in the name of a file and a colon, or has it before one, then the file's text.
_BLOCK = re.compile(
    r"`((?:cpp|tests)/[\w/.]+)`[^\n`]*\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_TABLE = "cpp/CMakeLists.txt"
_LINE = re.compile(r"vmperf_component\((\w+)\b.*\)\n")


def blocks(page: str) -> dict[str, str]:
    """The files that a page shows, by path."""
    found = _BLOCK.findall(page)
    files = dict(found)
    assert len(files) == len(found), "a file is shown twice"
    return files


def with_lines(table: str, lines: str) -> str:
    """The table with some lines: in place of their component's, or above the leaf's."""
    for line in _LINE.finditer(lines):
        old = re.search(rf"vmperf_component\({line[1]}\b[^)]*\)\n", table)
        at = old or re.search(r"(?=vmperf_component\(peers\b)", table)
        assert at, line[0]
        table = table[: at.start()] + line[0] + table[at.end() :]
    return table


def write_copy(root: Path, copy: Path, files: dict[str, str]) -> None:
    """Make `copy` the tree of `root` and the files of a page; what is right already stays as it is.

    So a second build compiles what has changed.
    """
    texts = {str(file): (root / file).read_bytes() for file in tree.files(root)}
    for name, text in files.items():
        assert name == _TABLE or name not in texts, f"{name} exists already"
        whole = with_lines(texts[name].decode(), text) if name == _TABLE else text
        texts[name] = whole.encode()
    for old in tree.files(copy) if copy.exists() else ():
        if str(old) not in texts and old.suffix != ".so":
            (copy / old).unlink()
    for name, content in texts.items():
        write(copy / name, content)
    tree.files.cache_clear()


def write(path: Path, content: bytes) -> None:
    """Write a file that has another content, or none."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
