"""A wheel built from a copy of the tree, and a fresh environment that holds it alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from house import tree

Run = Callable[..., subprocess.CompletedProcess[str]]
Fenced = Callable[[str, str], list[str]]


@pytest.fixture(scope="session")
def fenced() -> Fenced:
    """The fenced blocks of a language in a text of Markdown."""

    def blocks(text: str, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    return blocks


def _environment() -> dict[str, str]:
    """Without this interpreter's environment: no CMake or Ninja of ours on the path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.fixture(scope="session")
def run_clean() -> Run:
    """Run a command outside this interpreter's environment; its failure is the test's."""

    def run(*command: str | Path, check: bool = True, **options: object) -> object:
        words = [str(word) for word in command]
        env = {**_environment(), **options.pop("env", {})}  # type: ignore[dict-item]
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, env=env, **options
        )  # type: ignore[call-overload]
        if check and done.returncode != 0:
            text = f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
            pytest.fail(f"{' '.join(words)} ended with {done.returncode}\n{text}")
        return done

    return run  # type: ignore[return-value]


@pytest.fixture(scope="session")
def copy_tree(repo_root: Path) -> Callable[[Path], Path]:
    """Copy what git keeps of this tree into a folder."""

    def copy(into: Path) -> Path:
        for file in tree.files(repo_root):
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repo_root / file, into / file)
        return into

    return copy


@pytest.fixture(scope="session")
def make_venv(run_clean: Run) -> Callable[[Path], Path]:
    """Make an empty virtual environment; returns its interpreter."""

    def make(folder: Path) -> Path:
        base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
        run_clean(base, "-m", "venv", folder)
        return folder / "bin" / "python"

    return make


@pytest.fixture(scope="session")
def fresh_python(
    tmp_path_factory: pytest.TempPathFactory,
    make_venv: Callable[[Path], Path],
    wheel: Path,
    run_clean: Run,
) -> Path:
    """The interpreter of an environment with the wheel and its core dependencies alone."""
    python = make_venv(tmp_path_factory.mktemp("fresh") / "venv")
    run_clean(python, "-m", "pip", "install", "-q", wheel)
    return python


@pytest.fixture(scope="session")
def wheel(
    tmp_path_factory: pytest.TempPathFactory,
    copy_tree: Callable[[Path], Path],
    make_venv: Callable[[Path], Path],
    run_clean: Run,
) -> Path:
    """Build the wheel as `pip install .` does: isolated, from an empty environment."""
    home = tmp_path_factory.mktemp("wheel")
    python = make_venv(home / "venv")
    source = copy_tree(home / "source")
    run_clean(python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", home / "out", source)
    (built,) = (home / "out").glob("*.whl")
    return built
