"""Replays from Python: what is deterministic in them, bad input, rows and page, command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import vmperf
from house import malloc
from vmperf import alloc, trace
from vmperf._replay import process
from vmperf._replay.result import Replay
from vmperf.cli.main import cli

N = 3000


@pytest.fixture(scope="module")
def made() -> Any:
    return trace.generate(N, live=200, most_bytes=3000, realloc=0.2, threads=3, handed_over=0.3,
                          seed=4)  # fmt: skip


@pytest.fixture(scope="module")
def found(made: Any) -> Replay:
    designs = ["libc", "naive", "rpmalloc"]
    result: Replay = alloc.replay(made, designs, repeats=2)
    return result


@malloc.needs_the_systems
def test_counts_are_the_traces_own(made: Any, found: Replay) -> None:
    said = made.stats()
    assert found.counts["n_ops"] == len(made)
    assert found.counts["n_slots"] == made.n_slots
    assert found.counts["live_peak_bytes"] == said["peak_live_bytes"]
    assert found.counts["live_end_bytes"] == 0
    row = found.rows()[0]
    sizes, kinds = made.ops["size_bytes"], made.ops["kind"]
    malloc = kinds == trace.KINDS.index("malloc")
    expected = {
        "malloc_small": int(np.sum(malloc & (sizes <= 1024))),
        "malloc_large": int(np.sum(malloc & (sizes > 1024))),
        "realloc": said["n_realloc"],
        "free": said["n_free"],
    }
    assert {name: one["n_ops"] for name, one in row["classes"].items()} == expected


@malloc.needs_the_systems
def test_every_round_has_a_process_of_its_own(found: Replay) -> None:
    assert [run.stamped for run in found.runs if run.design == "libc"] == [False, True] * 2
    assert len(found.records("null")) == 2
    for record in found.records("libc", stamped=True):
        for one in record["classes"].values():
            count = vmperf.stats.Histogram.from_bytes(one["latency"]).count
            assert count == one["n_ops"]


@malloc.needs_the_systems
def test_rows_say_what_is_not_there(found: Replay) -> None:
    rows = {row["design"]: row for row in found.rows()}
    assert rows["libc"]["status"] == rows["naive"]["status"] == "ok"
    assert rows["libc"]["n_failed"] == 0
    assert rows["libc"]["ratio"]["ratio"] == 1
    if rows["rpmalloc"]["status"] != "ok":  # whoever has it may give its path
        assert rows["rpmalloc"]["status"] == "not_installed"
        assert "VMPERF_PEERS" in rows["rpmalloc"]["reason"]
        assert "rpmalloc" not in found.recommendation().front
    assert found.recommendation().design in ("libc", "naive", "rpmalloc")


@malloc.needs_the_systems
def test_series_and_dataset(found: Replay) -> None:
    line = found.series["libc"]
    assert [ops for ops, _, _ in line] == sorted({ops for ops, _, _ in line})
    assert max(live for _, _, live in line) <= found.counts["live_peak_bytes"]
    data = found.to_xarray()
    assert data["ns_per_op"].dims == ("design", "round")
    assert data["ns_per_op"].sel(design="libc").notnull().all()
    assert data["latency_ns"].sizes["percentile"] == 5
    json.dumps(found.to_dict())


@malloc.needs_the_systems
@pytest.mark.parametrize("threads", ["merge", "same"])
@pytest.mark.parametrize("speed", ["max", "real"])
def test_each_way_of_replaying_does_all_of_it(made: Any, threads: str, speed: str) -> None:
    result = alloc.replay(made, ["libc"], threads=threads, speed=speed, repeats=1, latency=False)
    (record,) = result.records("libc")
    assert record["n_ops"] == len(made)
    assert record["n_failed"] == 0
    assert result.counts["n_threads"] == (3 if threads == "same" else 1)
    stamped = sum(bool(one["latency"]) for one in record["classes"].values())
    assert bool(stamped) == (speed == "real")
    if speed == "real":
        assert record["wall_ns"] >= made.ops["time_ns"][-1] - made.ops["time_ns"][0]


@pytest.mark.parametrize("design", ["libc", "naive"])
def test_blocks_are_sound(made: Any, design: str) -> None:
    assert set(alloc.plan_replay(made).check(design).values()) == {0}


@malloc.needs_the_systems
def test_unmatched_frees_are_counted_and_left_out() -> None:
    ops = trace.from_events([0, 4, 4], [16, 16, 32], [8, 0, 0])
    result = alloc.replay(ops, ["libc"], repeats=1, latency=False)
    assert result.counts["n_ops"] == 2
    assert result.counts["unmatched_frees"] == 1


@malloc.needs_the_systems
def test_what_a_cut_file_lacks_is_said(tmp_path: Path) -> None:
    file = tmp_path / "cut.vmt"
    trace.generate(60_000, seed=2).save(file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    lost = int(trace.load(file).header["lost_ops"])
    assert 0 < lost < 120_000
    found = alloc.replay(file, ["libc"], repeats=1, latency=False)
    assert found.counts["lost_ops"] == lost
    words = ["replay", str(file), "--designs", "libc", "--repeats", "1", "--no-latency"]
    done = CliRunner().invoke(cli, words)
    assert f"{lost:,} operations lost" in done.output
    file.write_bytes(whole[:5000])
    with pytest.raises(vmperf.TraceFormatError, match=r"byte 5000: .* all 120000 operations"):
        alloc.replay(file, ["libc"])


def test_a_plan_survives_its_file(made: Any, tmp_path: Path) -> None:
    plan = alloc.plan_replay(made, threads="same")
    plan.save(str(tmp_path / "plan"))
    again = alloc.ReplayPlan.open(str(tmp_path / "plan"))
    assert again.counts() == plan.counts()
    whole = (tmp_path / "plan").read_bytes()
    for size in (0, 7, 50, len(whole) - 1):
        (tmp_path / "cut").write_bytes(whole[:size])
        with pytest.raises(vmperf.TraceFormatError):
            alloc.ReplayPlan.open(str(tmp_path / "cut"))
    with pytest.raises(vmperf.OsError):
        alloc.ReplayPlan.open(str(tmp_path / "none"))
    with pytest.raises(vmperf.OsError):
        plan.save(str(tmp_path / "no" / "folder"))


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"designs": ["libc", "nope"]}, "nope"),
        ({"designs": []}, "designs"),
        ({"threads": "some"}, "merge, same"),
        ({"speed": "warp"}, "max, real"),
        ({"touch": "twice"}, "none, first, pages, all"),
        ({"repeats": 0}, "repeats"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"designs": ["libc"], "reference": "naive"}, "reference"),
    ],
)
def test_bad_settings(made: Any, settings: dict[str, Any], word: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=word):
        alloc.replay(made, settings.pop("designs", ["libc"]), **settings)


def test_bad_traces(tmp_path: Path) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="trace is of type int"):
        alloc.replay(7, ["libc"])
    with pytest.raises(vmperf.InvalidArgumentError, match="empty trace"):
        alloc.replay(trace.from_events([], [], []), ["libc"])
    (tmp_path / "bad.vmt").write_bytes(b"vmptrace" + bytes(40))
    with pytest.raises(vmperf.TraceFormatError):
        alloc.replay(tmp_path / "bad.vmt", ["libc"])
    with pytest.raises(vmperf.InvalidArgumentError, match="nope"):
        alloc.plan_replay(trace.generate(10)).replay("nope")
    with pytest.raises(vmperf.InvalidArgumentError, match="touch"):
        alloc.plan_replay(trace.generate(10)).replay("libc", touch="nope")


@malloc.needs_the_systems
def test_a_worker_that_dies_is_a_row(made: Any, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    alloc.plan_replay(made).save(str(plan))
    settings: dict[str, Any] = {"touch": "none", "stamped": False, "cpu": None, "timeout_s": 60}
    assert process.replay_once(plan, "libc", **settings)["status"] == "ok"
    plan.write_bytes(plan.read_bytes()[:100])
    record = process.replay_once(plan, "libc", **settings)
    assert record["status"] == "crashed"
    assert "TraceFormatError" in record["reason"]
    late = process.replay_once(plan, "libc", **{**settings, "timeout_s": 0.0})
    assert late["status"] == "timed_out"


@malloc.needs_the_systems
def test_page(found: Replay, tmp_path: Path) -> None:
    pytest.importorskip("altair")
    page = vmperf.report(found, tmp_path / "page.html").read_text()
    assert found.recommendation().text.split(".")[0] in page
    assert "libc (front)" in page or "naive (front)" in page
    for absent in (row for row in found.rows() if row["status"] != "ok"):
        assert f"{absent['design']}: not installed" in page


@malloc.needs_the_systems
def test_command_line(made: Any, tmp_path: Path) -> None:
    file = tmp_path / "made.vmt"
    made.save(file)
    words = ["replay", str(file), "--designs", "libc,naive", "--repeats", "2", "--no-latency"]
    done = CliRunner().invoke(cli, [*words, "--json", str(tmp_path / "out.json")])
    assert done.exit_code == 0, done.output
    assert "allocator" in done.output
    assert "Stay with libc" in done.output or "Take naive" in done.output
    data = json.loads((tmp_path / "out.json").read_text())
    assert [row["design"] for row in data["rows"]] == ["libc", "naive"]
    assert data["recommendation"]["design"] in ("libc", "naive")
    assert CliRunner().invoke(cli, ["replay", str(file), "--designs", "nope"]).exit_code == 2
    page = tmp_path / "page.html"  # figures that --no-latency leaves out are dashes there
    assert CliRunner().invoke(cli, [*words, "--html", str(page)]).exit_code == 0
    assert "allocator" in page.read_text()
    lost = ["replay", str(file), "--html", str(tmp_path / "no" / "page.html")]
    assert CliRunner().invoke(cli, lost).exit_code == 2
