"""What files a tree has, without build products: from git where there is a repository."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

SKIPPED = {"build", "dist", "__pycache__"}
CPP_SUFFIXES = {".hpp", ".cpp", ".inl", ".h"}


@lru_cache(maxsize=8)
def files(root: Path) -> tuple[Path, ...]:
    """All files of the tree that git would keep, sorted; relative to root."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode == 0:
            names = {Path(name) for name in done.stdout.decode().split("\0") if name}
            return tuple(sorted(name for name in names if (root / name).is_file()))
    return tuple(sorted(path.relative_to(root) for path in root.rglob("*") if _ours(path, root)))


def _ours(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    hidden = len(parts) > 1 and parts[0].startswith(".") and parts[0] != ".ci"
    return path.is_file() and not hidden and SKIPPED.isdisjoint(parts)


def cpp_files(root: Path) -> list[Path]:
    """The C++ files below cpp/, relative to root."""
    return [f for f in files(root) if f.parts[0] == "cpp" and f.suffix in CPP_SUFFIXES]


@lru_cache(maxsize=2048)
def _read(path: Path, _stamp: int) -> str:
    return path.read_text(encoding="utf-8")


def read(path: Path) -> str:
    """The text of a file, read once for all rules."""
    return _read(path, path.stat().st_mtime_ns)
