"""One door for text from outside: nothing raises, nothing is lost, nothing tears a table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmperf._files.git import asked, git
from vmperf._files.text import decoded, read_text, shown
from vmperf._files.tool import run_tool


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", "plain"),
        ("größe µs".encode(), "größe µs"),
        ("größe".encode("latin-1"), r"gr\xf6\xdfe"),
        ("ß".encode()[:1], r"\xc3"),  # cut inside a letter
        (b"\x1b[31mred\x00\x7f", r"\x1b[31mred\x00\x7f"),
        (b"two\r\nlines\tand a tab", "two\r\nlines\tand a tab"),
    ],
)
def test_whatever_the_bytes_are_there_is_text(data: bytes, text: str) -> None:
    assert decoded(data) == text


@given(st.binary())
def test_any_bytes_become_text_that_can_be_written_and_shown(data: bytes) -> None:
    found = decoded(data)
    assert bool(found.encode()) == bool(data)
    assert shown(found) == found
    assert all(c.isprintable() or c in "\t\n\r\u2028\u2029" or ord(c) > 0x9F for c in found)


@given(st.text())
def test_text_without_control_characters_stays(text: str) -> None:
    plain = "".join(c for c in text if c.isprintable())
    assert shown(plain) == plain


def test_half_a_letter_is_an_escape() -> None:
    assert shown("\udce9") == r"\udce9"


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_text(tmp_path / "gone") == ""


def test_a_program_may_print_anything() -> None:
    code = r"import os; os.write(1, b'\xff out'); os.write(2, b'gr\xf6\xdfe'); raise SystemExit(3)"
    done = run_tool([sys.executable, "-c", code])
    assert (done.code, done.out, done.said) == (3, r"\xff out", r"gr\xf6\xdfe")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-program-at-all"], "cannot start no-such-program-at-all: No such file"),
        (["git", "a\0b"], "cannot start git: embedded null byte"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "was not done after 0.2 s"),
        (["true"], "ended with 0"),
    ],
)
def test_a_program_that_fails_is_an_answer(words: list[str], said: str) -> None:
    assert said in run_tool(words, timeout_s=0.2 if "sleep" in words[-1] else 60).said


def test_what_git_says_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git(tmp_path, "rev-parse", "HEAD") is None
    assert "not a git repository" in asked(tmp_path, "rev-parse", "HEAD").said
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (
        asked(tmp_path, "rev-parse", "HEAD").said == "cannot start git: No such file or directory"
    )
