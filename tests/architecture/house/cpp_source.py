"""A C++ file as the rules see it: its includes and its code without comments and strings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from house import tree

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
_NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/"  # comments
    r'|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'  # raw strings
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'(?!\w)",  # strings and characters
    re.DOTALL,
)
_COMMENT = re.compile(
    r'(?P<kept>"(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/',
    re.DOTALL,
)


def _blank(match: re.Match[str]) -> str:
    """Keep the line breaks, so that line numbers stay true."""
    return "\n" * match[0].count("\n")


@dataclass(frozen=True)
class Include:
    """One #include line."""

    line: int
    text: str
    quoted: bool


class CppSource:
    """One file below cpp/, read lazily."""

    def __init__(self, root: Path, path: Path) -> None:
        self.root = root
        self.path = path

    @cached_property
    def text(self) -> str:
        """The file as it stands."""
        return tree.read(self.root / self.path)

    @cached_property
    def code(self) -> str:
        """The text without comments, strings and character literals; lines stay where they are."""
        return _NOISE.sub(_blank, self.text)

    @cached_property
    def includes(self) -> list[Include]:
        """The #include lines outside comments, in order."""
        text = _COMMENT.sub(lambda m: m["kept"] or _blank(m), self.text)
        return [
            Include(text.count("\n", 0, m.start(2)) + 1, m[2], m[1] == '"')
            for m in _INCLUDE.finditer(text)
        ]

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
        """Line numbers and texts of a pattern's matches in the code."""
        code = self.code
        return [(code.count("\n", 0, m.start()) + 1, m[0].strip()) for m in pattern.finditer(code)]

    @property
    def component(self) -> str:
        """The folder below cpp/ that holds the file."""
        return self.path.parts[1] if len(self.path.parts) > 2 else ""

    @property
    def inside(self) -> str:
        """The path inside the component, with forward slashes."""
        return "/".join(self.path.parts[2:])
