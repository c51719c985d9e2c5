"""Native unit tests of the harness's inner parts."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from house import native_build


def test_schedule(compile_cpp, run_binary, repo_root):
    bench = repo_root / "cpp" / "bench" / "src"
    binary = compile_cpp(
        Path(__file__).parent / "cpp" / "schedule.cpp", str(bench / "schedule.cpp"), f"-I{bench}"
    )
    run_binary(binary)


def test_deadline(compile_cpp, run_binary, repo_root):
    cpp = repo_root / "cpp"
    sources = [str(cpp / name) for name in ("bench/src/deadline.cpp", "os/src/clock.cpp")]
    source = Path(__file__).parent / "cpp" / "deadline.cpp"
    run_binary(compile_cpp(source, *sources, f"-I{cpp / 'bench' / 'src'}"))


def test_registry_refuses_what_is_ambiguous(compile_cpp, run_binary):
    run_binary(compile_cpp(Path(__file__).parent / "cpp" / "registry.cpp"))


def test_python_workloads_without_python(compile_cpp, run_binary, repo_root):
    source = repo_root / "cpp" / "bench" / "src" / "python.cpp"
    run_binary(compile_cpp(Path(__file__).parent / "cpp" / "without_python.cpp", str(source)))


def test_all_that_is_declared_crosses_the_plugin_interface(compile_cpp, run_binary):
    run_binary(compile_cpp(Path(__file__).parent / "cpp" / "fields.cpp"))


SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.mark.parametrize("flags", [(), SANITIZED], ids=["plain", "asan_ubsan"])
def test_team(compile_cpp, run_binary, repo_root, flags):
    cpp = repo_root / "cpp"
    sources = [cpp / "bench/src/team.cpp", cpp / "os/src/process.cpp", cpp / "os/src/files.cpp"]
    program = compile_cpp(Path(__file__).parent / "cpp" / "team.cpp", *sources, *flags, "-pthread")
    assert run_binary(program, timeout=120).stdout == "ok\n"


def test_functor_workloads(compile_cpp, run_binary):
    run_binary(compile_cpp(Path(__file__).parent / "cpp" / "functors.cpp"))


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_a_sunk_double_costs_no_instruction(compile_cpp, compiler):
    if shutil.which(compiler) is None:
        pytest.skip(f"not installed: {compiler}")
    program = compile_cpp(Path(__file__).parent / "cpp" / "functors.cpp", cxx=compiler)
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", "--disassemble=sunk_products", str(program)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = re.findall(r"^\s+[0-9a-f]+:\t(\w+)", text, re.MULTILINE)
    last = max(at for at, name in enumerate(names) if name.startswith("f") or name == "mulsd")
    assert names[last] in ("mulsd", "fmul")
    loop = names[last : last + 4]
    assert not [name for name in loop if name in ("movq", "fmov", "movsd", "str", "ldr")], loop


def test_signs(compile_cpp, run_binary, repo_root):
    bench = repo_root / "cpp" / "bench" / "src"
    run_binary(
        compile_cpp(
            Path(__file__).parent / "cpp" / "signs.cpp", str(bench / "signs.cpp"), f"-I{bench}"
        )
    )


def harness_objects(repo_root):
    """Return the objects of the harness and of what it stands on, without an interpreter's."""
    if native_build.sanitized():
        pytest.skip("the module is under test here")
    build = native_build.configure(repo_root, "native", "-DVMPERF_PYTHON=OFF")
    parts = ("vmperf_bench", "vmperf_os", "vmperf_stats")
    native_build.ninja(build, *parts)
    folders = [build / "cpp" / "CMakeFiles" / f"{part}.dir" for part in parts]
    found = [(file, folder) for folder in folders for file in folder.rglob("*.cpp.o")]

    def is_there(inside):  # a build folder keeps the objects of files that are gone
        return (repo_root / "cpp" / inside).with_suffix("").exists()

    return sorted(file for file, folder in found if is_there(file.relative_to(folder)))


def test_the_verdict_in_any_weather(compile_cpp, run_binary, repo_root):
    """measure() under a clock of its own: quiet, slow, stolen, drifting, a storm."""
    objects = harness_objects(repo_root)
    objects = [file for file in objects if file.name != "batch.cpp.o"]  # it has that of its own
    source = Path(__file__).parent / "cpp" / "weather.cpp"
    private = f"-I{repo_root / 'cpp' / 'bench' / 'src'}"
    run_binary(compile_cpp(source, private, *objects, "-pthread", "-ldl", depends=objects))


def test_ops_of_seconds_are_measured_where_two_samples_fit(compile_cpp, run_binary, repo_root):
    """measure() with a deadline, under a clock that the ops move themselves."""
    objects = harness_objects(repo_root)
    source = Path(__file__).parent / "cpp" / "patience.cpp"
    run_binary(compile_cpp(source, *objects, "-pthread", "-ldl", depends=objects))
