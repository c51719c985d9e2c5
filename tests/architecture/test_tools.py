"""The linters say nothing: the same tools as in .pre-commit-config.yaml."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from house import expect_none, native_build, tidy_cache, tree

# Each tool with the arguments that make it check files without changing them.
PYTHON_TOOLS = {
    "ruff check": [sys.executable, "-m", "ruff", "check", "--no-cache"],
    "ruff format": [sys.executable, "-m", "ruff", "format", "--no-cache", "--check"],
    "codespell": [sys.executable, "-m", "codespell_lib"],
}
PLANTED = {
    "ruff check": ("a.py", "import os\n"),
    "ruff format": ("a.py", "x = [1,2]\n"),
    "codespell": ("a.md", "rec" + "ieve\n"),
    "clang-format": ("a.cpp", "int  x;\n"),
    "mypy": ("a.py", "def f(x):\n    return x\n"),
}
IN_TREE = ["python", "tests", "benchmarks", "notebooks", "cpp"]


def _run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def _mypy(root: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    config = ["--config-file", str(root / "pyproject.toml")]
    return _run([sys.executable, "-m", "mypy", "--strict", *config, *targets], root)


def _clang_format(root: Path, *files: str) -> subprocess.CompletedProcess[str]:
    return _run([native_build.tool("clang-format"), "--dry-run", "--Werror", *files], root)


@pytest.mark.parametrize("name", PYTHON_TOOLS)
def test_python_tool(name: str, repo_root: Path) -> None:
    where = [d for d in IN_TREE if (repo_root / d).exists()]
    if name == "codespell":
        where.append("README.md")
    done = _run([*PYTHON_TOOLS[name], *where], repo_root)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PLANTED)
def test_planted_mistake_is_found(name: str, repo_root: Path, tmp_path: Path) -> None:
    file, text = PLANTED[name]
    (tmp_path / file).write_text(text)
    for config in ("pyproject.toml", ".clang-format"):
        shutil.copy(repo_root / config, tmp_path)
    if name == "clang-format":
        done = _clang_format(tmp_path, file)
    elif name == "mypy":
        done = _mypy(tmp_path, file)
    else:
        done = _run([*PYTHON_TOOLS[name], file], tmp_path)
    assert done.returncode != 0


def test_mypy_strict(repo_root: Path) -> None:
    done = _mypy(repo_root, "python/vmperf", "cpp/cmake")
    assert done.returncode == 0, done.stdout + done.stderr


def test_clang_format(repo_root: Path) -> None:
    files = [str(file) for file in tree.files(repo_root) if file.suffix in (".hpp", ".cpp", ".inl")]
    done = _clang_format(repo_root, *files)
    assert done.returncode == 0, done.stderr


def test_clang_format_leaves_drawings_alone(repo_root: Path, tmp_path: Path) -> None:
    """Not even one that is too wide, which the budget of columns finds: its words stay in place."""
    wide = "//   | address |" + 10 * " -> slot |" + "     anything else |\n"
    drawing = f"// What follows.\n//\n{wide}//   ^ first\nint x;\n"
    (tmp_path / "a.cpp").write_text(drawing)
    shutil.copy(repo_root / ".clang-format", tmp_path)
    assert len(wide) > 100
    assert _clang_format(tmp_path, "a.cpp").returncode == 0
    (tmp_path / "a.cpp").write_text(drawing.replace("int x;", "int  x;"))
    assert _clang_format(tmp_path, "a.cpp").returncode != 0


def _tidy(root: Path, build: Path, file: Path) -> str:
    command = [native_build.tool("clang-tidy"), "--quiet", f"--config-file={root / '.clang-tidy'}"]
    done = _run([*command, "-p", str(build), str(file)], root)
    return done.stdout + done.stderr if done.returncode else ""


# Flags of the build that clang refuses rather than ignores.
GCC_ALONE = (
    "-fno-tree-loop-distribute-patterns",
    "-Wno-maybe-uninitialized",
    *(f"-ffixed-xmm{number}" for number in range(16)),
)


@pytest.mark.slow
def test_clang_tidy(repo_root: Path, cxx: str) -> None:
    # clang does not read GCC's precompiled headers; without them, each file must include its own.
    options = ("-DVMPERF_PYTHON=ON", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON")
    build = native_build.configure(repo_root, "tidy", *options)
    native_build.drop_flags(build, GCC_ALONE)
    files = native_build.compiled_files(build)
    keys = tidy_cache.Keys(repo_root, build, tidy_cache.versions(cxx))
    marks = tidy_cache.unseen(keys, files, tidy_cache.folder())

    def check(file: Path) -> str:
        said = _tidy(repo_root, build, file)
        if not said:
            tidy_cache.keep(marks[file])
        return said

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(check, marks))
    expect_none([text for text in found if text])
    assert len(files) > 10


@pytest.mark.slow
def test_clang_tidy_finds_a_planted_mistake(repo_root: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.cpp"
    file.write_text("int f(int x) { if (x = 1) { return 1; } return 0; }\n")
    (tmp_path / "compile_commands.json").write_text(
        f'[{{"directory": "{tmp_path}", "command": "c++ -c a.cpp", "file": "a.cpp"}}]'
    )
    assert "bugprone-assignment-in-if-condition" in _tidy(repo_root, tmp_path, file)
