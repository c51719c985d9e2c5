"""`import vmperf` costs at most 5 ms over the bare interpreter."""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vmperf
from vmperf import _core

# CPU time: what the machine does meanwhile is not the import's.
PROGRAM = """
import sys, time
sys.path.insert(0, sys.argv[1])
start = time.process_time()
import vmperf
print(time.process_time() - start)
"""


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """The package as a wheel would install it: an editable install rebuilds on import."""
    package = tmp_path / "vmperf"
    package.mkdir()
    for file in [*Path(str(vmperf.__file__)).parent.glob("*.py"), Path(_core.__file__)]:
        shutil.copy(file, package)
    compileall.compile_dir(package, quiet=1)
    return tmp_path


def _seconds(folder: Path) -> float:
    command = [sys.executable, "-S", "-c", PROGRAM, str(folder)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.perf
def test_import_costs_at_most_5_ms(plain: Path) -> None:
    assert min(_seconds(plain) for _ in range(20)) <= 0.005


def test_public_names_are_there() -> None:
    assert {"list", "get", "run", "sweep", "machine", "Results", "load_results"} <= {*dir(vmperf)}
    assert all(getattr(vmperf, name) is not None for name in vmperf.__all__ if name != "report")


def test_components_are_modules_by_name() -> None:
    program = "import vmperf.stats, vmperf.bench, vmperf; assert vmperf.stats is vmperf._core.stats"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = vmperf.nonsense


def test_headers_lie_beside_the_module() -> None:
    include = Path(vmperf.get_include())
    assert include.parent == Path(_core.__file__).parent
    assert Path(vmperf.get_cmake_dir()).name == "cmake"
