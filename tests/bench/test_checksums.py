"""Batches of one n have one checksum, or are declared to vary: one loaded library of both kinds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "cpp"
DIFFERS = "ops gave the checksum"

# Short, as no time is asked for: what the machine's other work does to it is no matter here.
CODE = """
import json, sys, vmperf
from vmperf import bench

for id in vmperf.load(sys.argv[1]):
    for sampling in ("flat", "linear"):
        for r in bench.measure(id, {}, [], warm_up_ns=0, measurement_ns=4_000_000, n_samples=6,
                               sampling=sampling, n_placements=2, seed=1, process=0,
                               count_instructions=False):
            said = [r.reason, *r.evidence["notes"]]
            print(json.dumps([id, sampling, r.design, r.status, said]), flush=True)
"""


@pytest.fixture(scope="module")
def rows(compile_cpp):
    """(id, sampling, design) -> status, and all that is said of it."""
    depends = [HERE / "planted.hpp"]
    library = compile_cpp(HERE / "checksums.cpp", "-shared", "-fPIC", "-pthread", depends=depends)
    command = [sys.executable, "-c", CODE, str(library)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = [json.loads(line) for line in out.stdout.splitlines()]
    return {tuple(key): (status, said) for *key, status, said in found}


def test_what_says_that_it_repeats_itself_and_does_not_is_refused(rows):
    frauds = {key: row for key, row in rows.items() if key[0].startswith("fraud/")}
    assert len(frauds) == 2 * 4
    for key, (status, [reason, *_]) in frauds.items():
        assert status == "unverified", (key, reason)
        assert DIFFERS in reason
        assert reason.endswith("declared repeatable()")


def test_honest_checksums_are_nothing_to_speak_of(rows):
    honest = {key: said for key, (_, said) in rows.items() if key[0].startswith("honest/")}
    assert len(honest) == 2 * 8
    assert {key: said for key, said in honest.items() if DIFFERS in " ".join(said)} == {}


def test_where_nothing_is_declared_the_row_says_that_they_differ(rows):
    for sampling in ("flat", "linear"):
        status, [reason, *notes] = rows["silent/goes_on", sampling, "only"]
        assert status != "unverified"
        assert DIFFERS not in reason
        [note] = [note for note in notes if DIFFERS in note]
        assert "declare varies(reason)" in note


def test_what_we_declare_repeatable_is():
    # Each design at the default point; values of axes that change the data are not asked.
    program = """
import json, vmperf
from vmperf import bench

for entry in bench.catalog():
    if entry["repeatable"]:
        params = {axis["name"]: axis["defaults"][0] for axis in entry["axes"][1:]}
        found = bench.measure(entry["id"], params, [], warm_up_ns=0, measurement_ns=1_000_000,
                              n_samples=4, sampling="flat", n_placements=1, seed=1, process=0,
                              count_instructions=False)
        print(json.dumps([entry["id"], [[r.design, r.status, r.reason] for r in found]]))
"""
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    found = dict(json.loads(line) for line in out.stdout.splitlines())
    assert {"memops/page_scan", "pool/shared"} <= found.keys()
    assert [r for rows in found.values() for r in rows if DIFFERS in r[2]] == []
