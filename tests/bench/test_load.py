"""Own benchmarks in a shared library: they enter the catalog like the built-in ones, or not at all."""

import json
import subprocess
import sys
import textwrap

import pytest

import vmperf
from vmperf import bench

SOURCE = """
#include <vmperf/bench/plugin.hpp>

using namespace vmperf::bench;

struct Chain final : Workload {
  std::uint64_t x = 1;
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) x = opaque(x) * 3;
    return x;
  }
  Verification verify() override {
    return x == 1 ? Verification::failed("no multiplication was done") : Verification::passed();
  }
};

VMPERF_PLUGIN(registry) {
  registry.benchmark("PREFIX/multiply")
      .summary("a chain of multiplications by three")
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

SETTINGS = {
    "warm_up_ns": 0,
    "measurement_ns": 20_000_000,
    "n_samples": 20,
    "sampling": "flat",
    "n_placements": 1,
    "seed": 0,
    "process": 0,
    "count_instructions": True,
}


@pytest.fixture(scope="module")
def build(compile_cpp, tmp_path_factory):
    def make(text):
        source = tmp_path_factory.mktemp("plugin") / "mine.cpp"
        source.write_text(textwrap.dedent(text))
        return str(compile_cpp(source, "-O2", "-shared", "-fPIC"))

    return make


def test_a_loaded_benchmark_is_one_like_any_other(build):
    library = build(SOURCE.replace("PREFIX", "loaded"))
    assert bench.load(library) == ["loaded/multiply"]
    assert bench.load(library) == ["loaded/multiply"]  # again: the same, not twice
    [entry] = [b for b in bench.catalog() if b["id"] == "loaded/multiply"]
    assert entry["tags"] == ["mine"]
    assert entry["fooled_by"] == ["nothing is loaded or stored"]
    assert entry["axes"][1] == {"name": "width", "values": [1, 2], "defaults": [2]}
    [result] = bench.measure("loaded/multiply", {"width": 2}, [], **SETTINGS)
    assert result.status in ("ok", "too_noisy")  # a busy machine is not what is tested here
    assert result.evidence["instr_per_op"] >= 4
    cycles = (result.samples.ns_total / result.samples.iterations).min() * 1e-9
    assert cycles * result.evidence["core_hz"] > 1.0


def test_its_errors_cross_the_interface_as_text(build):
    bench.load(build(SOURCE.replace("PREFIX", "errors")))
    with pytest.raises(vmperf.InvalidArgumentError, match="width is 3"):
        bench.measure("errors/multiply", {"width": 3}, [], **SETTINGS)


def test_a_name_that_exists_is_refused_and_nothing_is_added(build):
    text = SOURCE.replace("PREFIX", "twice")
    bench.load(build(text))
    other = text.replace(
        "VMPERF_PLUGIN(registry) {",
        'VMPERF_PLUGIN(registry) {\n  registry.benchmark("twice/fresh");',
    )
    before = len(bench.catalog())
    with pytest.raises(vmperf.InvalidArgumentError, match="twice/multiply"):
        bench.load(build(other))
    assert len(bench.catalog()) == before


def test_another_interface_version_is_refused(build):
    text = '#include <cstdint>\nextern "C" { extern const std::uint32_t vmperf_plugin_abi = 999;\n'
    text += "void vmperf_plugin_register(const void *) {} }\n"
    with pytest.raises(vmperf.UnsupportedError, match=r"plugin interface 999.*compile it again"):
        bench.load(build(text))


def test_a_library_without_the_entry_point_is_refused(build):
    with pytest.raises(vmperf.InvalidArgumentError, match="VMPERF_PLUGIN"):
        bench.load(build('extern "C" int nothing() { return 0; }\n'))


def test_a_missing_library_is_an_os_error(tmp_path):
    with pytest.raises(vmperf.OsError, match="cannot open shared object file"):
        bench.load(str(tmp_path / "absent.so"))


def test_a_library_that_is_no_library_is_an_os_error(tmp_path):
    text = tmp_path / "text.so"
    text.write_text("not an ELF file, not at all\n" * 10)
    with pytest.raises(vmperf.OsError, match="text.so"):
        bench.load(str(text))


def test_a_far_exception_is_a_status(build):
    bad = SOURCE.replace("PREFIX", "thrower").replace(
        "std::uint64_t run(std::uint64_t n) override {",
        "std::uint64_t run(std::uint64_t n) override {\n    if (n > 64) throw 7;",
    )
    bench.load(build(bad))
    [result] = bench.measure("thrower/multiply", {"width": 1}, [], **SETTINGS)
    assert result.status == "crashed"
    assert "exception" in result.reason


def test_a_fresh_process_sees_only_what_it_loads(build):
    library = build(SOURCE.replace("PREFIX", "fresh"))
    code = (
        "import json, sys\nfrom vmperf import bench\n"
        "ids = lambda: sum(b['id'].startswith('fresh/') for b in bench.catalog())\n"
        "before = ids(); bench.load(sys.argv[1]); print(json.dumps([before, ids()]))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, library], capture_output=True, text=True, check=True
    )
    assert json.loads(out.stdout) == [0, 1]
