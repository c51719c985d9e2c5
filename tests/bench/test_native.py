"""Native unit tests of the harness's inner parts."""

from pathlib import Path


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
