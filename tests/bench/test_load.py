"""Own benchmarks in a library: they enter the catalog like the built-in ones, or not at all."""

import json
import subprocess
import sys
import textwrap

import pytest

SOURCE = """
#include <vmperf/bench/plugin.hpp>

using namespace vmperf::bench;

struct Chain final : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 0x9E3779B97F4A7C15U;
    return x;
  }
  Verification verify() override {
    return x == 1 ? Verification::failed("no multiplication was done") : Verification::passed();
  }
};

VMPERF_PLUGIN(registry) {
  registry.benchmark("PREFIX/multiply")
      .summary("a chain of multiplications")
      .op("one multiplication")
      .fooled_by("nothing is loaded or stored")
      .tag("mine")
      .axis("width", {std::int64_t{1}, std::int64_t{2}}, std::int64_t{2})
      .design("imul", "one register", [](const Params &params) -> WorkloadPtr {
        if (params.get_int("width") > 2) throw vmperf::InvalidArgumentError("width", "3", "1, 2");
        return std::make_unique<Chain>();
      });
}
"""

# Each test loads in a process of its own: a loaded library stays in its process's catalog for good.
PRELUDE = """
import json, sys, vmperf
from vmperf import bench

def measure(id, width):
    [result] = bench.measure(id, {"width": width}, [], warm_up_ns=0, measurement_ns=20_000_000,
        n_samples=20, sampling="flat", n_placements=1, seed=0, process=0, count_instructions=True)
    return result

def error_of(call, *args):
    try:
        call(*args)
    except vmperf.VmperfError as error:
        return [type(error).__name__, str(error)]
    return ["nothing", "was raised"]

def answer(value):
    print(json.dumps(value))
"""


@pytest.fixture(scope="module")
def build(compile_cpp, tmp_path_factory):
    def make(text):
        source = tmp_path_factory.mktemp("plugin") / "mine.cpp"
        source.write_text(textwrap.dedent(text))
        return str(compile_cpp(source, "-O2", "-shared", "-fPIC"))

    return make


@pytest.fixture(scope="module")
def library(build):
    return build(SOURCE.replace("PREFIX", "mine"))


def fresh(code, *args):
    out = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(code), *args],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(out.stdout)


def test_a_loaded_benchmark_is_one_like_any_other(library):
    found = fresh(
        """
        ids = [bench.load(sys.argv[1]) for _ in range(2)]  # again: the same, not twice
        entries = [b for b in bench.catalog() if b["id"] == "mine/multiply"]
        r = measure("mine/multiply", 2)
        cycles = r.evidence["core_hz"] * 1e-9 * (r.samples.ns_total / r.samples.iterations).min()
        answer([ids, entries, r.status, r.evidence, cycles])
        """,
        library,
    )
    ids, [entry], status, evidence, cycles = found
    assert ids == [["mine/multiply"]] * 2
    assert entry["tags"] == ["mine"]
    assert entry["fooled_by"] == ["nothing is loaded or stored"]
    assert entry["axes"][1] == {"name": "width", "values": [1, 2], "defaults": [2]}
    assert status in (
        "ok",
        "too_noisy",
        "below_resolution",
    )  # a busy machine is not what is tested here
    assert evidence["instr_per_op"] >= 4
    assert cycles > 1.0


def test_its_errors_cross_the_interface_as_text(library):
    code = "bench.load(sys.argv[1]); answer(error_of(measure, 'mine/multiply', 3))"
    name, message = fresh(code, library)
    assert name == "InvalidArgumentError"
    assert "width is 3" in message


def test_a_name_that_exists_is_refused_and_nothing_is_added(build, library):
    other = build(
        SOURCE.replace("PREFIX", "mine").replace(
            "VMPERF_PLUGIN(registry) {",
            'VMPERF_PLUGIN(registry) {\n  registry.benchmark("mine/fresh");',
        )
    )
    (name, message), added = fresh(
        """
        bench.load(sys.argv[1])
        before = len(bench.catalog())
        error = error_of(bench.load, sys.argv[2])
        answer([error, len(bench.catalog()) - before])
        """,
        library,
        other,
    )
    assert name == "InvalidArgumentError"
    assert "mine/multiply" in message
    assert added == 0


def test_another_interface_version_is_refused(build):
    text = '#include <cstdint>\nextern "C" { extern const std::uint32_t vmperf_plugin_abi = 999;\n'
    text += "void vmperf_plugin_register(const void *) {} }\n"
    name, message = fresh("answer(error_of(bench.load, sys.argv[1]))", build(text))
    assert name == "UnsupportedError"
    assert "plugin interface 999" in message
    assert "compile it again" in message


def test_a_library_without_the_entry_point_is_refused(build):
    library = build('extern "C" int nothing() { return 0; }\n')
    name, message = fresh("answer(error_of(bench.load, sys.argv[1]))", library)
    assert name == "InvalidArgumentError"
    assert "VMPERF_PLUGIN" in message


@pytest.mark.parametrize("text", [None, "not an ELF file, not at all"])
def test_what_cannot_be_loaded_is_an_os_error(tmp_path, text):
    path = tmp_path / "no-library.so"
    if text is not None:
        path.write_text(text * 100)
    name, message = fresh("answer(error_of(bench.load, sys.argv[1]))", str(path))
    assert name == "OsError"
    assert "no-library.so" in message


def test_a_far_exception_is_a_status(build):
    bad = SOURCE.replace("PREFIX", "thrower").replace(
        "std::uint64_t run(std::uint64_t n) override {",
        "std::uint64_t run(std::uint64_t n) override {\n    if (n > 64) throw 7;",
    )
    code = (
        "bench.load(sys.argv[1]); r = measure('thrower/multiply', 1); answer([r.status, r.reason])"
    )
    status, reason = fresh(code, build(bad))
    assert status == "crashed"
    assert "exception" in reason


@pytest.mark.parametrize(
    ("body", "reason"), [("__builtin_trap();", "crashed"), ("for (;;) pause();", "timed_out")]
)
def test_what_fails_as_it_registers_fails_in_a_child(build, body, reason):
    text = f"#include <unistd.h>\n{SOURCE}".replace(
        "VMPERF_PLUGIN(registry) {", f"VMPERF_PLUGIN(registry) {{\n  {body}"
    )
    code = """
        error = error_of(bench.load, sys.argv[1])
        answer([error, len([b for b in bench.catalog() if b["id"].startswith("at/")])])
    """
    library = build(text.replace("PREFIX", "at"))
    (name, message), added = fresh(code, library)
    assert name == "MeasurementError"
    assert message.startswith(reason)
    assert library in message
    assert added == 0


def test_an_entry_point_without_a_version_is_refused(build):
    library = build('extern "C" void vmperf_plugin_register(const void *) {}\n')
    name, message = fresh("answer(error_of(bench.load, sys.argv[1]))", library)
    assert name == "InvalidArgumentError"
    assert library in message


CRASH = "if (n > 64) __builtin_trap();"
HANG = 'while (n > 64) asm volatile("");'


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [(CRASH, "crashed", "killed by SIG"), (HANG, "timed_out", "no batch finished within 1 s")],
)
def test_a_crash_or_a_hang_while_measured_is_a_row(build, tmp_path, body, status, said):
    text = SOURCE.replace("PREFIX", "bad").replace(
        "for (std::uint64_t i", f"{body}\n    for (std::uint64_t i"
    )
    code = """
        added = vmperf.load(sys.argv[1])
        found = vmperf.run(added, results=sys.argv[2], timeout_s=1)
        [row] = found.rows()
        answer([added, row["status"], row["reason"]])
    """
    added, found, reason = fresh(code, build(text), str(tmp_path / "r.vmperf"))
    assert added == ["bad/multiply"]
    assert found == status
    assert said in reason
