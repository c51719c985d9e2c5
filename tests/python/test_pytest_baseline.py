"""The pytest plugin's own comparison: against another build, in process pairs, after the run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vmperf import _core

pytest.importorskip("pytest_benchmark")
pytest_plugins = ["pytester"]

Suite = Callable[..., pytest.RunResult]
QUICK = "--vmperf-compare-pairs=8"
FAIL = "--vmperf-compare-fail=99%"  # no neighbour makes one side of all pairs so slow
TEST = """
import pytest

@pytest.mark.vmperf("bench/selftest/one_cycle")
def test_it(vmperf_benchmark):
    vmperf_benchmark()
"""


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """Another build: a copy of this one."""
    return Path(shutil.copy(str(_core.__file__), tmp_path / "_core.so"))


def test_the_same_build_passes_and_is_listed(suite: Suite, baseline: Path) -> None:
    done = suite(TEST, f"--vmperf-baseline={baseline}", FAIL, QUICK)
    assert done.ret == 0
    done.stdout.fnmatch_lines(
        [
            f"*vmperf: this build against {baseline}*",
            "bench/selftest/one_cycle?kernel?: *, * % (* % to * %)",
            "1 comparisons corrected together, alpha 0.01 one-sided, 8 process pairs each;*",
        ]
    )
    done.stdout.no_fnmatch_line("*FAILED*")


def test_without_a_limit_it_only_tells(suite: Suite, baseline: Path) -> None:
    done = suite(TEST, f"--vmperf-baseline={baseline}", QUICK)
    assert done.ret == 0
    done.stdout.fnmatch_lines(["bench/selftest/one_cycle?kernel?: *"])


def test_what_the_baseline_does_not_have_is_said(
    suite: Suite, baseline: Path, hurdles: str
) -> None:
    own = TEST.replace("test_it", "test_own")
    own = own.replace('"bench/selftest/one_cycle"', f'"{hurdles}", design="fine", lane=1')
    done = suite(TEST + own, f"--vmperf-baseline={baseline}", FAIL, QUICK)
    assert done.ret == 0
    done.stdout.fnmatch_lines([f"{hurdles}?*fine*: one_sided: *"])


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--benchmark-disable", ": --benchmark-disable was given"),
        ("--benchmark-skip", ": --benchmark-skip was given"),
        ("-n1", ": under xdist figures are not judged; run without -n"),
    ],
)
def test_nothing_measured_is_never_green(
    suite: Suite, baseline: Path, option: str, why: str
) -> None:
    if option.startswith("-n"):
        pytest.importorskip("xdist")
    options = (f"--vmperf-baseline={baseline}", option)
    done = suite(TEST, *options, "--vmperf-compare-fail=1%")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines([f"nothing was measured, so nothing was compared{why}"])
    assert suite(TEST, *options).ret == 0


def test_too_few_pairs_are_not_green(suite: Suite, baseline: Path) -> None:
    few = "--vmperf-compare-pairs=3"
    done = suite(TEST, f"--vmperf-baseline={baseline}", FAIL, few)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["FAILED: too few pairs to tell: 4 more are needed"])


def test_a_baseline_that_dies_fails_the_session(suite: Suite, tmp_path: Path) -> None:
    broken = tmp_path / "_core.so"
    broken.write_bytes(Path(str(_core.__file__)).read_bytes()[:5000] + b"PyInit__core\0")
    done = suite(TEST, f"--vmperf-baseline={broken}", "--vmperf-compare-fail=1%", QUICK)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["not compared: *"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vmperf-compare-fail=1%"], "--vmperf-compare-fail needs --vmperf-baseline"),
        (["--vmperf-baseline=no-such-thing"], "--vmperf-baseline: arm is 'no-such-thing'*"),
        (["--vmperf-baseline=libc"], "--vmperf-baseline is 'libc', a design; allowed: *"),
        (
            ["--vmperf-baseline=.", "--vmperf-compare-fail=one"],
            "*--vmperf-compare-fail is 'one'; allowed: *",
        ),
        (["--vmperf-baseline=.", "--vmperf-compare-fail=5"], "*5% for 5 percent*"),
    ],
)
def test_options_that_make_no_sense(
    pytester: pytest.Pytester, options: list[str], said: str
) -> None:
    pytester.makepyfile(TEST)
    done = pytester.runpytest_subprocess(*options)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*{said}"])


def test_without_options_nothing_is_loaded(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n\ndef test_it():\n    assert 'vmperf._pytest.compare' not in sys.modules\n"
    )
    assert pytester.runpytest_subprocess("-q").ret == 0
