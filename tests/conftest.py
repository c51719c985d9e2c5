"""Fixtures shared by all tests: C++ programs compiled against the headers, seeds, Hypothesis.

Plain pytest leaves perf tests out and says at its end where the minutes went (`house.gate`).
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import hypothesis
import pytest

from house import minutes, programs
from house.gate import Gate
from house.locked import locked

ROOT = Path(__file__).resolve().parent.parent
CPP = {".hpp", ".cpp", ".inl"}
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")

hypothesis.settings.register_profile(
    "ci", derandomize=True, deadline=None, print_blob=True, database=None
)
hypothesis.settings.register_profile("dev", deadline=None, print_blob=True)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
)


def _seed() -> int:
    """Take the seed of this test run from VMPERF_TEST_SEED, else draw one."""
    return int(os.environ.get("VMPERF_TEST_SEED") or random.SystemRandom().randrange(2**32))


_SEED_KEY = pytest.StashKey[int]()
_GATE = pytest.StashKey[Gate]()


def pytest_addoption(parser: pytest.Parser) -> None:
    said = "put the table of minutes by folder into tests/README.md: after a run of all tests"
    parser.addoption("--write-minutes", action="store_true", help=said)


def pytest_configure(config: pytest.Config) -> None:
    # A pytest that a test starts is not one of xdist's workers, which pytest-benchmark asks.
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        os.environ.pop(name, None)
    # A shell's background job ignores the interrupt, and so would all programs that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[_SEED_KEY] = _seed()
    config.stash[_GATE] = Gate(config)
    config.pluginmanager.register(config.stash[_GATE], "vmperf-gate")


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.getoption("--write-minutes") and not hasattr(config, "workerinput"):
        minutes.write(ROOT / "tests" / "README.md", config.stash[_GATE].minutes())


def pytest_report_header(config: pytest.Config) -> str:
    seed = config.stash[_SEED_KEY]
    return f"vmperf seed: {seed} (repeat with VMPERF_TEST_SEED={seed})"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave perf out; run what is slow last, so that a plain mistake shows at once.

    Workers of xdist begin with it: what is quick then fills the time of the one that ends first.
    """
    config.stash[_GATE].choose(items)
    last = not hasattr(config, "workerinput")
    items.sort(key=lambda item: (item.get_closest_marker("slow") is not None) == last)


def _own_environment() -> dict[str, str]:
    # A preloaded sanitizer is for the interpreter: an ordinary program would trip over it.
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of this run, printed in the header."""
    return pytestconfig.stash[_SEED_KEY]


@pytest.fixture
def rng(seed: int, request: pytest.FixtureRequest) -> random.Random:
    """A generator seeded by the run's seed and the test's own name."""
    return random.Random(f"{seed}:{request.node.nodeid}")


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The top of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def cxx() -> str:
    """The C++ compiler: $CXX, else g++, c++ or clang++."""
    for name in (os.environ.get("CXX"), "g++", "c++", "clang++"):
        if name and (found := shutil.which(name)):
            return found
    pytest.fail("no C++ compiler: set CXX or install g++")


@pytest.fixture(scope="session")
def include_flags(repo_root: Path) -> list[str]:
    """The include path of a client that sees every component's public headers."""
    return [f"-I{d}" for d in sorted(repo_root.glob("cpp/*/include"))]


@pytest.fixture(scope="session")
def _cpp_digest(repo_root: Path) -> bytes:
    """Changes whenever any C++ file of the tree does."""
    total = hashlib.sha256()
    found = [f for d in ("cpp", "tests") for f in (repo_root / d).rglob("*") if f.suffix in CPP]
    for path in sorted(found):
        total.update(str(path.relative_to(repo_root)).encode() + path.read_bytes())
    return total.digest()


@pytest.fixture(scope="session")
def compile_cpp(
    repo_root: Path, cxx: str, include_flags: list[str], _cpp_digest: bytes
) -> Callable[..., Path]:
    """Compile a C++ program against cpp/*/include; the same content is compiled once.

    ``compile_cpp(source, *flags, std="c++20")`` takes the program's text, or the path of its file,
    and any compiler flags: more sources, ``-O0``, ``-fsanitize=address,undefined``, libraries.
    ``cxx`` is another compiler; ``depends`` are files outside cpp/ whose change compiles it anew.
    It returns the executable, with -O2 and all our warnings as errors. A failure to compile raises
    ``subprocess.CalledProcessError`` with the compiler's words in ``stderr``.
    """
    cache = repo_root / "build" / "test-programs"

    ours = cxx

    def compile_(
        source: str | Path,
        *flags: str | Path,
        std: str = "c++20",
        cxx: str = ours,
        depends: Sequence[Path] = (),
    ) -> Path:
        text = source.read_text() if isinstance(source, Path) else source
        local = [f"-I{source.parent}"] if isinstance(source, Path) else []
        before = [cxx, "-O2", f"-std={std}", "-g1", *WARNINGS, *include_flags, *local]
        after = [str(flag) for flag in flags]
        key = hashlib.sha256(_cpp_digest + "\0".join([text, *before, *after]).encode())
        for file in depends:
            key.update(file.read_bytes())
        program = cache / key.hexdigest()[:24]
        if program.exists():
            return program
        with locked(program.with_suffix(".lock")):
            if not program.exists():
                file = programs.source_file(cache / "sources", text)
                programs.build(program, file, command=before, more=after)
        return program

    return compile_


@pytest.fixture(scope="session")
def run_binary() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program, with its output as text; a status other than 0 fails the test by default."""

    def run(
        program: Path | str, *args: str, check: bool = True, timeout: float = 60, **env: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(program), *args],
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**_own_environment(), **env},
        )
        if check and done.returncode != 0:
            pytest.fail(f"{program} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    return run
