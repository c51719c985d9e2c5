"""Allocators of others: side by side in one process, given by a path, absent with a remedy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from vmperf import _core

TUNABLES = "glibc.rtld.optional_static_tls=16384"
PEERS = ("libc", "mimalloc", "mimalloc2", "jemalloc", "tcmalloc")
GIVEN = ("google_tcmalloc", "rpmalloc", "snmalloc")

ASK = """
import json
import vmperf
from vmperf import _core
from vmperf._catalog.catalog import get
benchmark = get("alloc/cycle")
print(json.dumps({d.name: benchmark.availability(d.name) for d in benchmark.designs}))
"""
MEASURE = """
import json, sys
import vmperf
from vmperf import _core
from vmperf._catalog.catalog import get
designs = [d.name for d in get("alloc/cycle").designs]
found = _core.bench.measure(
    "alloc/cycle", {"size_bytes": 64, "touch": "first"}, designs, warm_up_ns=0,
    measurement_ns=100_000, n_samples=2, sampling="flat", n_placements=1, seed=3, process=0,
    count_instructions=False)
print(json.dumps({c.design: [c.status, c.reason, c.version] for c in found}))
"""
SOUND = """
#include <cstddef>
#include <cstdlib>
extern "C" void *rpmalloc(std::size_t n) { return std::malloc(n); }
extern "C" void rpfree(void *p) { std::free(p); }
extern "C" void *rpcalloc(std::size_t n, std::size_t size) { return std::calloc(n, size); }
extern "C" void *rprealloc(void *p, std::size_t n) { return std::realloc(p, n); }
"""


def ask(code: str, **env: str) -> dict[str, Any]:
    environment = {
        k: v for k, v in os.environ.items() if k not in ("VMPERF_PEERS", "GLIBC_TUNABLES")
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_all_that_are_there_run_in_one_process() -> None:
    found = ask(MEASURE, GLIBC_TUNABLES=TUNABLES)
    for design, (status, reason, _) in found.items():
        assert status not in ("crashed", "unverified", "timed_out"), f"{design}: {reason}"
    assert found["libc"][2].startswith("glibc ")
    assert set(PEERS) | set(GIVEN) <= set(found)


def test_one_that_is_not_given_says_how_to_get_it() -> None:
    found = ask(ASK)
    for name in GIVEN:
        assert found[name]["status"] == "not_installed"
        assert f"VMPERF_PEERS={name}=PATH" in found[name]["reason"]


def test_jemalloc_is_there_where_a_worker_can_load_it() -> None:
    here, worker = ask(ASK)["jemalloc"], ask(ASK, GLIBC_TUNABLES=TUNABLES)["jemalloc"]
    assert here["status"] == worker["status"]
    if worker["status"] == "not_installed":
        assert "libjemalloc2" in worker["reason"]


def test_a_given_one_is_a_design(compile_cpp: Callable[..., Path], tmp_path: Path) -> None:
    path = shutil.copy(compile_cpp(SOUND, "-shared", "-fPIC", "-fno-builtin"), tmp_path / "rp.so")
    missing = tmp_path / "none.so"
    found = ask(MEASURE, VMPERF_PEERS=f"rpmalloc={path}:mine={path}:gone={missing}")
    status, reason, version = found["rpmalloc"]
    assert status not in ("not_installed", "crashed", "unverified"), reason
    assert version == "rp.so"
    status, reason, _ = found["mine"]  # its names are neither mine_malloc nor malloc
    assert status == "not_installed"
    assert "malloc" in reason
    status, reason, _ = found["gone"]
    assert status == "not_installed"
    assert str(missing) in reason


def test_a_tcmalloc_may_be_given_by_its_path() -> None:
    there = next(row for row in vmperf.alloc.peers() if row["name"] == "tcmalloc")
    if not there["present"]:
        pytest.skip(there["reason"])
    status, reason, version = ask(MEASURE, VMPERF_PEERS=f"google_tcmalloc={there['path']}")[
        "google_tcmalloc"
    ]
    assert status not in ("not_installed", "crashed", "unverified"), reason
    assert version == Path(there["path"]).resolve().name


@pytest.mark.parametrize("value", ["rpmalloc", "=x.so", "rpmalloc=", "libc=/x.so"])
def test_a_malformed_variable_is_named(value: str) -> None:
    environment = os.environ | {"VMPERF_PEERS": value}
    done = subprocess.run(
        [sys.executable, "-c", "import vmperf; vmperf.list()"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert value.split("=")[0] in done.stderr


def test_a_malformed_variable_is_named_by_every_call() -> None:
    code = """
import vmperf
for use in (vmperf.alloc.peers, vmperf.list, vmperf.alloc.peers):
    try:
        use()
    except vmperf.InvalidArgumentError as error:
        print(error)
"""
    environment = os.environ | {"VMPERF_PEERS": "rpmalloc"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()
    assert len(said) == 3
    assert len(set(said)) == 1
    assert "NAME=PATH" in said[0]


def test_workers_have_room_for_static_tls() -> None:
    from vmperf._measure.child import start, wait

    def tunables(**env: str) -> str:
        environment = {k: v for k, v in os.environ.items() if k != "GLIBC_TUNABLES"} | env
        words = ["sh", "-c", 'printf %s "$GLIBC_TUNABLES"']
        with tempfile.TemporaryFile() as out:
            child = start(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment)
            assert wait(child, 20) == 0
            out.seek(0)
            return out.read().decode()

    assert tunables() == TUNABLES
    assert tunables(GLIBC_TUNABLES="a.b=1") == f"a.b=1:{TUNABLES}"
    own = "glibc.rtld.optional_static_tls=512"
    assert tunables(GLIBC_TUNABLES=own) == own


def test_the_tests_above_know_the_designs() -> None:
    names = {
        d["name"] for b in _core.bench.catalog() if b["id"] == "alloc/cycle" for d in b["designs"]
    }
    assert {*PEERS, *GIVEN} <= names
