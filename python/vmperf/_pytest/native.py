"""How the pytest plugin measures, and hands native samples over to pytest-benchmark.

The samples reach it through its public API alone: the timer of ``benchmark.pedantic`` is a clock
that stands at 0 before each round and that the round itself moves on by one sample, seconds per
op. What it reads as the round's duration is then that sample, to the last bit. It gives the rest:
table, JSON, save, compare, histogram, disable, skip, only.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from .._catalog.own_code import load
from .._core import InvalidArgumentError, VmperfError
from .._plan.plan import Plan, make_plan
from .._results.pytest_json import extra_info
from .._run.run import carry_out
from .compare import remember

if TYPE_CHECKING:
    from .._results.results import Results

__all__ = ["NativeBenchmark", "NativeClock", "install_clock", "parametrize"]

FIXTURE = "vmperf_benchmark"
MARKER = "vmperf"
_SETTINGS = ("profile", "budget_s", "seed")
_ABSENT = ("not_installed", "unsupported")
_BROKEN = ("unverified", "crashed", "timed_out")
# With --benchmark-disable the work is run and verified; its figures are neither shown nor judged.
_VERIFY_ONLY = {
    "warm_up_ns": 0,
    "measurement_ns": 1_000_000,
    "n_samples": 2,
    "n_placements": 1,
    "sampling": "flat",
    "processes": 1,
}


class Benchmark(Protocol):
    """What is used of pytest-benchmark's fixture ``benchmark``."""

    disabled: bool
    params: dict[str, Any] | None
    extra_info: dict[str, Any]

    def pedantic(
        self, target: Callable[[], None], *, setup: Callable[[], None] = ..., rounds: int = ...
    ) -> object:
        """Call target `rounds` times, each after setup, and take its time."""


@dataclass(frozen=True, slots=True)
class Case:
    """What one test measures: one design of one benchmark at one point of its axes."""

    id: str
    params: dict[str, Any]
    settings: dict[str, Any]
    timeout_s: float

    @property
    def test_id(self) -> str:
        """Id of the test: all values in order of the axes, whether others vary or not."""
        return "-".join([self.id, *(str(value) for value in self.params.values())])

    @property
    def group(self) -> str:
        """Benchmark and point, so that a table shows designs beside each other."""
        point = "-".join(str(v) for axis, v in self.params.items() if axis != "design")
        return f"{self.id}[{point}]" if point else self.id

    def plan(self) -> Plan:
        """Return the plan of this case alone."""
        others = {axis: value for axis, value in self.params.items() if axis != "design"}
        design = str(self.params["design"])
        return make_plan([self.id], designs=[design], params=others, **self.settings)


class NativeClock:
    """A clock that only a native sample moves on; `timer` reads it, in seconds."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._feeding = False

        def native_clock() -> float:  # its name stands in pytest-benchmark's JSON
            if not self._feeding:
                raise pytest.UsageError(
                    f"the fixture benchmark was used in a test of {FIXTURE}, whose clock is "
                    "moved by native samples alone: use one of the two"
                )
            return self._now_s

        self.timer = native_clock

    def reset(self) -> None:
        """Set it to 0, so that no bit of a sample is lost in a sum."""
        self._now_s = 0.0

    def advance(self, seconds: float) -> None:
        """Move it on."""
        self._now_s += seconds

    @contextmanager
    def feeding(self) -> Iterator[None]:
        """Allow it to be read."""
        self._feeding = True
        try:
            yield
        finally:
            self._feeding = False


_CLOCK = pytest.StashKey[NativeClock]()


_NOT_MEANT = "not meant"


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a marked test function one parameter set for each of its cases."""
    definition = metafunc.definition
    marker = definition.get_closest_marker(MARKER)
    fault = _fault(metafunc, marker)
    if fault == _NOT_MEANT:
        return  # pytestmark of a module or class, over a plain test
    if fault:
        raise pytest.Collector.CollectError(f"{definition.nodeid}: {fault}")
    assert marker is not None
    _load_libraries(metafunc.config)
    try:
        cases = _cases(marker)
    except (VmperfError, TypeError) as error:
        raise pytest.Collector.CollectError(
            f"{definition.nodeid}: marker {MARKER}: {error}"
        ) from error
    metafunc.parametrize(FIXTURE, cases, indirect=True, ids=[case.test_id for case in cases])


def _load_libraries(config: pytest.Config) -> None:
    """Load what --vmperf-load and the ini file name; a library is loaded once per process."""
    given = [config.invocation_params.dir / path for path in config.getoption("vmperf_load")]
    for path in (*config.getini("vmperf_load"), *given):
        try:
            load(path)
        except VmperfError as error:
            raise pytest.UsageError(f"vmperf_load: {error}") from error


def _fault(metafunc: pytest.Metafunc, marker: pytest.Mark | None) -> str:
    """Return what is wrong with how a test uses marker and fixtures; empty where nothing is."""
    if marker is None:
        return f"{FIXTURE} needs the marker: @pytest.mark.{MARKER}('pool/*')"
    if FIXTURE not in metafunc.fixturenames:
        if marker not in metafunc.definition.own_markers:
            return _NOT_MEANT
        return f"marker {MARKER} needs the fixture {FIXTURE}: take it and call it in the body"
    if "benchmark" in inspect.signature(metafunc.function).parameters:
        return f"takes benchmark and {FIXTURE}, which feeds it: use one of the two"
    if sum(one.name == MARKER for one in metafunc.definition.own_markers) > 1:
        return f"marker {MARKER} stands twice: one takes several patterns"
    theirs = metafunc.definition.get_closest_marker("benchmark")
    if theirs is not None and "timer" in theirs.kwargs:
        return f"marker benchmark sets timer; the timer of {FIXTURE} is the native clock"
    return ""


def _cases(marker: pytest.Mark) -> list[Case]:
    """Return the cases of a marker, in the order of the registry, designs of a point together."""
    given = dict(marker.kwargs)
    settings = {name: given.pop(name) for name in _SETTINGS if name in given}
    timeout_s = given.pop("timeout_s", 60.0)
    designs = given.pop("design", None)
    if isinstance(designs, str):
        designs = [designs]
    unbudgeted = {name: value for name, value in settings.items() if name != "budget_s"}
    plan = make_plan(marker.args, designs=designs, params=given, **unbudgeted)
    cases = []
    for id, axes in plan.axes.items():
        names = [name for name in axes if name != "design"]
        for point in itertools.product(*(axes[name] for name in names)):
            for design in axes["design"]:
                params = {"design": design, **dict(zip(names, point, strict=True))}
                cases.append(Case(id, params, settings, timeout_s))
    return cases


def install_clock(item: pytest.Item) -> None:
    """Give an item its clock, as timer of pytest-benchmark, and a group to be shown in."""
    callspec = getattr(item, "callspec", None)
    if callspec is None or FIXTURE not in callspec.params:
        return
    clock = item.stash[_CLOCK] = NativeClock()
    theirs = item.get_closest_marker("benchmark")
    options = {"group": callspec.params[FIXTURE].group, **(theirs.kwargs if theirs else {})}
    # In front: pytest-benchmark looks at the closest marker alone.
    item.add_marker(pytest.mark.benchmark(**options, timer=clock.timer), append=False)


class NativeBenchmark:
    """What the fixture gives to a test: call it once.

    Parameters
    ----------
    request : pytest.FixtureRequest
        Its parameter is the `Case`.
    benchmark : Benchmark
        pytest-benchmark's fixture of the same test.
    tmp_path_factory : pytest.TempPathFactory
        Makes the folder of the journal.
    """

    def __init__(
        self,
        request: pytest.FixtureRequest,
        benchmark: Any,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> None:
        self._case: Case = request.param
        self._clock = request.node.stash[_CLOCK]
        self._benchmark: Benchmark = benchmark
        self._folders = tmp_path_factory
        self._config: pytest.Config = request.config
        self._called = False

    def __call__(self) -> Results:
        """Measure natively and hand the samples over.

        Returns
        -------
        Results
            Of this one case; `rows` has the estimates.

        Raises
        ------
        pytest.fail.Exception
            The figure was refused, or the worker died; the message says why.
        pytest.skip.Exception
            The design is not there on this machine.
        pytest.UsageError
            Called twice.
        """
        __tracebackhide__ = True
        if self._called:
            self._spoil()
            raise pytest.UsageError(f"{FIXTURE} was called twice: one test measures one case once")
        self._called = True
        try:
            results = self._measure()
        except Exception:
            self._spoil()
            raise
        row = results.rows()[0]
        self._judge(row)
        if self._benchmark.disabled:
            self._benchmark.pedantic(lambda: None)
        else:
            self._describe(results, row)
            self._feed([t for case in results.cases for t in _seconds_per_op(case)])
            remember(self._config, self._case.id, self._case.params)
        return results

    def check_called(self) -> None:
        """Fail the test if its body has come to its end without a call."""
        __tracebackhide__ = True
        if not self._called:
            self._spoil()
            pytest.fail(f"{FIXTURE} was not called: nothing was measured", pytrace=False)

    def _measure(self) -> Results:
        plan = self._case.plan()
        if self._benchmark.disabled:
            settings = plan.settings | _VERIFY_ONLY
            groups = tuple(group for group in plan.groups if group.process == 0)
            plan = replace(plan, settings=settings, groups=groups)
        path = self._folders.mktemp("vmperf") / "results.vmperf"
        return carry_out(plan, path, resume=False, timeout_s=self._case.timeout_s, progress=None)

    def _judge(self, row: dict[str, Any]) -> None:
        """Skip what is not there, fail what is refused."""
        __tracebackhide__ = True
        status = row["status"]
        said = f"{self._case.test_id}: {status}: {row['reason']}"
        if status in _ABSENT:
            pytest.skip(said)
        if status in _BROKEN or (status != "ok" and not self._benchmark.disabled):
            self._spoil()
            pytest.fail(said, pytrace=False)

    def _describe(self, results: Results, row: dict[str, Any]) -> None:
        theirs = {k: v for k, v in (self._benchmark.params or {}).items() if k != FIXTURE}
        self._benchmark.params = {**theirs, "benchmark": row["id"], **row["params"]}
        self._benchmark.extra_info |= {
            "benchmark": row["id"],
            "params": row["params"],
            **extra_info(row),
            "ns_per_op": row["ns_per_op"],
            "processes": row["processes"],
            "ops_per_round": [int(n) for case in results.cases for n in case.iterations],
            "command": results.command,
            "fingerprint": results.machine,
        }

    def _feed(self, seconds: list[float]) -> None:
        rounds = iter(seconds)

        def one_sample() -> None:
            self._clock.advance(next(rounds, 0.0))  # --benchmark-cprofile calls once more

        with self._clock.feeding():
            self._benchmark.pedantic(one_sample, setup=self._clock.reset, rounds=len(seconds))

    def _spoil(self) -> None:
        """Tell pytest-benchmark that this test has no figures: neither a row nor a warning."""

        def refuse() -> None:
            raise InvalidArgumentError(f"{FIXTURE} has nothing to hand over")

        with suppress(Exception), self._clock.feeding():  # also "already used", its own error
            self._benchmark.pedantic(refuse)


def _seconds_per_op(case: Any) -> list[float]:
    return [float(t) * 1e-9 for t in case.ns_total / case.iterations]
