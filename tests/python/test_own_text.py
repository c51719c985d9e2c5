"""A library's words in any encoding: each is shown, and none spoils what is beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCE = r"""
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vmperf/bench/plugin.hpp>
using namespace vmperf::bench;

struct Fine : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 3 + 1;
    return x;
  }
  Verification verify() override { return Verification::passed(); }
};
struct Throws final : Fine {
  std::uint64_t run(std::uint64_t) override {
    throw std::runtime_error("gr\xf6\xdf" "e \x1b[31m");
  }
};
struct Long final : Fine {
  std::uint64_t run(std::uint64_t) override {
    std::string words = "x"; // so that the buffer of 512 bytes ends inside of a letter
    for (int i = 0; i < 400; ++i) words += "\u00df";
    throw std::runtime_error(words);
  }
};
struct Wrong final : Fine {
  Verification verify() override { return Verification::failed("falsch: \xe4"); }
};
template <class W> WorkloadPtr make(const Params &) { return std::make_unique<W>(); }

VMPERF_PLUGIN(registry) {
  std::puts("printed while it is loaded");
  registry.benchmark("words/one").summary("ein Ma\xdf").op("\xe4").fooled_by("\xf6").tag("no_naive")
      .design("throws", "wirft \xe4", make<Throws>)
      .design("long", "long", make<Long>)
      .design("wrong", "w", make<Wrong>)
      .design("fine", "gr\u00fcn", make<Fine>);
}
"""


@pytest.fixture(scope="module")
def library(compile_cpp: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("words") / "words.cpp"
    source.write_text(SOURCE)
    return compile_cpp(source, "-shared", "-fPIC")


def _json(*words: object) -> Any:
    command = [sys.executable, "-c", "from vmperf.cli.main import main; main()"]
    done = subprocess.run([*command, *map(str, words)], capture_output=True, check=False)
    return json.loads(done.stdout)


def test_declarations_are_listed_whatever_their_encoding(library: Path) -> None:
    """And what a library prints as it is loaded is no part of the JSON."""
    (one,) = _json("list", "words/*", "--load", library, "--json")
    assert one["summary"] == r"ein Ma\xdf"
    assert (one["op"], one["fooled_by"]) == (r"\xe4", [r"\xf6"])
    assert [design["summary"] for design in one["designs"]] == [r"wirft \xe4", "long", "w", "grün"]


def test_words_of_a_design_spoil_no_other(library: Path, tmp_path: Path) -> None:
    rows = _json("run", "words/one", "--load", library, "--budget", "2", "--json", "-",
                 "--results", tmp_path / "r.vmperf")  # fmt: skip
    found = {row["params"]["design"]: (row["status"], row["reason"]) for row in rows}
    assert found["throws"] == ("crashed", r"exception: gr\xf6\xdfe \x1b[31m")
    assert found["wrong"] == ("unverified", r"falsch: \xe4")
    status, reason = found["long"]
    assert status == "crashed"
    assert reason.startswith("exception: xßß")
    assert reason.endswith(("ß", r"\xc3"))
    assert found["fine"][0] not in ("crashed", "unverified")


def test_words_of_a_side_are_shown_too(library: Path, tmp_path: Path) -> None:
    words = ("compare", library, library, "--pairs", "3", "--json", "-", "--design")
    for design, status, said in (
        ("throws", "crashed", r"gr\xf6\xdfe"),
        ("wrong", "unverified", r"falsch: \xe4"),
    ):
        (row,) = _json(*words, design)  # of two libraries their own benchmarks, not ours
        assert (row["id"], row["status"]) == ("words/one", status)
        assert said in row["reason"]
        assert row["failed"] == "AB"
