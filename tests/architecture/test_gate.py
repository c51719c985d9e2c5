"""Plain pytest leaves perf tests out and says so; the table of minutes covers all folders."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from house import expect_none, minutes
from house.gate import is_asked_for, named_tests
from house.minutes import Spent

pytest_plugins = ["pytester"]

CONFTEST = """
import sys
sys.path.insert(0, {house!r})
from house.gate import Gate

def pytest_configure(config):
    config.addinivalue_line("markers", "perf: measures")
    config.gate = Gate(config)
    config.pluginmanager.register(config.gate)

def pytest_collection_modifyitems(config, items):
    config.gate.choose(items)
"""
TESTS = """
import pytest

@pytest.mark.perf
@pytest.mark.parametrize("n", [1, 2])
def test_time(n):
    pass

def test_logic():
    pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """Tests of two folders, of which one measures."""
    pytester.makeconftest(CONFTEST.format(house=str(Path(__file__).parent)))
    for folder in ("one", "two"):
        path = pytester.path / "tests" / folder
        path.mkdir(parents=True)
        (path / f"test_{folder}.py").write_text(TESTS)
    return pytester


SAID = "perf tests were left out: run `pytest -m perf` on a quiet machine"


@pytest.mark.parametrize("words", [(), ("-n", "2", "--dist", "loadfile")])
def test_perf_is_left_out_and_said(suite: pytest.Pytester, words: tuple[str, ...]) -> None:
    done = suite.runpytest_subprocess("-p", "no:cacheprovider", *words)
    assert done.ret == 0
    assert done.parseoutcomes()["passed"] == 2
    done.stdout.fnmatch_lines([f"4 {SAID}"])
    done.stdout.fnmatch_lines(["*minutes by folder*", "| folder | tests | minutes*"])
    done.stdout.fnmatch_lines(["| `two/` | 1 | 0.0 | *"])
    done.stdout.fnmatch_lines([f"| the whole run, {max(1, len(words) - 2)} at once | 2 | *"])


@pytest.mark.parametrize(
    ("words", "n_passed"),
    [
        (("-m", "perf"), 4),
        (("-m", "not perf"), 2),
        (("-m", "not slow"), 2),
        (("tests/one/test_one.py::test_time",), 2),
        (("tests/one/test_one.py::test_time[2]",), 1),
        (("tests/one",), 1),
    ],
)
def test_perf_runs_where_it_is_asked_for(
    suite: pytest.Pytester, words: tuple[str, ...], n_passed: int
) -> None:
    done = suite.runpytest_subprocess("-p", "no:cacheprovider", *words)
    assert done.parseoutcomes()["passed"] == n_passed


def test_names_and_expressions() -> None:
    root = Path("/top")
    assert named_tests(["tests", "a.py::test_x[1]"], root / "tests", root) == [
        "tests/a.py::test_x[1]"
    ]
    assert is_asked_for("a.py::test_x[1]", "", ["a.py::test_x"])
    assert not is_asked_for("a.py::test_xy", "", ["a.py::test_x"])
    assert is_asked_for("a.py::test_x", "slow and perf", [])
    assert not is_asked_for("a.py::test_x", "performance", [])


def test_the_table_covers_every_folder_and_keeps_the_budget(repo_root: Path) -> None:
    budget = tomllib.loads((repo_root / "tests/architecture/budget.toml").read_text())["minutes"]
    expect_none(minutes.unlisted(repo_root) + minutes.over(repo_root, budget))


def _tree(top: Path, spent: dict[str, Spent], run_s: float) -> Path:
    for folder in ("cpp/pool", "tests/pool", "tests/deep/er"):
        (top / folder).mkdir(parents=True)
    for file in ("tests/pool/test_a.py", "tests/deep/er/test_b.py"):
        (top / file).touch()
    readme = top / "tests" / "README.md"
    readme.write_text("\n".join(["# tests", *minutes.table({}, 0, 1), "", "after", ""]))
    minutes.write(readme, minutes.table(spent, run_s, 2))
    assert readme.read_text().endswith("|\n\nafter\n")
    return top


def test_planted_tables(tmp_path: Path) -> None:
    most = {"whole": 40.0, "component": 8.0}
    spent = {"pool": Spent(3, 200.0, 300.0), "deep": Spent(1, 600.0, 10.0)}
    good = _tree(tmp_path / "good", spent, 2000)
    assert minutes.read((good / "tests/README.md").read_text()) == (
        {"deep": 0.2, "pool": 5.0},
        33.3,
    )
    assert minutes.unlisted(good) + minutes.over(good, most) == []
    dear = _tree(tmp_path / "dear", {**spent, "pool": Spent(3, 300.0, 540.0)}, 3000)
    found = minutes.over(dear, most)
    assert "the whole run takes 50 minutes, the budget is 40" in found[0]
    assert "`pool/` takes 9 minutes of processor, the budget is 8" in found[1]
    gone = _tree(tmp_path / "gone", {"pool": Spent(), "old": Spent()}, 1)
    assert [line.split(": ")[1] for line in minutes.unlisted(gone)] == [
        "no minutes of `deep/`",
        "`old/` is gone",
    ]


def test_a_folder_is_named_by_its_tests() -> None:
    assert minutes.folder_of("tests/report/browser/test_x.py::test_y[a/b]") == "report"
    assert minutes.folder_of("tests/test_x.py::test_y") == "tests"
