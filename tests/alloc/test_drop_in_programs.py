"""Programs of others under libvmperf_alloc.so do what they do without it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from house import malloc
from vmperf._alloc.preload import environment

ARRAYS = """
import numpy as np
rng = np.random.default_rng(7)
total = 0.0
for n in (10, 1000, 100_000):
    rows = rng.random((n, 8))
    ordered = np.sort(rows, axis=0)
    total += float((ordered.T @ rows).sum()) + len(np.unique((rows * 50).astype(np.int64)))
    words = np.array([str(x) for x in rows[:200, 0]])
    total += float(np.char.str_len(words).sum())
print(repr(total))
"""
POOL = """
import json, re
from concurrent.futures import ThreadPoolExecutor
def work(k):
    data = [{"name": f"n{i}", "values": list(range(i % 50))} for i in range(k, k + 300)]
    text = json.dumps(data)
    return sum(len(x) for x in re.findall(r"n[0-9]+", text)) + len(json.loads(text))
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(work, range(40))))
"""
FORKS = """
import multiprocessing as mp
def work(k):
    return sum(len(str(x)) for x in range(k * 100))
if __name__ == "__main__":
    with mp.get_context("fork").Pool(3) as pool:
        print(pool.map(work, range(20)))
"""

pytestmark = malloc.needs_the_systems


def _interruptible() -> None:
    """What a shell starts in the background ignores Ctrl-C; programs that test it want it back."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def both(
    command: list[str], given: str = "", folder: Path | None = None, **env: str
) -> tuple[str, str]:
    """Return what a command prints without the drop-in and with it; it must end well."""
    found = []
    for environ in (dict(os.environ), environment()):
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=240, cwd=folder,
            env=environ | env, check=False, preexec_fn=_interruptible,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.append(done.stdout)
    return found[0], found[1]


@pytest.mark.differential
@pytest.mark.parametrize("flags", [[], ["-X", "dev"]], ids=["plain", "dev"])
@pytest.mark.parametrize("code", [ARRAYS, POOL, FORKS], ids=["numpy", "threads", "forks"])
def test_python(code: str, flags: list[str]) -> None:
    plain, ours = both([sys.executable, *flags, "-c", code], PYTHONHASHSEED="1")
    assert ours == plain != ""


@pytest.mark.differential
def test_python_with_the_systems_malloc_for_small_objects() -> None:
    plain, ours = both(
        [sys.executable, "-c", POOL], PYTHONMALLOC="malloc", VMPERF_ALLOC_CHECKED="1"
    )
    assert ours == plain != ""


def settled(said: str) -> str:
    """The output without times, the load of the machine and the seed of the order."""
    slow = r"^.*\btest_\w+ (passed )?in .*\n"  # a line of its own from 30 s on
    changing = r"[\d.:]+ (sec|ms|min)\b|load avg: [\d.]+|\d:\d\d:\d\d|random seed: \d+"
    return re.sub(changing, "", re.sub(slow, "", said, flags=re.MULTILINE))


@pytest.mark.slow
@pytest.mark.differential
@pytest.mark.parametrize("module", ["test_json", "test_re", "test_threading"])
def test_modules_of_the_interpreter(module: str, tmp_path: Path) -> None:
    pytest.importorskip("test.test_json")
    command = [sys.executable, "-m", "test", module]
    for left in (2, 1, 0):  # test_threading looks at clocks: a busy machine may make it lose
        try:
            plain, ours = both(command, folder=tmp_path)
            assert "SUCCESS" in ours
            assert settled(ours) == settled(plain)
        except AssertionError:
            if left == 0:
                raise
        else:
            break


@pytest.mark.differential
@pytest.mark.parametrize("tool", ["sort", "git", "g++"])
def test_tools(tool: str, repo_root: Path, tmp_path: Path) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"not installed: {tool}")
    if tool == "sort":
        given = "".join(f"{k * 7919 % 100_003} {k}\n" for k in range(60_000))
        plain, ours = both(["sort", "-n", "--parallel=4"], given)
    elif tool == "git":
        if not (repo_root / ".git").exists():
            pytest.skip("not in a repository")
        plain, ours = both(["git", "-C", str(repo_root), "log", "--stat", "-30"])
    else:
        source = repo_root / "cpp" / "alloc" / "programs" / "main.cpp"
        include = f"-I{repo_root / 'cpp' / 'base' / 'include'}"
        plain, ours = both(["g++", "-std=c++20", "-O1", include, "-S", "-o", "-", str(source)])
    assert ours == plain != ""
