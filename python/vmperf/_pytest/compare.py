"""What the pytest plugin does with --vmperf-baseline: paired comparisons after the tests.

Each case that a test has measured is compared anew, in fresh process pairs, with the same case of
the baseline. The samples of the tests themselves are not used: two runs one after the other cannot
tell a slower program from a slower minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .. import _core
from .._core import VmperfError
from .._files.fraction import parse_fraction

if TYPE_CHECKING:
    from .._compare.result import Comparison

__all__ = ["check_options", "compare_measured", "remember", "summarize"]

_MEASURED = pytest.StashKey[dict[tuple[Any, ...], tuple[str, dict[str, Any]]]]()
_FOUND: pytest.StashKey[Comparison | str] = pytest.StashKey()


def check_options(config: pytest.Config) -> None:
    """Refuse options that make no sense, before any test runs."""
    from .._compare.arms import resolve

    share = config.getoption("vmperf_compare_fail")
    baseline = config.getoption("vmperf_baseline")
    if baseline is None:
        raise pytest.UsageError("--vmperf-compare-fail needs --vmperf-baseline")
    try:
        if share is not None:
            parse_fraction(share, "--vmperf-compare-fail")
        kind = resolve(baseline, repository=config.rootpath).kind
    except VmperfError as error:
        raise pytest.UsageError(f"--vmperf-baseline: {error}") from None
    if kind not in ("path", "rev", "baseline"):
        raise pytest.UsageError(
            f"--vmperf-baseline is {baseline!r}, a {kind}; allowed: an environment, wheel, native "
            "module, source tree, revision or baseline:NAME"
        )


def remember(config: pytest.Config, id: str, params: dict[str, Any]) -> None:
    """Note a case that a test has measured; twice the same is once."""
    key = (id, *sorted((axis, str(value)) for axis, value in params.items()))
    config.stash.setdefault(_MEASURED, {})[key] = (id, params)


def compare_measured(session: pytest.Session) -> None:
    """Compare what was measured; the session fails if something regressed."""
    config = session.config
    points = [*config.stash.get(_MEASURED, {}).values()]
    share = config.getoption("vmperf_compare_fail")
    if not points:
        config.stash[_FOUND] = "nothing was measured, so nothing was compared" + _why(config)
        if share is not None:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return
    from .._compare.points import compare_points

    try:
        found = compare_points(
            config.getoption("vmperf_baseline"),
            f"path:{_core.__file__}",
            points,
            tolerance=0.0 if share is None else parse_fraction(share, "--vmperf-compare-fail"),
            pairs=config.getoption("vmperf_compare_pairs"),
            repository=config.rootpath,
        )
    except VmperfError as error:
        config.stash[_FOUND] = f"not compared: {error}"
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return
    config.stash[_FOUND] = found
    if share is not None and found.failure:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _why(config: pytest.Config) -> str:
    """Return what keeps all tests from measuring, where an option does."""
    if config.pluginmanager.hasplugin("dsession"):
        return ": under xdist figures are not judged; run without -n"
    for option in ("benchmark_skip", "benchmark_disable"):
        if config.getoption(option, False):
            return f": --{option.replace('_', '-')} was given"
    return ""


def summarize(config: pytest.Config, reporter: pytest.TerminalReporter) -> None:
    """Write what was found below the tests."""
    found = config.stash.get(_FOUND, None)
    if found is None:
        return
    baseline, share = (config.getoption(f"vmperf_{name}") for name in ("baseline", "compare_fail"))
    reporter.write_sep("-", f"vmperf: this build against {baseline}")
    if isinstance(found, str):
        reporter.write_line(found)
        return
    for row in found.rows():
        reporter.write_line(_line(row), red=row["verdict"] == "regressed")
    reporter.write_line(
        f"{len(found)} comparisons corrected together, alpha {found.settings.alpha:g} one-sided, "
        f"{found.settings.pairs} process pairs each; + = this build is slower; {found.layout_note}"
    )
    if share is not None and found.failure:
        slower = f"{len(found.regressed)} slower than {baseline} by more than {share}"
        said = slower if found.regressed else found.failure
        reporter.write_line(f"FAILED: {said}", red=True)


def _line(row: dict[str, Any]) -> str:
    values = "-".join(str(value) for value in row["params"].values())
    name = f"{row['id']}[{values}]"
    if row["verdict"] is None:
        return f"{name}: {row['status']}: {row['reason']}"
    effect, low, high = (f"{100 * row[key]:+.2f} %" for key in ("effect", "low", "high"))
    return f"{name}: {row['verdict']}, {effect} ({low} to {high})"
