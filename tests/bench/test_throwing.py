"""What an own benchmark's code throws is told with benchmark, design and the exception's words."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = r"""
#include <stdexcept>
#include <vmperf/bench/plugin.hpp>
using namespace vmperf::bench;

template <class E> struct Throws final : Workload {
  Throws(std::string where, E what) : at(std::move(where)), error(what) { in("maker"); }
  void in(const char *here) const { if (at == here) throw error; }
  void prepare(std::uint64_t) override { in("prepare"); }
  std::uint64_t run(std::uint64_t n) override {
    in("run");
    if ((ops += n) > 50'000) in("late");
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 0x9E3779B97F4A7C15U;
    return x;
  }
  Verification verify() override { in("verify"); return {}; }
  void report(Report &) override { in("report"); }
  std::string at;
  E error;
  std::uint64_t x = 1, ops = 0;
};

template <class E> Maker thrower(E error) {
  return [error](const Params &params) {
    return std::make_unique<Throws<E>>(params.get_string("at"), error);
  };
}

VMPERF_PLUGIN(registry) {
  registry.benchmark("throws/at").summary("throws").op("one op").varies("it goes on")
      .axis("at", {"maker", "prepare", "run", "late", "verify", "report"}, "run")
      .design("std", "", thrower(std::runtime_error("no such file: x.bin")))
      .design("argument", "", thrower(vmperf::InvalidArgumentError("size", "7", "even")))
      .design("number", "", thrower(42))
      .design("good", "", [](const Params &) {
        return std::make_unique<Throws<int>>("nowhere", 0);
      });
}
"""
WORDS = {
    "std": "no such file: x.bin",
    "argument": "size is 7; allowed: even",
    "number": "not a std::exception",
}
PLACES = ("maker", "prepare", "run", "late", "verify", "report")


@pytest.fixture(scope="module")
def library(compile_cpp, tmp_path_factory):
    source = tmp_path_factory.mktemp("throws") / "throws.cpp"
    source.write_text(SOURCE)
    return str(compile_cpp(source, "-O2", "-shared", "-fPIC"))


def fresh(code: str, library: str):
    """Run in a process of its own: a loaded library stays in its process's catalog for good."""
    prelude = "import json, sys, vmperf\nfrom vmperf import bench\nbench.load(sys.argv[1])\n"
    out = subprocess.run(
        [sys.executable, "-c", prelude + code, library], capture_output=True, text=True, check=True
    )
    return json.loads(out.stdout)


MEASURE = """
def measure(at, designs):
    return bench.measure("throws/at", {"at": at}, designs, warm_up_ns=0, measurement_ns=4_000_000,
        n_samples=4, sampling="flat", n_placements=1, seed=0, process=1, count_instructions=False)
"""


def test_a_throw_is_the_status_of_its_own_design_alone(library):
    found = fresh(
        MEASURE
        + f"""
rows = [[at, r.design, r.status, r.reason] for at in {PLACES} for r in measure(at, [])]
print(json.dumps(rows))
""",
        library,
    )
    assert len(found) == 4 * len(PLACES)
    for at, design, status, reason in found:
        if design == "good":
            assert status not in ("crashed", "unverified"), (at, reason)
        else:
            assert status == ("unverified" if at == "verify" else "crashed")
            assert WORDS[design] in reason


def test_params_that_no_design_takes_are_the_callers_mistake(library):
    argument, value, allowed = fresh(
        MEASURE
        + """
try:
    measure("maker", ["argument", "std"])
except vmperf.InvalidArgumentError as e:
    print(json.dumps([e.argument, e.value, e.allowed]))
""",
        library,
    )
    assert (argument, value, allowed) == ("size", "7", "even")


def test_a_side_of_a_comparison_names_benchmark_and_design(library):
    found = fresh(
        f"""
def said(at, design):
    try:
        arm = bench.Arm("throws/at", {{"at": at}}, design, seed=0)
        arm.calibrate(0)
        arm.run(60_000)
        arm.report()
        return arm.verify()
    except vmperf.VmperfError as e:
        return type(e).__name__ + ": " + str(e)
designs = ("std", "argument", "number", "good")
print(json.dumps([[at, d, said(at, d)] for at in {PLACES} for d in designs]))
""",
        library,
    )
    for at, design, said in found:
        if design == "good":
            assert said == ""
        elif at == "verify":  # a proof that fails is its answer, whatever failed in it
            assert WORDS[design] in said
        elif (at, design) == ("maker", "argument"):
            assert said == "InvalidArgumentError: " + WORDS[design]
        else:
            assert said.startswith(
                f"MeasurementError: crashed: throws/at, design {design}: exception: "
            )
            assert WORDS[design] in said


def test_the_command_line_names_them_too(library, tmp_path: Path):
    code = "from vmperf.cli.main import main; main()"
    command = [sys.executable, "-c", code, "run", "--load", library, "throws/at"]
    options = ["--budget", "2", "--results", str(tmp_path / "r.vmperf")]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for design, words in WORDS.items():
        assert f"throws/at at=run {design}: crashed: exception: " in done.stderr
        assert words in done.stderr
