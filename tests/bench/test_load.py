"""Own benchmarks in a library: they enter the catalog like the built-in ones, or not at all."""

import json
import subprocess
import sys
import textwrap

import pytest

from house.weather import PROVED

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
        answer([ids, entries, r.status, r.evidence])
        """,
        library,
    )
    ids, [entry], status, evidence = found
    assert ids == [["mine/multiply"]] * 2
    assert entry["tags"] == ["mine"]
    assert entry["fooled_by"] == ["nothing is loaded or stored"]
    assert entry["axes"][1] == {"name": "width", "values": [1, 2], "defaults": [2]}
    assert status in PROVED
    if evidence["instr_status"] == "counted":
        assert evidence["instr_per_op"] >= 4


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


def test_a_library_of_the_first_interface_is_refused_in_words(build):
    text = '#include <cstdint>\nextern "C" { extern const std::uint32_t vmperf_plugin_abi = 1;\n'
    text += "void vmperf_plugin_register(const void *) { __builtin_trap(); } }\n"
    name, message = fresh("answer(error_of(bench.load, sys.argv[1]))", build(text))
    assert name == "UnsupportedError"
    assert "plugin interface 1, this vmperf has 3" in message


MARKED = """
struct Absent { static Availability probe() { return {Status::not_installed, "get it", ""}; } };

VMPERF_PLUGIN(registry) {
  registry.benchmark("marked/op").designs("marked").hidden().isolated()
      .metric("hits", "1", Better::higher);
  const Maker make = [](const Params &) { return std::make_unique<Chain>(); };
  registry.design("marked", "theirs", "a peer").peer().runs("marked/op", make);
  registry.design("marked", "bound", "a limit").limit().runs("marked/op", make);
  registry.design("marked", "gone", "not there").available(Absent::probe).runs("marked/op", make);
}
"""


def test_marks_and_availability_cross_the_interface(build):
    library = build(SOURCE[: SOURCE.index("VMPERF_PLUGIN")] + MARKED)
    entry, gone, here = fresh(
        """
        bench.load(sys.argv[1])
        [entry] = [b for b in bench.catalog() if b["id"] == "marked/op"]
        found = [bench.availability("marked/op", d) for d in ("gone", "theirs")]
        answer([entry, *found])
        """,
        library,
    )
    marks = {d["name"]: (d["peer"], d["limit"]) for d in entry["designs"]}
    assert marks == {"theirs": (True, False), "bound": (False, True), "gone": (False, False)}
    assert entry["hidden"]
    assert entry["isolated"]
    assert entry["quantities"]["metrics"][0]["better"] == "higher"
    assert gone == {"status": "not_installed", "reason": "get it", "version": ""}
    assert here["status"] == "ok"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'registry.benchmark("b/a").axis("process", {std::int64_t{1}}, std::int64_t{1});',
            "process",
        ),
        ('registry.benchmark("b/a").axis("w", {}, std::vector<Value>{});', "without values"),
        ('registry.benchmark("b/a").metric("Bad Name", "1");', "Bad Name"),
        ('registry.benchmark("b/a").metric("x1", "1").series("x1", "s", "B");', "x1"),
        ('registry.benchmark("b/a").design("d", "", nullptr).design("d", "", nullptr);', "twice"),
        ('throw std::runtime_error("planted");', "planted"),
        ("throw 7;", "not a std::exception"),
    ],
)
def test_a_bad_declaration_is_an_error_with_its_words(build, line, said):
    text = "#include <stdexcept>\n" + SOURCE[: SOURCE.index("VMPERF_PLUGIN")]
    library = build(
        f"{text}\nVMPERF_PLUGIN(registry) {{\n  static_cast<void>(registry);\n  {line}\n}}\n"
    )
    (name, message), n = fresh(
        """
        error = error_of(bench.load, sys.argv[1])
        answer([error, len([b for b in bench.catalog() if b["id"].startswith("b/")])])
        """,
        library,
    )
    assert name in ("InvalidArgumentError", "VmperfError")
    assert said in message
    assert library in message or "twice" in message or "axis" in message
    assert n == 0


REPORTER = """
struct Reporter final : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 0x9E3779B97F4A7C15U;
    return x;
  }
  Verification verify() override { return Verification::passed(); }
  void report(Report &report) override {
    report.metric("seen", 3.5);
    vmperf::stats::Histogram ages;
    for (int i = 1; i <= 100; ++i) ages.record(i);
    report.distribution("ages", ages);
    report.series("line", std::vector{0.0, 1.0}, std::vector{2.0, 4.0});
    report.row("rows", {"text", 7, 0.5});
    if (NAME[0] != 'r') report.metric(NAME, 1);
  }
};

VMPERF_PLUGIN(registry) {
  registry.benchmark("far/report").latency().metric("seen", "1").distribution("ages", "ms")
      .series("line", "s", "B").table("rows", {{"a", ""}, {"b", "1"}, {"c", "1"}})
      .design("one", "", [](const Params &) { return std::make_unique<Reporter>(); });
}
"""
MEASURE_FAR = """
    bench.load(sys.argv[1])
    [r] = bench.measure("far/report", {}, ["one"], warm_up_ns=0, measurement_ns=4_000_000,
        n_samples=4, sampling="flat", n_placements=2, seed=0, process=0, count_instructions=False)
"""


def test_reports_and_stamps_cross_the_interface(build):
    library = build(
        "#include <vmperf/bench/plugin.hpp>\nusing namespace vmperf::bench;\n"
        + REPORTER.replace("NAME", '"r"')
    )
    metrics, kinds, ages, n_stamped, n_ops = fresh(
        MEASURE_FAR
        + """
    from vmperf import stats
    found = {(kind, name): data for kind, name, at, data in r.details() if at == 1}
    ages = stats.Histogram.from_bytes(found["distribution", "ages"])
    stamped = sum(stats.Histogram.from_bytes(data).count
                  for kind, name, at, data in r.details() if name == "latency")
    answer([r.metrics["seen"], sorted(found), [ages.count, ages.max], stamped,
            int(r.samples.iterations.sum())])
    """,
        library,
    )
    assert metrics == [3.5, 3.5]
    assert kinds == [
        ["distribution", "ages"],
        ["distribution", "latency"],
        ["series", "line"],
        ["table", "rows"],
    ]
    assert ages == [100, 100]
    assert n_stamped == n_ops


def test_a_far_report_of_what_is_not_declared_is_a_status(build):
    library = build(
        "#include <vmperf/bench/plugin.hpp>\nusing namespace vmperf::bench;\n"
        + REPORTER.replace("NAME", '"unheard_of"')
    )
    status, reason = fresh(MEASURE_FAR + "    answer([r.status, r.reason])", library)
    assert status == "crashed"
    assert "unheard_of" in reason


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
