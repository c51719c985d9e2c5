"""The wheel in a fresh environment: what it holds, what it runs, its headers, a missing extra."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from house import native_build, tree
from house.weather import IN_BUDGET

pytestmark = pytest.mark.slow
Run = Callable[..., subprocess.CompletedProcess[str]]

# Every file of the wheel matches one of these.
ALLOWED = re.compile(
    r"vmperf/(\w+/)*\w+\.py|vmperf/py\.typed|vmperf/_core\.[\w-]+\.so|vmperf/_core/(\w+/)*\w+\.pyi|"
    r"vmperf/include/vmperf/(\w+/)*\w+\.(hpp|inl|h)|vmperf/cmake/vmperf-config(-version)?\.cmake|"
    r"vmperf/(_report|plot)/[\w/.-]+\.(j2|css|js|json|toml|txt|LICENSE)|vmperf/_data/[\w/.-]+|"
    r"vmperf/benchmarks/(\w+/)*\w+\.toml|vmperf/benchmarks/campaign-measured\.json|"
    r"vmperf/lib/libvmperf_\w+\.(so|a)|vmperf/bin/vmperf_\w+|"
    r"vmperf-[\d.]+\.dist-info/[\w./-]+"
)

CLIENT = """
#include <vmperf/pool/stack_pool.hpp>
#include <cstdio>
#include <new>
struct Point { double x, y; };
int main() {
  vmperf::pool::StackPool<Point> pool;
  Point *a = new (pool.allocate()) Point{1, 2};
  Point *b = new (pool.allocate()) Point{3, 4};
  const double sum = a->x + b->y;
  const bool apart = a != b;
  b->~Point();
  a->~Point();
  pool.deallocate(b);
  pool.deallocate(a);
  const bool again = pool.allocate() == a;
  pool.deallocate(a);
  std::printf("%.0f %d %d\\n", sum, apart, again);
  return 0;
}
"""
CLIENT_SAYS = "5 1 1\n"

CMAKE_CLIENT = """
cmake_minimum_required(VERSION 3.26)
project(client LANGUAGES CXX)
find_package(vmperf {version} CONFIG REQUIRED)
add_executable(client client.cpp)
target_link_libraries(client PRIVATE vmperf::headers)
"""


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def version(repo_root: Path) -> str:
    return str(tomllib.loads((repo_root / "pyproject.toml").read_text())["project"]["version"])


def test_wheel_holds_no_stray_file(names: list[str]) -> None:
    assert [name for name in names if not ALLOWED.fullmatch(name)] == []


def test_wheel_holds_all_of_the_package(names: list[str], repo_root: Path) -> None:
    package = Path("python")
    ours = {
        f.relative_to(package).as_posix() for f in tree.files(repo_root) if package in f.parents
    }
    wanted = {name for name in ours if name.startswith("vmperf/")}
    assert wanted - set(names) == set()
    assert {"vmperf/py.typed", "vmperf/_core/__init__.pyi"} <= set(names)


def test_wheel_holds_all_public_headers(names: list[str], repo_root: Path) -> None:
    headers = {
        "vmperf/include/" + "/".join(f.parts[3:])
        for f in tree.cpp_files(repo_root)
        if f.parts[2] == "include"
    }
    assert headers - set(names) == set()
    assert "vmperf/include/vmperf/version.hpp" in names


def test_import_and_version(fresh_python: Path, run_clean: Run, version: str) -> None:
    program = "import vmperf; print(vmperf.__version__, vmperf.pool.__name__)"
    assert run_clean(fresh_python, "-c", program).stdout.split()[0] == version
    program = "import importlib.metadata as m; print(m.version('vmperf'))"
    assert run_clean(fresh_python, "-c", program).stdout.strip() == version
    include = run_clean(fresh_python, "-c", "import vmperf; print(vmperf.get_include())")
    header = Path(include.stdout.strip()) / "vmperf" / "version.hpp"
    assert f'"{version}"' in header.read_text()


def test_command_line(fresh_python: Path, run_clean: Run, tmp_path: Path) -> None:
    vmperf = fresh_python.parent / "vmperf"
    rows = json.loads(run_clean(vmperf, "list", "--json", cwd=tmp_path).stdout)
    assert {"pool/cycle", "pool/allocate"} <= {row["id"] for row in rows}
    command = [vmperf, "run", "pool/allocate", "--design", "stack", "--budget", "2", "--json", "-"]
    ran = run_clean(*command, cwd=tmp_path, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    rows = json.loads(ran.stdout)
    assert {row["params"]["design"] for row in rows} == {"stack"}
    assert {row["status"] for row in rows} <= IN_BUDGET


def test_a_program_under_the_drop_in(fresh_python: Path, run_clean: Run, tmp_path: Path) -> None:
    vmperf = fresh_python.parent / "vmperf"
    include = run_clean(fresh_python, "-c", "import vmperf; print(vmperf.get_include())")
    stress = Path(include.stdout.strip()).parent / "bin" / "vmperf_stress"
    watch = tmp_path / "w.json"
    ran = run_clean(vmperf, "preload", "--watch", watch, "--", stress, "churn", cwd=tmp_path)
    assert ran.stdout.endswith("damaged 0\n")
    shown = json.loads(run_clean(vmperf, "show", watch, "--json", cwd=tmp_path).stdout)
    assert [one["allocator"] for one in shown] == ["vmperf"]


def test_client_by_include_path(
    fresh_python: Path, run_clean: Run, cxx: str, tmp_path: Path
) -> None:
    (tmp_path / "client.cpp").write_text(CLIENT)
    include = run_clean(fresh_python, "-c", "import vmperf; print(vmperf.get_include())")
    command = [
        cxx,
        "-std=c++20",
        "-O2",
        f"-I{include.stdout.strip()}",
        "client.cpp",
        "-o",
        "client",
    ]
    run_clean(*command, cwd=tmp_path)
    assert run_clean(tmp_path / "client").stdout == CLIENT_SAYS


def test_client_by_find_package(
    fresh_python: Path, run_clean: Run, tmp_path: Path, version: str
) -> None:
    (tmp_path / "client.cpp").write_text(CLIENT)
    (tmp_path / "CMakeLists.txt").write_text(CMAKE_CLIENT.format(version=version))
    where = run_clean(fresh_python, "-c", "import vmperf; print(vmperf.get_cmake_dir())")
    build = tmp_path / "build"
    cmake = native_build.tool("cmake")
    make = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={native_build.tool('ninja')}"]
    found = f"-Dvmperf_DIR={where.stdout.strip()}"
    run_clean(cmake, "-S", tmp_path, "-B", build, *make, found)
    run_clean(cmake, "--build", build)
    assert run_clean(build / "client").stdout == CLIENT_SAYS


GUEST_CMAKE = CMAKE_CLIENT.replace("vmperf::headers", "vmperf::mmu")


def test_guest_client(
    fresh_python: Path, run_clean: Run, cxx: str, repo_root: Path, tmp_path: Path, version: str
) -> None:
    """Memory, table, TLB and a fault caught, by include path and by find_package."""
    source = repo_root / "tests" / "mmu" / "cpp" / "client.cpp"
    (tmp_path / "client.cpp").write_text(source.read_text())
    (tmp_path / "CMakeLists.txt").write_text(GUEST_CMAKE.format(version=version))
    include = run_clean(fresh_python, "-c", "import vmperf; print(vmperf.get_include())")
    library = Path(include.stdout.strip()).parent / "lib" / "libvmperf_mmu.a"
    flags = ["-std=c++20", "-O2", f"-I{include.stdout.strip()}"]
    run_clean(cxx, *flags, "client.cpp", library, "-pthread", "-ldl", "-o", "client", cwd=tmp_path)
    said = run_clean(tmp_path / "client").stdout
    assert said == "sum 499500\nfault at 0x480000 (w): protection, level 1\n"
    where = run_clean(fresh_python, "-c", "import vmperf; print(vmperf.get_cmake_dir())")
    make = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={native_build.tool('ninja')}"]
    cmake, build = native_build.tool("cmake"), tmp_path / "build"
    run_clean(cmake, "-S", tmp_path, "-B", build, *make, f"-Dvmperf_DIR={where.stdout.strip()}")
    run_clean(cmake, "--build", build)
    assert run_clean(build / "client").stdout == said


def test_missing_extra_is_one_line(fresh_python: Path, run_clean: Run, tmp_path: Path) -> None:
    vmperf = fresh_python.parent / "vmperf"
    command = [vmperf, "run", "pool/allocate", "--design", "stack", "--budget", "1"]
    done = run_clean(*command, "--html", "r.html", cwd=tmp_path, check=False)
    said = [line for line in done.stderr.splitlines() if "vmperf[report]" in line]
    assert done.returncode != 0
    assert len(said) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "r.html").exists()
