"""Designs that change the process: only they see it, and the rows of those who did it say so."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="sets MXCSR")

HERE = Path(__file__).parent / "cpp"
CODE = """
import json, sys, vmperf
from vmperf import bench

vmperf.load(sys.argv[1])
found = bench.measure("disturb/all", {}, [], warm_up_ns=0, measurement_ns=2_000_000, n_samples=6,
    sampling="flat", n_placements=2, seed=1, process=0, count_instructions=False)
print(json.dumps({r.design: [r.status, r.reason, r.evidence["disturbs"]] for r in found}))
"""
SAID = {
    "denormals": "floating-point control",
    "rounding": "floating-point control",
    "affinity": "CPUs of the thread",
    "timer": "an interval timer runs",
    "handler": "handler of SIGUSR1",
    "thread": "leaves threads running",
    "child": "left children running, which were ended",
    "memory": "leaves memory allocated",
    "locked": "leaves memory locked",
}


@pytest.fixture(scope="module")
def rows(compile_cpp):
    library = compile_cpp(
        HERE / "disturbers.cpp", "-shared", "-fPIC", "-pthread", depends=[HERE / "planted.hpp"]
    )
    out = subprocess.run(
        [sys.executable, "-c", CODE, str(library)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(out.stdout)


def test_no_neighbour_sees_it(rows):
    for name in ("first", "last"):
        status, reason, disturbs = rows[name]
        assert status != "unverified", reason
        assert disturbs == []


@pytest.mark.parametrize("name", SAID)
def test_the_offender_is_named(rows, name):
    status, reason, disturbs = rows[name]
    assert status != "unverified", reason  # what it set is there in each of its own steps
    words = [words for words in disturbs if words.startswith(SAID[name])]
    if name == "affinity" and not words:
        pytest.skip("one CPU is all there is")
    if name == "locked" and "libasan" in os.environ.get("LD_PRELOAD", ""):
        pytest.skip("AddressSanitizer makes mlockall() do nothing")
    assert words, disturbs


def test_a_library_that_changes_arithmetic_as_it_is_loaded_is_named(compile_cpp):
    text = """
    #include <immintrin.h>
    #include <vmperf/bench/plugin.hpp>
    namespace { const bool changed = [] { _mm_setcsr(_mm_getcsr() | 0x8040U); return true; }(); }
    struct Adds final : vmperf::bench::Workload {
      std::uint64_t run(std::uint64_t n) override { return n; }
      vmperf::bench::Verification verify() override {
        return vmperf::bench::Verification::passed();
      }
    };
    VMPERF_PLUGIN(registry) {
      registry.benchmark("fast/math").summary(changed ? "yes" : "no").op("none").design("adds", "",
          [](const vmperf::bench::Params &) { return std::make_unique<Adds>(); });
    }
    """
    library = compile_cpp(text, "-shared", "-fPIC")
    code = """
import sys, warnings, vmperf
warnings.simplefilter("always")
with warnings.catch_warnings(record=True) as caught:
    vmperf.load(sys.argv[1])
assert len(caught) == 1 and sys.argv[1] in str(caught[0].message), caught
assert 1e-310 * 0.5 != 0.0
"""
    subprocess.run([sys.executable, "-c", code, str(library)], check=True, timeout=120)
