"""No file grows past the limits of budget.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from house import expect_none, text

CONFIG = """
max_lines = 4
max_columns = 20
suffixes = [".py"]
generated = ["gen"]
[max_lines_of]
"*/bind*.py" = 2
"""


def test_files_are_within_budget(repo_root: Path) -> None:
    expect_none(text.budget(repo_root, repo_root / "tests" / "architecture" / "budget.toml"))


@pytest.mark.parametrize(
    ("file", "body", "exempt", "said"),
    [
        ("a.py", "x\n" * 4 + "x", "[lines]\n[columns]", "a.py: 5 lines"),
        ("a.py", "x" * 21, "[lines]\n[columns]", "a.py:1: over 20 columns"),
        ("a.py", "x", '[lines]\n"a.py" = "it is long"\n[columns]', "no longer needed"),
        ("a.py", "x\n" * 5, '[lines]\n"a.py" = "long"\n[columns]', "give the reason"),
        ("a.py", "x\n" * 5, '[lines]\n"a.py" = "an opcode table"\n[columns]', None),
        ("x/bind_a.py", "x\n" * 3, "[lines]\n[columns]", "x/bind_a.py: 3 lines; at most 2"),
        ("x/bound.py", "x\n" * 3, "[lines]\n[columns]", None),
        ("gen/a.py", "x\n" * 5, "[lines]\n[columns]", None),
        ("a.md", "x\n" * 5, "[lines]\n[columns]", None),
    ],
)
def test_planted_file(tmp_path: Path, file: str, body: str, exempt: str, said: str | None) -> None:
    root = tmp_path / "tree"
    (root / file).parent.mkdir(parents=True)
    (root / file).write_text(body)
    config = tmp_path / "budget.toml"
    config.write_text(CONFIG + exempt)
    found = text.budget(root, config)
    assert found == [] if said is None else any(said in line for line in found), found
