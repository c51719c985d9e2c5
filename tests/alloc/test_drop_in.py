"""libvmperf_alloc.so as the malloc of C++ programs: its calls, forks, threads, misuse, stress."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import vmperf
from house import malloc
from vmperf._alloc.preload import library_of

CPP = Path(__file__).parent / "cpp"
C_LIBRARY = {"libc", "libpthread", "libdl", "libm", "ld-linux-x86-64", "ld-linux-aarch64"}
SHAPES = ("larson", "handover", "ring", "cache_scratch", "burst", "lifetimes", "churn")
Compile = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = malloc.needs_the_systems


@pytest.fixture(scope="module")
def ours() -> str:
    return str(library_of("vmperf"))


@pytest.fixture(scope="module")
def stress() -> Path:
    program = Path(str(vmperf._core.__file__)).parent / "bin" / "vmperf_stress"
    assert program.exists()
    return program


@pytest.mark.differential
@pytest.mark.parametrize("under", ["libc", "vmperf", "checked", "huge_pages", "purge_at_once"])
def test_each_call_does_what_its_manual_says(
    compile_cpp: Compile, run_binary: Run, ours: str, under: str
) -> None:
    program = compile_cpp(CPP / "drop_in_face.cpp", "-fno-builtin")
    env = {} if under == "libc" else {"LD_PRELOAD": ours}
    env |= {"VMPERF_ALLOC_CHECKED": "1"} if under == "checked" else {}
    env |= {"VMPERF_ALLOC_HUGE_PAGES": "madvise"} if under == "huge_pages" else {}
    env |= {"VMPERF_ALLOC_PURGE_DELAY_MS": "0"} if under == "purge_at_once" else {}
    assert run_binary(program, **env).stdout == "ok\n"


@pytest.mark.parametrize("checked", ["0", "1"])
@pytest.mark.parametrize("name", ["early", "fork", "threads"])
def test_start_fork_and_end(
    compile_cpp: Compile, run_binary: Run, ours: str, name: str, checked: str
) -> None:
    program = compile_cpp(CPP / f"drop_in_{name}.cpp", "-pthread", "-fno-builtin")
    done = run_binary(program, LD_PRELOAD=ours, VMPERF_ALLOC_CHECKED=checked, timeout=120)
    assert done.stdout == "ok\n"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("double", r"double free: free\({0}\), a block of 112 bytes \(class \d+\)"),
        ("double_large", r"double free: free\({1}\)"),
        ("foreign", r"foreign pointer: free\(0x\w+\), no live block begins there"),
        ("interior", r"pointer into a block: free\(0x\w+\), "),
        ("interior_large", r"pointer into a block: free\(0x\w+\), "),
        ("misaligned", r"misaligned pointer: free\(0x\w+\), "),
        ("realloc", r"double free: realloc\({0}\), a block of 112 bytes"),
        ("delete", r"double free: operator delete\({0}\), a block of 112 bytes"),
    ],
)
def test_misuse_ends_a_checked_program(
    compile_cpp: Compile, run_binary: Run, ours: str, call: str, said: str
) -> None:
    program = compile_cpp(CPP / "drop_in_misuse.cpp", "-fno-builtin", "-w")
    done = run_binary(program, call, check=False, LD_PRELOAD=ours, VMPERF_ALLOC_CHECKED="1")
    assert done.returncode == -signal.SIGABRT
    pattern = said.format(*done.stdout.split())
    assert re.match(f"vmperf: {pattern}.*; called from 0x\\w+ in ", done.stderr), done.stderr


def test_right_use_of_a_checked_program_is_let_be(
    compile_cpp: Compile, run_binary: Run, ours: str
) -> None:
    program = compile_cpp(CPP / "drop_in_misuse.cpp", "-fno-builtin", "-w")
    done = run_binary(program, "none", LD_PRELOAD=ours, VMPERF_ALLOC_CHECKED="1")
    assert done.stdout.endswith("survived\n")
    assert done.stderr == ""


@pytest.mark.differential
@pytest.mark.parametrize("shape", SHAPES)
def test_stress_is_the_same_as_without(
    run_binary: Run, stress: Path, ours: str, seed: int, shape: str
) -> None:
    args = (shape, "--threads", "5", "--ops", "200000", "--seed", str(seed))
    plain = run_binary(stress, *args).stdout
    assert plain.startswith(f"{shape}: threads 5, blocks ")
    assert plain.endswith("damaged 0\n")
    assert run_binary(stress, *args, LD_PRELOAD=ours, timeout=120).stdout == plain
    checked = run_binary(stress, *args, LD_PRELOAD=ours, VMPERF_ALLOC_CHECKED="1", timeout=120)
    assert checked.stdout == plain


def test_stress_sees_damage(compile_cpp: Compile, run_binary: Run, stress: Path) -> None:
    """A malloc that hands a block out twice is caught by the stamps."""
    twice = compile_cpp(
        "#include <cstddef>\n"
        'extern "C" void *malloc(std::size_t) { alignas(64) static char one[1 << 20]; return one; }'
        'extern "C" void free(void *) {}',
        "-shared",
        "-fPIC",
        "-fno-builtin",
    )
    done = run_binary(
        stress, "burst", "--threads", "1", "--ops", "10", check=False, LD_PRELOAD=str(twice)
    )
    assert done.returncode != 0
    assert "damaged 0" not in done.stdout


@pytest.mark.parametrize(
    "args", [(), ("none",), ("ring", "--threads"), ("ring", "--threads", "0"), ("ring", "-n", "1")]
)
def test_stress_says_how_it_is_used(run_binary: Run, stress: Path, args: tuple[str, ...]) -> None:
    done = run_binary(stress, *args, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(shape in done.stderr for shape in SHAPES)


def test_statistics_at_the_end(run_binary: Run, stress: Path, ours: str, tmp_path: Path) -> None:
    file = tmp_path / "stats"
    args = ("burst", "--ops", "1000")
    said = run_binary(stress, *args, LD_PRELOAD=ours, VMPERF_ALLOC_STATS="1").stderr
    run_binary(stress, *args, LD_PRELOAD=ours, VMPERF_ALLOC_STATS=str(file))
    for text in (said, file.read_text()):
        assert re.match(r"vmperf: live \d+ blocks, \d+ bytes; resident \d+; ", text)
        rows = [list(map(int, row)) for row in re.findall(r"vmperf:" + r" +(\d+)" * 6, text)]
        assert rows
        assert all(row[1] == sum(row[2:]) for row in rows)  # what there is, is somewhere


def test_library_needs_the_c_library_alone(ours: str) -> None:
    """A program in C must not come to load a C++ library, nor see templates of one."""
    read = subprocess.run(["objdump", "-p", ours], capture_output=True, text=True, check=True)
    needed = re.findall(r"NEEDED +(\S+)", read.stdout)
    assert {name.partition(".")[0] for name in needed} <= C_LIBRARY
    names = subprocess.run(
        ["nm", "-D", "--defined-only", ours], capture_output=True, text=True, check=True
    )
    found = {line.split()[-1] for line in names.stdout.splitlines()}
    assert {"malloc", "free", "_Znwm", "_ZdlPv"} <= found
    assert not any(name.startswith(("_ZNS", "_ZSt", "_ZN6vmperf")) for name in found)
