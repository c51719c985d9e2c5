"""The top level holds exactly the listed entries."""

from __future__ import annotations

from pathlib import Path

from house import expect_none, text


def _tree(root: Path) -> Path:
    for name in text.TOP_LEVEL | text.DOT_FILES:
        folder = name in ("cpp", "python", "tests", "notebooks", "benchmarks", ".ci")
        file = root / name / "f" if folder else root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    return root


def test_top_level(repo_root: Path) -> None:
    expect_none(text.top_level(repo_root))


def test_clean_tree_passes(tmp_path: Path) -> None:
    assert text.top_level(_tree(tmp_path)) == []


def test_planted_entries_are_found(tmp_path: Path) -> None:
    root = _tree(tmp_path)
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("")
    (root / "LICENSE").unlink()
    assert text.top_level(root) == [
        "docs: not an entry of the top level",
        "LICENSE: missing from the top level",
    ]
