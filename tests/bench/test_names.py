"""Names that a library declares: malformed, doubled or missing ones are refused as it is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CASES = [
    ('b.axis("w", {1, 2, 1}, 1)', "axis w of b/a is '1' twice"),
    ('b.axis("w", {1, "1"}, 1)', "axis w of b/a is '1' twice"),
    ('b.axis_all("w", {7, 7})', "axis w of b/a is '7' twice"),
    ('b.axis("w", {1, 2}, std::vector<Value>{2, 2})', "defaults of axis w of b/a is '2' twice"),
    ('b.axis("w", {1}, 1).axis("w", {2}, 2)', "axis of b/a is 'w'"),
    ('b.axis("a b", {1}, 1)', "axis of b/a is 'a b'"),
    ('b.axis("", {1}, 1)', "axis of b/a is ''"),
    ('b.axis("w", {zero / zero}, 1)', "finite"),
    *((f'b.axis("{name}", {{1}}, 1)', f"axis of b/a is '{name}'") for name in (
        "process", "id", "status", "sample", "seed", "design", "point", "params", "version",
    )),
    ('registry.benchmark("b/b")', "'b/b' without a design"),
    ('registry.benchmark("b/b").latency()', "'b/b' without a design"),
    ('registry.benchmark("b/b").designs("none")', "'b/b' without a design"),
    ('registry.benchmark("b/a")', "'b/a' twice"),
    ('registry.benchmark("pool/cycle").design("d", "", make)', "'pool/cycle' twice"),
    ('registry.benchmark("b/a b").design("d", "", make)', "'b/a b'"),
    ('registry.benchmark("b/a*").design("d", "", make)', "'b/a*'"),
    (r'registry.benchmark("b/\n").design("d", "", make)', "benchmark id"),
    (r'registry.benchmark("b/\xff").design("d", "", make)', "benchmark id"),
    ('b.design("", "", make)', "name of a design is ''"),
    ('b.design("d,e", "", make)', "name of a design is 'd,e'"),
    ('b.design("one", "", make)', "design of b/a is 'one' twice"),
    ('b.latency().design("null", "", make)', "design of b/a is 'null' twice"),
    ('b.tag("t").tag("t")', "tag of b/a is 't' twice"),
    (
        'b.designs("pool"); registry.design("pool", "one", "").runs("b/a", make)',
        "design of b/a is 'one' twice",
    ),
    ('registry.design("pool", "stack", "").runs("pool/cycle", make)', "'stack' twice"),
    ('registry.design("pool", "mine", "").runs("pool/cycl", make)', "'pool/cycl'"),
    ('registry.design("pools", "mine", "").runs("pool/cycle", make)', "API 'pools', not 'pool'"),
    ('b.metric("m", "1").metric("m", "1")', "'m'"),
    ('b.axis("w", {1}, 1).metric("w", "1")', "'w'"),
]  # fmt: skip
SOUND = 'b.axis("w", {1, 2}, 3); registry.design("pool", "mine", "").runs("pool/cycle", make)'
SOURCE = """
#include <vmperf/bench/plugin.hpp>
#include <cstdlib>
using namespace vmperf::bench;
VMPERF_PLUGIN(registry) {
  const Maker make = [](const Params &) -> WorkloadPtr { return nullptr; };
  volatile double zero = 0;
  static_cast<void>(zero);
  auto &b = registry.benchmark("b/a").summary("s").op("o").design("one", "", make);
  switch (std::atoi(std::getenv("CASE"))) {
LINES
  }
}
"""
CODE = """
import json, sys, vmperf
from vmperf import bench
before = len(bench.catalog())
try:
    said = ["", str(vmperf.load(sys.argv[1]))]
except vmperf.VmperfError as error:
    said = [type(error).__name__, str(error)]
print(json.dumps([*said, len(bench.catalog()) - before]))
"""


@pytest.fixture(scope="module")
def library(compile_cpp: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = [f"  case {i}: {line}; break;" for i, (line, _) in enumerate([*CASES, (SOUND, "")])]
    source = tmp_path_factory.mktemp("names") / "names.cpp"
    source.write_text(SOURCE.replace("LINES", "\n".join(lines)))
    return compile_cpp(source, "-O0", "-shared", "-fPIC")


def load(library: Path, case: int) -> tuple[str, str, int]:
    words = [sys.executable, "-c", CODE, str(library)]
    env = {**os.environ, "CASE": str(case)}
    done = subprocess.run(words, capture_output=True, text=True, env=env, check=True)
    kind, said, added = json.loads(done.stdout)
    return kind, said, added


@pytest.mark.parametrize(("case", "said"), [(i, said) for i, (_, said) in enumerate(CASES)])
def test_a_bad_name_is_refused_by_name_and_nothing_enters(
    library: Path, case: int, said: str
) -> None:
    kind, words, added = load(library, case)
    assert (kind, added) == ("InvalidArgumentError", 0), words
    assert said in words


def test_sound_names_enter(library: Path) -> None:
    assert load(library, len(CASES)) == ("", "['b/a', 'pool:mine']", 1)
