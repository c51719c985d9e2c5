"""The module built with ASan and UBSan, under the tests of the native components."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from house import native_build, table

pytestmark = pytest.mark.slow

FLAGS = "address,undefined"
# Every component of the table: native code, without what starts workers or measures speed.
SUBJECTS = [name for name in table.read(Path(__file__).parents[2]) if name != table.LEAF]
MARKERS = "not slow and not perf and not peers and not browser and not isa"

# An editable install's finder would serve the ordinary module; this removes it in every process.
SITE = """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if "ScikitBuild" not in type(f).__name__]
"""


def _runtime(cxx: str, library: str) -> str:
    found = subprocess.run(
        [cxx, f"-print-file-name={library}"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not Path(found).is_absolute():
        pytest.skip(f"the compiler has no {library}")
    return found


@pytest.fixture(scope="module")
def sanitized(repo_root: Path, cxx: str) -> Path:
    """A folder whose package vmperf has the sanitized module."""
    _runtime(cxx, "libasan.so")
    build = native_build.configure(
        repo_root, "asan", f"-DVMPERF_SANITIZE={FLAGS}", "-DVMPERF_PYTHON=ON", "-DVMPERF_CHECKS=ON"
    )
    native_build.ninja(build)
    home = build / "site"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(repo_root / "python" / "vmperf", home / "vmperf")
    (module,) = build.rglob("_core.*.so")
    shutil.copy(module, home / "vmperf")
    (home / "sitecustomize.py").write_text(SITE)
    return home


def _environment(home: Path, cxx: str) -> dict[str, str]:
    preload = " ".join(_runtime(cxx, name) for name in ("libasan.so", "libubsan.so"))
    return {
        **os.environ,
        "PYTHONPATH": str(home),
        "LD_PRELOAD": preload,
        "PYTHONMALLOC": "malloc",
        # The interpreter leaks by design; a failed allocation is an error that tests provoke.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    }


def _python(home: Path, cxx: str, *args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        cwd=cwd,
        env=_environment(home, cxx),
        capture_output=True,
        text=True,
        check=False,
    )


def test_sanitized_module_is_the_one_in_use(sanitized: Path, cxx: str, tmp_path: Path) -> None:
    done = _python(sanitized, cxx, "-c", "import vmperf; print(vmperf.__file__)", cwd=tmp_path)
    assert done.stdout.strip() == str(sanitized / "vmperf" / "__init__.py"), done.stderr


@pytest.mark.parametrize("subject", SUBJECTS)
def test_component(subject: str, sanitized: Path, cxx: str, repo_root: Path) -> None:
    folder = repo_root / "tests" / subject
    args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", MARKERS, str(folder)]
    done = _python(sanitized, cxx, *args, cwd=repo_root)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    assert "passed" in done.stdout


@pytest.mark.parametrize(
    ("flag", "body", "said"),
    [
        (
            "address",
            # volatile: an optimiser may delete a store that nothing reads, and the mistake with it
            "volatile int *p = new int[2]; p[argc + 1] = 1; delete[] p;",
            "heap-buffer-overflow",
        ),
        ("undefined", "int x = 2147483647; x += argc; return x == 0;", "signed integer overflow"),
    ],
)
def test_sanitizer_finds_a_planted_mistake(
    flag: str, body: str, said: str, cxx: str, tmp_path: Path
) -> None:
    (tmp_path / "a.cpp").write_text(f"int main(int argc, char **) {{ {body} }}\n")
    command = [cxx, f"-fsanitize={flag}", "-fno-sanitize-recover", "-O1", "a.cpp", "-o", "a"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run([tmp_path / "a"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert said in done.stderr
