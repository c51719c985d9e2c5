"""A user's malloc and free as a design: measured like any other, every failure under its name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import vmperf
from house.weather import IN_BUDGET, PROVED
from vmperf.cli.main import cli

SOUND = """
#include <cstddef>
static char arena[1 << 22] __attribute__((aligned(16)));
static std::size_t top;
static void *list;
extern "C" void PREFIXfree(void *p) { *static_cast<void **>(p) = list; list = p; }
extern "C" void *PREFIXmalloc(std::size_t n) {
  if (list != nullptr) { void *p = list; list = *static_cast<void **>(p); return p; }
  n = (n + 15) & ~std::size_t{15};
  if (top + n > sizeof arena) return nullptr;
  top += n;
  return arena + top - n;
}
"""
# What malloc does; free does nothing.
UNSOUND = """
#include <cstddef>
extern "C" void free(void *) {}
static char area[8192] __attribute__((aligned(16)));
static std::size_t calls;
extern "C" void *malloc(std::size_t) { ++calls; static_cast<void>(area); BODY }
"""
BODIES = {
    "null": "return nullptr;",
    "later": "return calls > 2000 ? nullptr : area;",
    "overlap": "return area;",
    "crash": "return reinterpret_cast<void *>(16);",
    "hang": 'for (;;) asm volatile("");',
}

Build = Callable[..., Path]


@pytest.fixture(scope="session")
def build(compile_cpp: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compile a library to a file name of its own."""

    def make(text: str, name: str) -> Path:
        built = compile_cpp(text, "-shared", "-fPIC", "-fno-builtin")
        path = tmp_path_factory.mktemp("own") / f"{name}.so"
        return Path(shutil.copy(built, path))

    return make


@pytest.fixture(scope="session")
def sound(build: Build) -> Path:
    return build(SOUND.replace("PREFIX", "my_"), "sound")


def _rows(*designs: str, **more: object) -> dict[str, dict[str, object]]:
    found = vmperf.run(
        "pool/cycle",
        designs=designs,
        params={"state": "member"},
        timeout_s=2,
        **more,
    )
    return {row["params"]["design"]: row for row in found.rows()}


def test_a_library_is_a_design_of_all_benchmarks_of_its_api(sound: Path) -> None:
    rows = _rows(f"own={sound}:my_", "stack")
    assert {*rows} == {"own", "stack"}
    assert rows["own"]["status"] in PROVED
    assert rows["own"]["version"].startswith(f"{sound}:my_ fnv1a:")
    assert rows["own"]["instr_per_op"] is None or rows["own"]["instr_per_op"] > 8
    pools = [b for b in vmperf.list("pool/*") if "libc" in {d.name for d in b.designs}]
    assert all("own" in {d.name for d in b.designs} for b in pools)
    assert len(pools) >= 5


def test_it_is_given_to_workers_and_named_in_the_command(sound: Path, tmp_path: Path) -> None:
    results = tmp_path / "r.vmperf"
    found = vmperf.run(
        ["pool/cycle", "pool/churn"],
        designs=[f"everywhere={sound}:my_"],
        budget_s=2,
        results=results,
    )
    assert {row["id"] for row in found.rows()} == {"pool/cycle", "pool/churn"}
    assert {row["status"] for row in found.rows()} <= IN_BUDGET
    assert f"--design everywhere={sound}:my_" in found.command
    again = vmperf.run(  # by its name alone: it is known by now
        ["pool/cycle", "pool/churn"], designs="everywhere", budget_s=2, results=results, resume=True
    )
    assert len(again.cases) == len(found.cases)


def test_sweep_and_command_line_take_it(sound: Path, tmp_path: Path) -> None:
    data = vmperf.sweep(
        "pool/cycle", design=[f"swept={sound}:my_"], item_size_bytes=64, state="member",
        capacity=[10, 1000], budget_s=1,
    )  # fmt: skip
    assert data.sizes["capacity"] == 2
    assert [*data["design"].values] == ["swept"]
    words = ["run", "pool/cycle", "--design", f"typed={sound}:my_", "--budget", "1"]
    words += ["--param", "state=member"]
    done = CliRunner().invoke(cli, [*words, "--results", str(tmp_path / "c.vmperf")])
    assert f"typed: version {sound}:my_ fnv1a:" in done.output


def test_its_own_calls_reach_itself(build: Build) -> None:
    """The library's calloc calls its malloc, not the program's, which is looked at first else."""
    text = (
        SOUND.replace("PREFIX", "")
        + """
static void *warm = malloc(64); // the program's malloc would hand out an address outside of arena
static bool mine = warm >= arena && warm < arena + sizeof arena;
extern "C" void *odd_malloc(std::size_t n) { return mine ? malloc(n) : nullptr; }
extern "C" void odd_free(void *p) { free(p); }
"""
    )
    if "-fsanitize" in str(vmperf.machine()["build"]["flags"]):
        pytest.skip("sanitizers refuse libraries that look at themselves first")
    rows = _rows(f"inward={build(text, 'inward')}:odd_")
    assert rows["inward"]["status"] in PROVED, rows["inward"]["reason"]


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("null", "crashed", "malloc(64) returned null"),
        ("later", "crashed", "malloc(64) returned null"),
        ("overlap", "unverified", "handed out twice"),
        ("crash", "crashed", "killed by SIG"),
        ("hang", "timed_out", "no batch finished within 2 s"),
    ],
)
def test_unsound_code_is_a_row_of_its_own(
    build: Build, name: str, status: str, reason: str
) -> None:
    library = build(UNSOUND.replace("BODY", BODIES[name]), name)
    rows = _rows(f"un.{name}={library}", "libc")
    row = rows[f"un.{name}"]
    assert (row["status"], reason in row["reason"]) == (status, True), row["reason"]
    assert rows["libc"]["samples"] > 0  # the others of its group are measured all the same


def _refused(spec: str) -> vmperf.VmperfError:
    with pytest.raises(vmperf.VmperfError) as caught:
        vmperf.run("pool/cycle", designs=[spec])
    return caught.value


@pytest.mark.parametrize("spec", ["=x.so", "my=", "a b=x.so", "a,b=x.so"])
def test_malformed(spec: str) -> None:
    error = _refused(spec)
    assert isinstance(error, vmperf.InvalidArgumentError)
    assert "NAME=PATH" in error.allowed


def test_missing_file_and_no_library(tmp_path: Path) -> None:
    error = _refused("my=./none.so")
    assert isinstance(error, vmperf.InvalidArgumentError)
    assert "./none.so" in str(error)
    text = tmp_path / "text.so"
    text.write_text("not a library " * 100)
    error = _refused(f"my={text}")
    assert isinstance(error, vmperf.OsError)
    assert str(text) in str(error)


def test_missing_symbols_are_named(sound: Path, build: Build) -> None:
    error = _refused(f"my={sound}")  # without its prefix; that of the C library does not count
    assert isinstance(error, vmperf.InvalidArgumentError)
    for said in (str(sound), "malloc (API pool)", "free (API pool)", "PREFIX"):
        assert said in str(error)
    half = build('extern "C" void *h_malloc(unsigned long) { return nullptr; }\n', "half")
    error = _refused(f"my={half}:h_")
    assert "h_free" in str(error)
    assert "h_malloc" not in str(error)


def test_name_taken(sound: Path) -> None:
    error = _refused(f"libc={sound}:my_")
    assert isinstance(error, vmperf.InvalidArgumentError)
    assert "'libc'" in str(error)


@pytest.mark.parametrize(
    ("body", "reason"), [("__builtin_trap();", "crashed"), ("for (;;) sleep(1);", "timed_out")]
)
def test_what_fails_as_it_is_loaded_fails_in_a_child(
    build: Build, body: str, reason: str, repo_root: Path
) -> None:
    text = f"#include <unistd.h>\n__attribute__((constructor)) static void start() {{ {body} }}\n"
    library = build(text, f"at-load-{reason}")
    error = _refused(f"my={library}")
    assert isinstance(error, vmperf.MeasurementError)
    assert error.reason == reason
    assert str(library) in str(error)


def test_another_build_of_the_name_is_another_design(sound: Path, tmp_path: Path) -> None:
    """In one process the name is taken; a resumed run says that its library is another one."""
    library, results = tmp_path / "lib.so", tmp_path / "r.vmperf"
    script = """
import sys, vmperf
run = lambda: vmperf.run("pool/cycle", designs=[f"my={sys.argv[1]}:my_"], budget_s=1,
                         results=sys.argv[2], resume=True)
print(len(run().cases))
if len(sys.argv) > 3:
    open(sys.argv[1], "ab").write(b"more")
    run()
"""

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", script, str(library), str(results), *more]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    shutil.copy(sound, library)
    assert run().stdout == "2\n"  # state=local and member
    assert run().stdout == "2\n"
    changed = run("change")
    assert "another name: in this process it is" in changed.stderr
    refused = run()
    assert "a journal of the same plan" in refused.stderr
    assert f"design my from {library}:my_ fnv1a:" in refused.stderr
