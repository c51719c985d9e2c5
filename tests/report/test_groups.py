"""Results in the order of the page: points, roles, ratios, losses, the reference report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import vmperf
from vmperf import _core
from vmperf._report.groups import designs_of, sections
from vmperf._report.losses import losses
from vmperf._report.model import Section
from vmperf._report.summary import (
    beside_reference,
    flatten,
    is_absent,
    reference_texts,
    refusals,
    verdicts,
)
from vmperf._report.words import Ratio
from vmperf._results.results import Results

Make = Callable[..., Results]


def test_every_row_of_the_results_is_on_the_page(make_results: Make) -> None:
    results = make_results()
    shown = [(s.id, p.params, row.figures) for s in sections(results)
             for p in s.points for row in p.rows]  # fmt: skip
    assert len(shown) == len(results.rows()) == 35
    for id, params, figures in shown:
        assert figures in results.rows()
        assert figures["id"] == id
        assert {"design": figures["params"]["design"], **dict(params)} == figures["params"]


def test_rows_stand_by_ratio_to_the_reference_and_refused_last(make_results: Make) -> None:
    for section in sections(make_results()):
        for point in section.points:
            ratios = [
                row.ratios[point.reference].ratio if row.design != point.reference else 1.0
                for row in point.accepted
            ]
            assert ratios == sorted(ratios)
            assert point.rows[: len(ratios)] == point.accepted


def test_roles(make_results: Make) -> None:
    section = sections(make_results(["pool/cycle"]))[0]
    assert {row.design: row.role for row in section.rows} == {
        "stack": "own", "checked": "own", "naive": "naive", "libc": "peer", "boost_pool": "peer",
        "mimalloc": "peer", "pmr": "peer"}  # fmt: skip


@pytest.mark.parametrize("processes", [1, 3])
def test_ratios_are_paired_ratios_of_the_same_rounds(make_results: Make, processes: int) -> None:
    results = make_results(["pool/cycle"], processes=processes)
    rows = {row.design: row for row in sections(results)[0].points[0].rows}
    for a, b in (("stack", "libc"), ("libc", "stack"), ("naive", "pmr")):
        pairs = [[c for c in results.cases if c.design == name] for name in (a, b)]
        times = [np.concatenate([c.ns_total / c.iterations for c in cases]) for cases in pairs]
        process = np.concatenate([np.full(len(c.ns_total), c.process) for c in pairs[0]])
        expected = _core.stats.paired_ratio(*times, process)
        found = rows[a].ratios[b]
        assert found.ratio == pytest.approx(expected["ratio"], rel=1e-2)
        assert found.low == pytest.approx(expected["low"], rel=1e-2)
        assert found.high == pytest.approx(expected["high"], rel=1e-2)
        assert rows[b].ratios[a].ratio == pytest.approx(1 / found.ratio)


def test_refused_rows_have_no_ratio(make_results: Make) -> None:
    for section in sections(make_results()):
        for row in section.rows:
            if not row.accepted:
                assert row.ratios == {}
            assert all(other != row.design for other in row.ratios)


def test_every_slower_own_design_is_a_loss(make_results: Make) -> None:
    found = sections(make_results())
    lost = {(one.section.id, one.point.label, one.row.design, rival.design)
            for one in losses(found) for rival, _ in one.rivals}  # fmt: skip
    expected = {
        (s.id, p.label, own.design, rival.design)
        for s in found for p in s.points for own in p.accepted for rival in p.accepted
        if own.role == "own" and rival.role != "own" and own.ratios[rival.design].ratio > 1
    }  # fmt: skip
    assert lost == expected
    assert ("pool/churn", "", "stack", "naive") in lost
    assert losses(found)[0].matters


def test_first_are_the_losses_of_our_best_design(make_results: Make) -> None:
    found = losses(sections(make_results()))
    marks = [one.matters for one in found]
    assert marks == sorted(marks, reverse=True)
    matters = {(one.section.id, one.row.design) for one in found if one.matters}
    assert matters == {("pool/churn", "stack")}
    others = {(one.section.id, one.row.design) for one in found if not one.matters}
    assert ("pool/cycle", "checked") in others


def test_a_loss_within_the_noise_is_listed_but_not_counted(make_results: Make) -> None:
    section = sections(make_results(["pool/churn"]))[0]
    rows = {row.design: row for row in section.rows}
    rows["stack"].ratios["naive"] = Ratio(1.01, 0.99, 1.03)
    found = next(one for one in losses([section]) if one.row.design == "stack")
    assert found.rivals == [(rows["naive"], Ratio(1.01, 0.99, 1.03))]
    assert not found.clear
    assert not found.matters


def test_limits_of_figures_are_said_in_their_row(make_results: Make, tmp_path: Path) -> None:
    results = make_results(["pool/cycle"], processes=2)
    for case in results.cases:
        if case.design == "libc":
            case.evidence["notes"] = ["waits: <CPU time> is 2 % of wall time"]
            case.evidence["disturbs"] = ["rounding mode"]
    rows = {row.design: row for row in sections(results)[0].rows}
    assert rows["libc"].notes == [
        "waits: <CPU time> is 2 % of wall time", "disturbs its neighbours: rounding mode"
    ]  # fmt: skip
    assert rows["stack"].notes == []
    page = vmperf.report(results, tmp_path / "page.html").read_text()
    assert page.count('class="note"') == 2
    assert "waits: &lt;CPU time&gt; is 2 % of wall time" in page


def test_no_loss_where_we_are_ahead_everywhere(make_results: Make) -> None:
    results = make_results(["pool/cycle"]).select(designs=["stack", "libc", "naive"])
    assert losses(sections(results)) == []


def test_reference_is_the_first_own_design_or_the_one_asked_for(make_results: Make) -> None:
    results = make_results()
    assert {p.reference for s in sections(results) for p in s.points} == {"stack"}
    asked = {s.id: s.points[0].reference for s in sections(results, "pmr")}
    assert asked == {"pool/cycle": "pmr", "pool/churn": "stack", "pool/sizes": "pmr"}


def test_unknown_reference(make_results: Make) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match=r"reference is 'stak'.*stack"):
        sections(make_results(), "stak")


def test_axes_are_told_apart(make_results: Make) -> None:
    section = sections(make_results(["pool/sizes"]))[0]
    assert section.swept == ["capacity"]
    assert section.held == "item_size_bytes=64"
    assert [p.label for p in section.points] == ["capacity=10", "capacity=100", "capacity=1000"]


def test_colours_follow_the_declaration_not_the_speed(make_results: Make) -> None:
    found = sections(make_results(["pool/churn"]))
    assert found[0].points[0].rows[0].design == "naive"
    assert designs_of(found)[:3] == ["stack", "checked", "naive"]


def test_refusals_of_one_reason_stand_together(make_results: Make) -> None:
    found = {one.row.design: one for one in refusals(sections(make_results()))}
    assert set(found) == {"pmr", "checked"}
    places = [(section.id, point.label) for section, point in found["checked"].places]
    assert places == [("pool/sizes", f"capacity={n}") for n in (10, 100, 1000)]
    assert found["checked"].n_samples == 90


def test_what_is_not_installed_is_no_refusal(make_results: Make) -> None:
    found = sections(make_results())
    (absent,) = refusals(found, is_absent)
    assert absent.row.design == "mimalloc"
    assert [section.id for section, _ in absent.places] == ["pool/cycle"]
    counts = {one.section.id: (one.n_refused, one.n_absent) for one in verdicts(found)}
    assert counts == {"pool/cycle": (0, 1), "pool/churn": (1, 0), "pool/sizes": (1, 0)}


def test_verdicts(make_results: Make) -> None:
    found = {(one.section.id, one.point.label): one for one in verdicts(sections(make_results()))}
    assert found["pool/churn", ""].fastest.design == "naive"
    assert found["pool/churn", ""].own_to_naive.verdict == "slower"
    assert found["pool/cycle", ""].own_to_peer.verdict == "faster"
    assert found["pool/cycle", ""].peer.design == "boost_pool"
    assert found["pool/sizes", "capacity=10"].n_refused == 1


def test_reference_report_stands_beside_ours(make_results: Make) -> None:
    results = make_results()
    rows = {one.section.id: one for one in beside_reference(sections(results))}
    assert set(rows) == {"pool/cycle", "pool/sizes"}
    cycle = rows["pool/cycle"]
    assert (cycle.printed_own, cycle.printed_peer) == ("StackPool 5.95", "malloc 12.14")
    assert (cycle.printed_ratio, cycle.peer_design) == ("2.0×", "libc")
    stack = next(r for r in results.rows() if r["id"] == "pool/cycle")
    assert cycle.own == f"{stack['ns_per_op']['median']:.3f}"
    assert (rows["pool/sizes"].printed_own, rows["pool/sizes"].printed_peer) == (
        "StackPool 72–75",
        "",
    )


def test_reference_figures_need_the_tag(make_results: Make) -> None:
    assert beside_reference(sections(make_results(text="x"))) == []


def test_reference_file_holds_the_printed_figures() -> None:
    figures = reference_texts()["figure"]
    printed = {
        f["benchmark"]: (f["own_ns"], f.get("peer_ns"))
        for f in figures
        if f["benchmark"].startswith("pool/")
    }
    copies = {f["params"]["size_bytes"]: f["own_ns"] for f in figures if "memcpy" in f["own"]}
    assert copies == {64: [1.77], 256: [11.6], 1024: [9.94], 4096: [40.2]}
    written = next(f for f in figures if f["benchmark"] == "memops/volatile_write")
    assert (written["own_ns"], written["peer_ns"]) == ([36], 185)
    assert printed == {
        "pool/allocate": ([2.29], 12.15), "pool/cycle": ([5.95], 12.14),
        "pool/throughput": ([622], 1310), "pool/bulk": ([622], 1310),
        "pool/sizes": ([72, 75], None),
    }  # fmt: skip


def test_a_nested_fingerprint_is_rows_named_by_their_way() -> None:
    nested = {"cpu": {"brand": "B", "caches": {"L1": 32768}}, "sizes": [4096, 12345], "n": None}
    assert flatten(nested) == [
        ("cpu · brand", "B"),
        ("cpu · caches · L1", "32,768"),
        ("sizes", "4096; 12,345"),
        ("n", "unknown"),
    ]
    assert flatten({"x": [], "y": [{"a": True}, {"a": False}]}) == [
        ("x", "none"),
        ("y", "a yes; a no"),
    ]


def _crossed(cells: set[tuple[int, int]], designs: int = 2) -> list[tuple[str, str]]:
    """What is drawn as a grid, of points with these values of the axes a and b."""
    section = SimpleNamespace(
        swept=["a", "b"],
        values={"a": sorted({a for a, _ in cells}), "b": sorted({b for _, b in cells})},
        points=[SimpleNamespace(params=(("a", a), ("b", b))) for a, b in cells],
        measured=["d"] * designs,
    )
    found: list[tuple[str, str]] = Section.crossed.fget(section)  # type: ignore[attr-defined]
    return found


def test_a_grid_is_what_has_two_rows_and_two_columns_of_several_cells() -> None:
    whole = {(a, b) for a in range(4) for b in range(3)}
    assert _crossed(whole) == [("a", "b")]
    two = {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert _crossed(two) == [("a", "b")]
    assert _crossed(two | {(2, 2)}) == [("a", "b")]  # two columns of two cells are enough
    cross = {(a, 0) for a in range(4)} | {(0, b) for b in range(3)}
    assert _crossed(cross) == []  # one row and one column
    rows_alone = {(0, 0), (0, 1), (1, 2), (1, 3)}
    assert _crossed(rows_alone) == []  # each column has one cell
    assert _crossed({(b, a) for a, b in rows_alone}) == []  # each row has one
    comb = {(0, 0), (0, 1), (1, 0), (1, 2), (2, 0)}
    assert _crossed(comb) == []  # two rows of two, and one column alone of several
    diagonal = {(a, b) for a in range(8) for b in range(8) if a == b or (a < 2 and b < 2)}
    assert _crossed(diagonal) == []  # mostly holes
