"""The pytest plugin: collection, misuse, and what it is without pytest-benchmark."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

import vmperf
from vmperf import _core
from vmperf._pytest import native

pytest.importorskip("pytest_benchmark")
pytest_plugins = ["pytester"]

Suite = Callable[..., pytest.RunResult]
MARKED = """
import pytest

@pytest.mark.vmperf({marker})
def test_it(vmperf_benchmark):
    vmperf_benchmark()
"""
ONE = MARKED.format(marker="'bench/selftest/one_cycle'")


def ids(done: pytest.RunResult) -> list[str]:
    return re.findall(r"::test_it\[(.*)\]$", done.stdout.str(), re.MULTILINE)


def collect(suite: Suite, marker: str) -> pytest.RunResult:
    return suite(MARKED.format(marker=marker), "--collect-only", "-q")


def test_marker_is_the_product_of_designs_and_axes(suite: Suite, hurdles: str) -> None:
    marker = "'hurdles/grid', design=['libc', 'stack'], item_size_bytes=[16, 64]"
    assert ids(collect(suite, marker)) == [
        "hurdles/grid-stack-16-1000",
        "hurdles/grid-libc-16-1000",
        "hurdles/grid-stack-64-1000",
        "hurdles/grid-libc-64-1000",
    ]


def test_whole_registry_can_be_asked_for(suite: Suite) -> None:
    found = ids(collect(suite, "'pool/*'"))
    designs = {(b.id, d.name) for b in vmperf.list("pool/*") for d in b.designs}
    assert designs == {(id.split("-")[0], id.split("-")[1]) for id in found}


def test_collection_measures_nothing(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*args: object, **kwargs: object) -> None:
        pytest.fail("called by collection")

    monkeypatch.setattr(native, "carry_out", called)
    monkeypatch.setattr(_core.bench, "availability", called)
    assert collect(suite, "'*', budget_s=1000").ret == 0


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("'pool/cicle'", "pattern is 'pool/cicle'; allowed: *did you mean pool/cycle*"),
        ("", "pattern is empty"),
        ("'pool/*', design='stak'", "design is 'stak'; allowed: *stack*"),
        ("'pool/*', size=[1]", "axis is 'size'; allowed: *item_size_bytes*"),
        ("'pool/*', item_size_bytes='big'", "item_size_bytes is 'big'; allowed: a whole number*"),
        ("'pool/*', profile='slow'", "profile is 'slow'; allowed: quick*"),
    ],
)
def test_bad_marker_is_one_clear_error(suite: Suite, marker: str, said: str) -> None:
    done = collect(suite, marker)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines([f"test_suite.py::test_it: marker vmperf: {said}*"])
    done.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def test_it(vmperf_benchmark): pass", "vmperf_benchmark needs the marker*"),
        (
            "import pytest\n@pytest.mark.vmperf('pool/cycle')\ndef test_it(): pass",
            "marker vmperf needs the fixture vmperf_benchmark*",
        ),
        (
            "import pytest\n@pytest.mark.vmperf('pool/cycle')\n"
            "def test_it(benchmark, vmperf_benchmark): pass",
            "takes benchmark and vmperf_benchmark*",
        ),
        (
            "import pytest\n@pytest.mark.vmperf('pool/cycle')\n@pytest.mark.vmperf('pool/churn')\n"
            "def test_it(vmperf_benchmark): pass",
            "marker vmperf stands twice*",
        ),
        (
            "import pytest\n@pytest.mark.vmperf('pool/cycle')\n@pytest.mark.benchmark(timer=id)\n"
            "def test_it(vmperf_benchmark): pass",
            "marker benchmark sets timer*",
        ),
    ],
)
def test_misuse_is_found_at_collection(suite: Suite, text: str, said: str) -> None:
    done = suite(text)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines([f"test_suite.py::test_it: {said}"])


# Where pytest-benchmark is missing, and what the plugin costs


@pytest.fixture
def bare(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Run a test file with no plugin but ours and those named."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(text: str, *plugins: str) -> pytest.RunResult:
        pytester.makepyfile(test_suite=text)
        loaded = [word for name in ("vmperf._pytest.plugin", *plugins) for word in ("-p", name)]
        return pytester.runpytest_subprocess(*loaded, "--strict-markers", "-q")

    return run


def test_without_pytest_benchmark_it_is_silent(bare: Suite) -> None:
    done = bare("def test_other():\n    pass\n")
    done.assert_outcomes(passed=1)
    assert "vmperf" not in done.stdout.str() + done.stderr.str()


def test_without_pytest_benchmark_the_marker_is_one_error(bare: Suite) -> None:
    done = bare(ONE + ONE.replace("test_it", "test_too"))
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    said = done.stdout.str() + done.stderr.str()
    assert said.count("pip install 'vmperf[test]'") == 1
    assert "Traceback" not in said


def test_pytest_benchmark_may_be_loaded_by_name(bare: Suite) -> None:
    done = bare(MARKED.format(marker="'bench/selftest/missing'"), "pytest_benchmark.plugin")
    done.assert_outcomes(skipped=2)


def test_entry_point_and_marker(suite: Suite) -> None:
    done = suite("", "--markers")
    done.stdout.fnmatch_lines(["@pytest.mark.vmperf(*patterns, *"])


def test_loading_imports_nothing_of_the_package() -> None:
    program = (
        "import sys, pytest, vmperf; before = {*sys.modules}; import vmperf._pytest.plugin; "
        "print(*sorted({*sys.modules} - before))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["vmperf._pytest", "vmperf._pytest.plugin"]


def test_a_marker_of_the_module_leaves_plain_tests_alone(suite: Suite) -> None:
    text = """
        import pytest
        pytestmark = pytest.mark.vmperf("bench/selftest/one_cycle")
        def test_plain():
            assert 1 + 1 == 2
        def test_measured(vmperf_benchmark):
            vmperf_benchmark()
        """
    suite(text, "--benchmark-disable").assert_outcomes(passed=2)


def test_asking_for_the_fixture_too_late_is_told(suite: Suite) -> None:
    text = """
        def test_it(request):
            request.getfixturevalue("vmperf_benchmark")
        """
    done = suite(text)
    assert done.ret != 0
    done.stdout.fnmatch_lines(["*getfixturevalue() comes too late*"])
