"""Campaigns: their file, their journal, their table, and the claims that rest on it."""

from __future__ import annotations

import itertools
import json
import math
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import vmperf
from campaign_journal import Collected, Whole, measure, read_journal, write_whole
from campaign_neighbour import neighbour
from campaign_table import table
from vmperf._claims.campaign import Campaign, read_campaign
from vmperf._claims.claim import Claim
from vmperf._claims.file import read_claims, shipped
from vmperf._claims.noise import NOISES, steps_of
from vmperf._claims.recorded import recorded_row
from vmperf._claims.trial import Taken, Trial, row_of, take
from vmperf._compare.settings import defaults

BESIDE = shipped().parent / "campaign.toml"
SERIES = """
[[series]]
id = "slower/quick"
benchmark = "bench/alu_chain"
a = { steps = 100 }
b = { steps = 101 }
pairs = 3
comparisons = 2
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "campaign.toml"
        path.write_text(text)
        return path

    return write


def test_the_shipped_campaign_has_every_kernel_neighbour_and_noise() -> None:
    campaign = read_campaign(BESIDE)
    by_group: dict[str, list[Trial]] = {}
    for one in campaign.series:
        by_group.setdefault(one.id.partition("/")[0], []).append(one)
    noises = {*NOISES} - {"none"}
    assert {*by_group} == {"identical", "slower", "steady", "bursty"} | noises
    for noise in noises:
        assert len(by_group[noise]) >= 3
        assert all(one.identical and one.noise == noise for one in by_group[noise])
        assert sum(one.comparisons for one in by_group[noise]) >= 500
    assert all(one.identical for one in by_group["identical"] + by_group["steady"])
    assert {one.neighbour for one in by_group["bursty"]} == {"bursty"}
    assert [one.truth for one in by_group["slower"]] == pytest.approx([0.01] * 5)
    assert sum(one.comparisons >= 1000 for one in by_group["identical"]) == 6


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"bench/alu_chain"', '"bench/alu_chan"', "did you mean bench/alu_chain"),
        ("pairs = 3", "pears = 3", "key is 'pears'"),
        ("pairs = 3", "pairs = 2", "pairs is 2; allowed: 3 or more"),
        ("comparisons = 2", 'comparisons = 2\nneighbour = "loud"', "none, steady, bursty"),
        ("comparisons = 2", 'comparisons = 2\nnoise = "loud"', "none, two_mode, drifting"),
        ("a = { steps = 100 }", "a = { step = 100 }", "did you mean steps"),
    ],
)
def test_a_mistake_in_a_campaign_is_named(
    written: Callable[[str], Path], old: str, new: str, said: str
) -> None:
    assert old in SERIES
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        read_campaign(written(SERIES.replace(old, new)))


def test_noise_needs_steps(written: Callable[[str], Path]) -> None:
    text = """
[[series]]
id = "two_mode/x"
benchmark = "pool/cycle"
noise = "two_mode"
pairs = 3
comparisons = 2
"""
    with pytest.raises(vmperf.InvalidArgumentError, match="steps = 100"):
        read_campaign(written(text))


def test_every_kernel_takes_the_steps_of_noise(rng: random.Random) -> None:
    """As the processes of a series are asked to: natively, by each benchmark that is in one."""
    steps = {n for noise in NOISES for n in _steps(noise, rng, 100)}
    noisy = [one for one in read_campaign(BESIDE).series if one.noise != "none"]
    for one in {one.benchmark: one for one in noisy}.values():
        for n in steps:
            point: dict[str, Any] = one.params[0] | {"steps": n}
            arm = vmperf.bench.Arm(one.benchmark, point, str(point.pop("design")), seed=0)
            arm.run(1)
            assert arm.verify() == ""


def _steps(noise: str, rng: random.Random, n: int = 6000) -> list[int]:
    return [steps_of(noise, rng, i) for i in range(n)]


def test_each_noise_has_its_shape(rng: random.Random) -> None:
    assert {*_steps("none", rng)} == {100}
    two = _steps("two_mode", rng)
    assert {*two} == {100, 110}
    assert 2700 < two.count(110) < 3300
    drift = _steps("drifting", rng)
    assert (min(drift), max(drift)) == (100, 120)
    assert max(abs(a - b) for a, b in itertools.pairwise(drift)) == 5
    outlying = _steps("outlying", rng)
    assert {*outlying} == {100, 200}
    assert 450 < outlying.count(200) < 750


def test_both_sides_are_given_the_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the processes are told to do, pair by pair; repeatable, and not the same on both."""
    told: list[tuple[Any, ...]] = []

    def run(tasks: tuple[Any, Any], *_: Any, **__: Any) -> Any:
        told.append(tuple(task.params["steps"] for task in tasks))
        return SimpleNamespace(n=1, disturbed=0, log_ratios=lambda: [0.0])

    monkeypatch.setattr("vmperf._claims.trial.run_pair", run)
    params: dict[str, Any] = {"design": "adds", "steps": 100}
    one = Trial("two_mode/x", "bench/alu_chain", (params, params), 6, 10, noise="two_mode")
    for _ in range(2):
        for number in range(60):
            take(one, number, seed=1, ops={})
    assert told[:60] == told[60:]
    assert {*told} == {(100, 100), (100, 110), (110, 100), (110, 110)}
    drift = Trial("drifting/x", "bench/alu_chain", (params, params), 6, 10, noise="drifting")
    for number in range(32):
        take(drift, number, seed=1, ops={})
    assert {a for a, _ in told[-32:]} == {b for _, b in told[-32:]} == {100, 105, 110, 115, 120}
    quiet = Trial("identical/x", "bench/alu_chain", (params, params), 6, 10)
    take(quiet, 0, seed=1, ops={})
    assert told[-1] == (100, 100)


@pytest.mark.parametrize("pairs", [3, 6, 10])
@pytest.mark.parametrize("noise", [noise for noise in NOISES if noise != "none"])
def test_verdicts_keep_their_level_under_each_noise(
    rng: random.Random, noise: str, pairs: int
) -> None:
    """Simulated: a process takes its steps and 1 % of jitter, and both sides are the same code."""

    def effect(number: int) -> float:
        first, second = (steps_of(noise, rng, 2 * number + i) for i in (0, 1))
        return (-1) ** number * math.log(second / first) + rng.gauss(0, 0.01)

    params: dict[str, Any] = {"design": "d"}
    one = Trial(f"{noise}/x", "b", (params, params), pairs, 1000, noise=noise)
    row = row_of(one, [Taken(effect(i), 0.1, 0) for i in range(pairs * 1000)], defaults())
    assert row["comparisons"] == 1000
    assert row["regressed"] + row["improved"] <= 45  # its level is 2 %, both sides together
    assert row["noise"] == noise


def test_an_id_comes_once(written: Callable[[str], Path]) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="used once"):
        read_campaign(written(SERIES + SERIES))


def test_a_campaign_goes_on_where_it_was_cut_off(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    campaign, journal = read_campaign(written(SERIES)), tmp_path / "pairs.jsonl"
    measure(campaign, journal, seconds=1e-9)
    assert read_journal(journal).pairs == {}
    measure(campaign, journal)
    whole = journal.read_bytes()
    assert len(read_journal(journal).pairs["slower/quick"]) == 6
    journal.write_bytes(whole[:-20])  # as a kill would leave it
    assert len(read_journal(journal).pairs["slower/quick"]) == 5
    measure(campaign, journal)
    pairs = read_journal(journal).pairs["slower/quick"]
    assert len(pairs) == 6
    assert journal.read_bytes().splitlines()[:5] == whole.splitlines()[:5]
    (row,) = [r for r in table(campaign, read_journal(journal))["rows"] if r["id"][-1] != "/"]
    assert row["comparisons"] == 2
    assert row["effect"] is not None
    assert row["seconds"] == pytest.approx(sum(t.seconds for t in pairs) / 2)


def test_a_foreign_line_is_refused(tmp_path: Path) -> None:
    journal = tmp_path / "pairs.jsonl"
    journal.write_text('{"series": "a/b", "effect": 0, "seconds": 1, "disturbed": 0}\nno\n')
    with pytest.raises(vmperf.TraceFormatError) as caught:
        read_journal(journal)
    assert caught.value.offset == journal.read_text().index("no\n")


def test_unknown_series_are_refused(written: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="slower/quick"):
        measure(read_campaign(written(SERIES)), tmp_path / "pairs.jsonl", only="slowr/")


@pytest.mark.parametrize("kind", ["steady", "bursty"])
def test_a_neighbour_works_as_long_as_its_block(kind: str) -> None:
    if kind == "steady" and len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one CPU has no other")
    with neighbour(kind):
        deadline = time.monotonic() + 20
        while not (busy := _children()) or max(busy.values()) < 0.2:
            assert time.monotonic() < deadline, busy
            time.sleep(0.05)
    assert not {*busy} & {*_children()}


def _children() -> dict[int, float]:
    """Pid -> CPU seconds of the neighbours that this process has started."""
    words = ["ps", "-ww", "--ppid", str(os.getpid()), "-o", "pid=,cputimes=,args="]
    lines = subprocess.run(words, capture_output=True, text=True).stdout.splitlines()
    found = {}
    for line in lines:
        pid, _, args = line.split(maxsplit=2)
        if "campaign_neighbour" in args:
            ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:13]
            found[int(pid)] = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return found


IDENTICAL = Trial("identical/x", "bench/alu_chain", ({"design": "adds"},) * 2, 8, 1000)


def _taken(rng: random.Random, n: int, *, shift: float = 0.0) -> list[Taken]:
    return [Taken(rng.gauss(shift, 0.01), 0.1, 0) for _ in range(n)]


def test_the_table_counts_false_alarms_and_finds(rng: random.Random) -> None:
    noise = row_of(IDENTICAL, _taken(rng, 8 * 1000 + 5), defaults())
    assert noise["comparisons"] == 1000
    assert noise["default"]["comparisons"] == 8005 // 24
    assert 0 < noise["regressed"] + noise["improved"] <= 40  # under 2 % expected
    assert noise["low"] <= noise["share"] < noise["high"]
    slower = row_of(IDENTICAL, _taken(rng, 24 * 50, shift=0.02), defaults())
    assert slower["default"]["share"] == 1.0
    assert slower["effect"] == pytest.approx(math.expm1(0.02), abs=0.002)


def test_a_simulated_suite_needs_two_alarms_to_be_red(rng: random.Random) -> None:
    campaign = Campaign((IDENTICAL,), {"benchmarks": 10, "pairs": 12, "runs": 60})

    def red(taken: list[Taken]) -> int:
        rows = table(campaign, Collected({IDENTICAL.id: taken}))["rows"]
        return next(int(r["regressed"]) for r in rows if r["id"] == "suite/simulated")

    assert red(_taken(rng, 600)) <= 2
    assert red(_taken(rng, 600, shift=0.05)) == 60


def test_whole_comparisons_are_kept_and_counted(tmp_path: Path) -> None:
    journal = tmp_path / "pairs.jsonl"
    write_whole(journal, "edits/x", Whole("regressed", 0.02, 0.003, 2.0))
    write_whole(journal, "edits/x", Whole("unchanged", 0.0, None, 3.0))
    (row,) = table(Campaign((), {}), read_journal(journal))["rows"]
    assert (row["comparisons"], row["regressed"], row["share"]) == (2, 1, 0.5)
    assert (row["instr_counted"], row["instr_apart"], row["seconds"]) == (1, 1, 2.5)


def _claim(kind: str, bound: str, target: float) -> Claim:
    return Claim("x", "b", {}, "d", None, kind, bound, target, "", "identical/x")


def _figures(regressed: int, comparisons: int, **others: Any) -> dict[str, Any]:
    share = regressed / comparisons
    counts = {"comparisons": comparisons, "regressed": regressed, "share": share}
    return {**counts, "low": share, "high": share, "effect": 0.0, "truth": 0.0, **others}


@pytest.mark.parametrize(
    ("claim", "recorded", "short", "status", "source"),
    [
        (("alarms", "at_most", 1.2), (12, 1000), (0, 8), "met", "recorded"),
        (("alarms", "at_most", 1.2), (13, 1000), (0, 8), "unmet", "recorded"),
        (("alarms", "at_most", 1.2), (0, 1000), (1, 8), "met", "recorded"),
        (("alarms", "at_most", 1.2), (0, 1000), (4, 8), "unmet", "recorded"),
        (("found", "at_least", 95), (57, 60), (2, 2), "met", "recorded"),
        (("found", "at_least", 95), (56, 60), (2, 2), "unmet", "recorded"),
        (("found", "at_least", 95), (60, 60), (0, 2), "unmet", "recorded"),
        (("alarms", "at_most", 1.2), None, (0, 8), "met", "measured"),
        (("alarms", "at_most", 1.2), None, None, "unsupported", "measured"),
    ],
)
def test_the_record_decides_and_the_short_form_refutes(
    claim: tuple[str, str, float],
    recorded: tuple[int, int] | None,
    short: tuple[int, int] | None,
    status: str,
    source: str,
) -> None:
    where = {"machine": "CPU, 2 cores", "date": "2001-02-03"}
    rows = [None if r is None else _figures(*r, seconds=1.0) | where for r in (recorded, short)]
    row = recorded_row(_claim(*claim), *rows, machine={})
    assert (row["status"], row["source"]) == (status, source)
    assert row["met"] is {"met": True, "unmet": False, "unsupported": None}[status]


def test_other_figures_of_a_comparison() -> None:
    row = _figures(60, 60, effect=0.0127, truth=0.01, instr_counted=10, instr_apart=9)
    row |= {"machine": "CPU, 2 cores", "date": "2001-02-03"}
    off = recorded_row(_claim("off", "at_most", 0.3), row, None, {})
    assert off["ratio"] == pytest.approx(0.27)
    counted = recorded_row(_claim("counted", "at_least", 100), row, None, {})
    assert (counted["ratio"], counted["status"]) == (90.0, "unmet")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('series = "slower/quik"', "did you mean slower/quick"),
        ('series = "slower/quick"\nbenchmark = "pool/cycle"', "key is 'benchmark'"),
        ('series = "slower/quick"\ntarget = -1', "a number of 0 or more"),
        ('series = "slower/quick"\nkind = "finds"', "did you mean found"),
    ],
)
def test_a_mistake_in_a_claim_on_comparisons_is_named(
    written: Callable[[str], Path], line: str, said: str
) -> None:
    keys = {"id": '"x"', "kind": '"found"', "target": "95"}
    given = "".join(f"{k} = {v}\n" for k, v in keys.items() if f"{k} = " not in line)
    path = written(SERIES).with_name("claims.toml")
    path.write_text(f"[[claim]]\n{given}{line}\n")
    with pytest.raises(vmperf.InvalidArgumentError, match=said):
        read_claims(path)


def test_a_claim_on_comparisons_is_measured_in_short(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    claims = written(SERIES).with_name("claims.toml")
    claims.write_text('[[claim]]\nid = "c/x"\nseries = "slower/quick"\nkind = "off"\ntarget = 50\n')
    (row,) = vmperf.claims(claims=claims, results=tmp_path / "r.vmperf")
    assert (row["source"], row["status"], row["comparisons"]) == ("measured", "met", 2)
    assert row["params"] == {"steps": "100 against 101"}
    recorded = {"id": "slower/quick", **_figures(0, 9, effect=0.02, truth=0.01, params={})}
    cpu = {"cpu": "CPU", "microarchitecture": None, "hypervisor": None, "n_online": 2}
    table = {"machine": cpu, "date": "2001-02-03", "rows": [recorded]}
    claims.with_name("campaign-measured.json").write_text(json.dumps(table))
    (row,) = vmperf.claims(claims=claims, results=tmp_path / "s.vmperf")
    assert (row["source"], row["comparisons"]) == ("recorded", 9)
    assert (row["machine"], row["date"]) == ("CPU, 2 cores", "2001-02-03")  # not this one's
    assert row["ratio"] == pytest.approx(1.0)
    assert "of 2 slower" in row["short"]
    claims.with_name("campaign-measured.json").write_text('{"rows": 3}')
    with pytest.raises(vmperf.TraceFormatError, match="campaign"):
        vmperf.claims(claims=claims, results=tmp_path / "t.vmperf")
