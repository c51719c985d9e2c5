"""alloc/program: a command under an allocator, its failures told, its memory its own."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import vmperf
from house.weather import PROVED
from vmperf._catalog.axes import CommandLine, point_values
from vmperf._catalog.catalog import get
from vmperf.cli.main import cli

MiB = 1 << 20
QUICK: dict[str, Any] = {
    "warm_up_ns": 0,
    "measurement_ns": 200_000,
    "n_samples": 2,
    "sampling": "flat",
    "n_placements": 1,
    "seed": 3,
    "process": 0,
    "count_instructions": False,
}


def run(command: list[str] | str, *designs: str) -> dict[str, Any]:
    line = command if isinstance(command, str) else shlex.join(command)
    found = vmperf._core.bench.measure(
        "alloc/program", {"cmd": line}, list(designs or ("libc",)), **QUICK
    )
    return {case.design: case for case in found}


def peak_bytes(case: Any) -> float:
    values = [
        data
        for kind, name, _, data in case.details()
        if (kind, name) == ("sample", "program_peak_rss_bytes")
    ]
    return max(float(np.frombuffer(data).max()) for data in values)


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-E", "-c", code]


def test_a_program_runs_under_every_allocator_that_there_is() -> None:
    designs = [d.name for d in get("alloc/program").designs]
    assert "naive" not in designs
    assert "null_allocator" not in designs
    for case in run(["true"], *designs).values():
        absent = case.status in ("not_installed", "unsupported")
        assert absent or case.status in PROVED, f"{case.design}: {case.status}: {case.reason}"


def test_the_allocator_is_the_preloaded_one() -> None:
    look = "import os; assert 'mimalloc' in os.environ['LD_PRELOAD'] and 'mimalloc' in "
    look += "open('/proc/self/maps').read()"
    case = run(python(look), "mimalloc")["mimalloc"]
    if case.status == "not_installed":
        pytest.skip(case.reason)
    assert case.status in PROVED, case.reason
    look = "import os; assert not os.environ['LD_PRELOAD'] and 'mimalloc' not in "
    look += "open('/proc/self/maps').read()"
    assert run(python(look))["libc"].status in PROVED


def test_peak_memory_is_the_programs_not_ours() -> None:
    ballast = np.ones(200 * MiB // 8)  # in this process, which forks
    assert ballast.nbytes == 200 * MiB
    assert 0 < peak_bytes(run(["true"])["libc"]) < 50 * MiB
    held = peak_bytes(run(python("x = bytearray(100 << 20)"))["libc"])
    assert 100 * MiB < held < 200 * MiB


def test_a_program_that_fails_keeps_its_exit_code() -> None:
    case = run(python("import sys; print('no luck', file=sys.stderr); sys.exit(3)"))["libc"]
    assert case.status == "unverified"
    assert "exited with code 3" in case.reason
    assert "no luck" in case.reason


def test_a_program_that_is_killed_is_told() -> None:
    case = run(python("import os; os.kill(os.getpid(), 11)"))["libc"]
    assert case.status == "unverified"
    assert "SIGSEGV" in case.reason


@pytest.mark.parametrize("line", ["no-such-program-as-this -x", "", "   "])
def test_a_missing_program_is_named(line: str) -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="cmd"):
        run(line)


def test_a_quotation_without_its_end_is_refused() -> None:
    with pytest.raises(vmperf.InvalidArgumentError, match="end to its '"):
        run("sh -c 'true")


@pytest.mark.parametrize(
    "words",
    [["a", "b c"], ["it's", '"', ""], ["back\\slash", "$HOME", "*"], ["tab\tin", "new\nline"]],
)
def test_words_come_as_they_were_given(words: list[str]) -> None:
    look = f"import sys; assert sys.argv[1:] == {words!r}, sys.argv"
    case = run([*python(look), *words])["libc"]
    assert case.status in PROVED, case.reason


def test_a_command_is_a_text_or_its_words() -> None:
    axis = next(a for a in get("alloc/program").axes if a.name == "cmd")
    assert point_values(axis, "sh -c 'exit 0'") == ("sh -c 'exit 0'",)
    assert point_values(axis, ["sh", "-c", "exit 0"]) == ("sh -c 'exit 0'",)
    assert point_values(axis, [["true"], ["echo", "a b"]]) == ("true", "echo 'a b'")
    assert point_values(axis, [CommandLine("true"), CommandLine("false")]) == ("true", "false")
    no_commands: list[Any] = [[], [1], [["true"], "false"], [[]]]
    for wrong in no_commands:
        with pytest.raises(vmperf.InvalidArgumentError, match="cmd"):
            point_values(axis, wrong)


def test_the_command_line_takes_one_with_commas(tmp_path: Path) -> None:
    command = shlex.join(python("x = 1, 2, 3"))
    words = ["run", "alloc/program", "--design", "libc", "--param", f"cmd={command}"]
    words += ["--budget", "2", "--results", str(tmp_path / "r.vmperf")]
    done = CliRunner().invoke(cli, words)
    assert "alloc/program" in done.output, done.output
    assert f"cmd={command}" in " ".join(done.output.split()), done.output
