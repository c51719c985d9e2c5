"""No unfinished work, no path of one machine, no host of a package registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from house import expect_none, text


def test_words(repo_root: Path) -> None:
    expect_none(text.words(repo_root))


@pytest.mark.parametrize(
    "line",
    [
        "# TO" + "DO: later",
        "// FIX" + "ME",
        "open('/" + "home/me/x')",
        "-I/" + "work/main",
        "see https://py" + "pi.org/x",
        "cat ../" + "shared/x",
    ],
)
def test_planted_words_are_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.py").write_text("x = 1\n" + line + "\n")
    assert len(text.words(tmp_path)) == 1
    assert text.words(tmp_path)[0].startswith("a.py:2: ")


@pytest.mark.parametrize("name", ["a.cpp", "bind.docs", "a.md", "LICENSE"])
def test_every_kind_of_text_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("see /" + "home/me/x\n")
    assert len(text.words(tmp_path)) == 1


@pytest.mark.parametrize("line", ["/proc/self/maps", "/sys/devices", "a/work/b", "import os"])
def test_plain_text_passes(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.py").write_text(line)
    assert text.words(tmp_path) == []
