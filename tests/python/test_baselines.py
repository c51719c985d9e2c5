"""Baselines: saved, compared with, refused on other machines, damaged ones left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import vmperf
from vmperf._builds.source import Build
from vmperf._compare import arms
from vmperf._history import baselines
from vmperf.cli.main import cli

HERE = f"path:{vmperf._core.__file__}"
QUICK: dict[str, Any] = {
    "benchmarks": "bench/selftest/one_cycle", "pairs": 3, "rounds": 4, "batch_us": 50,
}  # fmt: skip


OWN = """
#include <vmperf/bench/plugin.hpp>

using namespace vmperf::bench;

struct Chain final : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 3 + 1;
    return x;
  }
  Verification verify() override { return Verification::passed(); }
};

VMPERF_PLUGIN(registry) {
  registry.benchmark("kept/chain")
      .summary("a chain")
      .op("one multiplication")
      .fooled_by("nothing")
      .tag("no_naive")
      .design("naive", "a chain", [](const Params &) -> WorkloadPtr {
        return std::make_unique<Chain>();
      });
}
"""


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process's module without what other tests load into it."""
    monkeypatch.setattr(arms, "here", lambda: Build(core=str(vmperf._core.__file__)))


@pytest.fixture
def saved(store: Path) -> Path:
    """The folder of the baseline ``main``, of this build."""
    vmperf.compare(HERE, HERE, **QUICK, save="main")
    return store / "baselines" / "main"


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "baseline.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_it_is_kept_and_compared_with(saved: Path, store: Path) -> None:
    manifest = json.loads((saved / "baseline.json").read_text())
    (entry,) = manifest["builds"]
    assert (saved / entry["file"]).read_bytes() == Path(vmperf._core.__file__).read_bytes()
    assert manifest["settings"]["pairs"] == 3
    found = vmperf.compare("baseline:main", HERE, **QUICK)
    assert [row["status"] for row in found] == ["ok"]
    assert found.builds[0] == found.builds[1]  # the copy is the same code
    assert found.notes == ()
    numbers = [row["number"] for row in vmperf.History(store / "history.db").rows()]
    assert numbers == [1, 2]
    assert {path.name for path in saved.iterdir()} == {"baseline.json", entry["file"]}
    assert [path.name for path in saved.parent.iterdir()] == ["main"]


def test_a_plain_comparison_leaves_nothing(store: Path) -> None:
    vmperf.compare(HERE, HERE, **QUICK)
    assert not store.exists()


def test_saved_again_it_is_replaced(saved: Path, tmp_path: Path) -> None:
    (old,) = json.loads((saved / "baseline.json").read_text())["builds"]
    other = tmp_path / "_core.cpython-311-x86_64-linux-gnu.so"
    other.write_bytes(Path(vmperf._core.__file__).read_bytes() + b"more")
    vmperf.compare(HERE, f"path:{other}", **QUICK, save="main")
    (new,) = json.loads((saved / "baseline.json").read_text())["builds"]
    assert new["n_bytes"] == old["n_bytes"] + 4
    assert not (saved / old["file"]).exists()
    assert baselines.load("main").builds[0].core == str(saved / new["file"])


def test_own_libraries_are_kept_with_it(
    store: Path, compile_cpp: Callable[..., Path], tmp_path: Path
) -> None:
    # Ids of its own: another test may have loaded the shared library into this process.
    source = tmp_path / "mine.cpp"
    source.write_text(OWN)
    library = compile_cpp(source, "-shared", "-fPIC")
    quick = {**QUICK, "benchmarks": "kept/chain"}
    vmperf.compare(f"path:{library}", f"path:{library}", **quick, save="own")
    library.unlink()
    again = vmperf.compare("baseline:own", "baseline:own", **quick)
    assert {row["status"] for row in again} == {"ok"}


def test_an_unlike_machine_is_refused_unless_forced(saved: Path) -> None:
    manifest = json.loads((saved / "baseline.json").read_text())
    edit(saved, fingerprint={**manifest["fingerprint"], "cpu": "another"})
    with pytest.raises(vmperf.MeasurementError, match=r"cpu: another, not .*--force") as caught:
        vmperf.compare("baseline:main", HERE, **QUICK)
    assert caught.value.reason == "unlike_machines"
    assert "compiler" not in str(caught.value)
    found = vmperf.compare("baseline:main", HERE, **QUICK, force=True)
    (note,) = found.notes
    assert note.startswith("forced: the baseline's machine is unlike this one (cpu: another")
    assert found.to_dict()["notes"] == [note]
    assert vmperf.History().rows()[-1]["notes"] == [note]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def module_of(folder: Path) -> Path:
    return next(path for path in folder.iterdir() if path.suffix == ".so")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: cut(f / "baseline.json"), "truncated"),
        (lambda f: (f / "baseline.json").write_text("{}"), "not a vmperf baseline"),
        (lambda f: (f / "baseline.json").unlink(), "not a vmperf baseline"),
        (lambda f: edit(f, schema=2), "schema 2; this vmperf reads 1"),
        (lambda f: edit(f, builds=[]), "no build"),
        (lambda f: edit(f, settings=None), "settings is missing"),
        (lambda f: edit(f, builds=[{"file": "../x", "sha256": "", "n_bytes": 1}]), "a path"),
        (lambda f: edit(f, builds=[{"file": "x"}]), "without name, hash or size"),
        (lambda f: module_of(f).unlink(), "No such file"),
        (lambda f: cut(module_of(f)), "truncated or replaced"),
        (lambda f: flip(module_of(f)), "another file"),
    ],
)
def test_a_damaged_one_is_refused_and_kept(
    saved: Path, damage: Callable[[Path], object], words: str
) -> None:
    damage(saved)
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    with pytest.raises(vmperf.TraceFormatError, match=words):
        vmperf.compare("baseline:main", HERE, **QUICK)
    with pytest.raises(vmperf.TraceFormatError, match=words):
        vmperf.compare(HERE, HERE, **QUICK, save="main")
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before


def test_a_damaged_history_stops_it_before_it_measures(store: Path) -> None:
    store.mkdir()
    (store / "history.db").write_text("precious")
    with pytest.raises(vmperf.TraceFormatError):
        vmperf.compare(HERE, HERE, **{**QUICK, "pairs": 10**6}, save="main")
    assert (store / "history.db").read_text() == "precious"
    assert not (store / "baselines").exists()


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x"])
def test_names(name: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="no path"):
        vmperf.compare(HERE, HERE, **QUICK, save=name)


def test_what_cannot_be_saved() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="not the design"):
        vmperf.compare("design:stack", "design:libc", **{**QUICK, "benchmarks": "pool/cycle"},
                       save="x")  # fmt: skip


def test_an_unknown_one_names_the_known(saved: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"maine.*main"):
        vmperf.compare("baseline:maine", HERE, **QUICK)


def test_more_layouts_than_it_has(saved: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="up to 1 with baseline:main"):
        vmperf.compare("baseline:main", "baseline:main", **{**QUICK, "pairs": 6}, salts=3)


def test_all_layouts_of_a_build_are_kept(store: Path, tmp_path: Path) -> None:
    from vmperf._compare.settings import defaults
    from vmperf._history.fingerprint import fingerprint_of

    builds = []
    for salt in range(3):
        path = tmp_path / f"salt-{salt}" / "_core.so"
        path.parent.mkdir()
        path.write_bytes(Path(vmperf._core.__file__).read_bytes() + bytes([salt]))
        builds.append(Build(str(path)))
    here = fingerprint_of(vmperf.machine())
    baselines.save("salted", builds, revision="r", fingerprint=here, settings=asdict(defaults()))
    found = vmperf.compare("baseline:salted", "baseline:salted", **{**QUICK, "pairs": 6}, salts=3)
    assert found.salts == 3
    assert found.revisions == ("r", "r")


def test_the_command_line(saved: Path) -> None:
    words = ["--benchmark", QUICK["benchmarks"], "--pairs", "7", "--tolerance", "0.5"]
    done = CliRunner().invoke(cli, ["compare", "--baseline", "main", *words])
    assert done.exit_code == 0, done.output
    assert "is slower than baseline:main" in done.output
    twice = CliRunner().invoke(cli, ["compare", "--baseline", "main", "a", "b"])
    assert twice.exit_code == 2
    assert "--baseline NAME is A" in twice.output
    none = CliRunner().invoke(cli, ["compare", "a"])
    assert none.exit_code == 2


def test_a_history_by_its_name(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.db"
    words = ["--benchmark", QUICK["benchmarks"], "--pairs", "7", "--tolerance", "0.5"]
    done = CliRunner().invoke(cli, ["compare", HERE, HERE, "--history", str(target), *words])
    assert done.exit_code == 0, done.output
    assert [row["id"] for row in vmperf.History(target).rows()] == [QUICK["benchmarks"]]
    assert not store.exists()


def test_a_value_is_no_build(store: Path) -> None:
    quick = {**QUICK, "benchmarks": "pool/cycle"}
    with pytest.raises(vmperf.InvalidArgumentError, match="not the param"):
        vmperf.compare("capacity=10", "capacity=1000", **quick, save="x")
    assert not store.exists()
