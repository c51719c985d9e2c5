"""pytest plugin: benchmarks of the native registry as tests, timed natively, for pytest-benchmark.

Loaded at every start of pytest where vmperf is installed, so it imports nothing of the package
until a test uses the marker; what it does then stands in `native`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from .native import NativeBenchmark

FIXTURE = "vmperf_benchmark"
MARKER = "vmperf"
_SESSION = "pytest-benchmark"  # what it registers itself as, however it was loaded

_MISSING = (
    "the marker vmperf and the fixture vmperf_benchmark need pytest-benchmark, which is not "
    "loaded: pip install 'vmperf[test]', and no -p no:benchmark"
)


def _is_ours(item: pytest.Item) -> bool:
    return FIXTURE in getattr(item, "fixturenames", ())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --vmperf-load and its ini twin: libraries of own benchmarks."""
    words = "own benchmarks and designs: a shared library, as vmperf.load takes it"
    parser.getgroup("vmperf").addoption(
        "--vmperf-load", action="append", default=[], metavar="LIB", help=words
    )
    parser.getgroup("vmperf").addoption(
        "--vmperf-baseline",
        metavar="ARM",
        help="compare what marked tests measure with this environment, wheel, native module, "
        "source tree or revision, in process pairs after the run",
    )
    parser.getgroup("vmperf").addoption(
        "--vmperf-compare-fail",
        metavar="SHARE",
        help="fail if anything is slower than the baseline by more than this: 1%% or 0.01",
    )
    parser.getgroup("vmperf").addoption(
        "--vmperf-compare-pairs", type=int, metavar="N", help="process pairs of each comparison"
    )
    parser.addini("vmperf_load", f"{words}, relative to this file", type="paths", default=[])


def _compares(config: pytest.Config) -> bool:
    given = ("vmperf_baseline", "vmperf_compare_fail")
    return any(config.getoption(name) is not None for name in given) and not hasattr(
        config, "workerinput"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, for --strict-markers and --markers."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(*patterns, design=None, profile='quick', budget_s=None, seed=0, timeout_s=60, "
        "**axes): one test for each design and point of the axes of the benchmarks whose id "
        f"matches, measured natively by the fixture {FIXTURE}",
    )
    if _compares(config):
        from .compare import check_options

        check_options(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a marked test its cases; nothing is measured."""
    marked = metafunc.definition.get_closest_marker(MARKER) is not None
    if marked or FIXTURE in metafunc.fixturenames:
        from .native import parametrize

        parametrize(metafunc)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Make the native clock the timer of a marked test."""
    if _is_ours(item) and item.config.pluginmanager.hasplugin(_SESSION):
        from .native import install_clock

        install_clock(item)


@pytest.hookimpl(trylast=True)  # after deselection
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say once, for the whole run, that pytest-benchmark is missing."""
    if not config.pluginmanager.hasplugin(_SESSION) and any(map(_is_ours, items)):
        raise pytest.UsageError(_MISSING)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Compare with the baseline what the tests have measured."""
    ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if ended and _compares(session.config):
        from .compare import compare_measured

        compare_measured(session)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the comparison."""
    if _compares(config):
        from .compare import summarize

        summarize(config, terminalreporter)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a test that has not called its fixture: it has measured nothing."""
    result = yield
    measure = cast("NativeBenchmark | None", pyfuncitem.funcargs.get(FIXTURE))
    if measure is not None:
        measure.check_called()
    return result


@pytest.fixture
def vmperf_benchmark(
    request: pytest.FixtureRequest,
    benchmark: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> NativeBenchmark:
    """Measure the test's case natively: call it once in the body; it returns the `Results`.

    The samples, seconds per op, are rounds of pytest-benchmark. A refusal fails the test, a design
    that is not installed skips it. With ``--benchmark-disable`` the work is run and verified.
    """
    from .native import NativeBenchmark

    if not hasattr(request, "param"):  # asked for by request.getfixturevalue()
        pytest.fail(
            f"{FIXTURE} must be an argument of a test with the marker {MARKER}, which gives it its "
            "case; getfixturevalue() comes too late",
            pytrace=False,
        )
    return NativeBenchmark(request, benchmark, tmp_path_factory)
