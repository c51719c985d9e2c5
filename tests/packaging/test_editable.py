"""An editable install: touching a source rebuilds on the next import, in about ten seconds."""

from __future__ import annotations

import resource
import subprocess
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

DOC = "Native core of vmperf"
# Processor time of the build and the import, which a busy machine hardly changes: two sources are
# compiled, so half of it is the time to wait on two quiet cores, about 10 s.
REBUILD_LIMIT_CPU_S = 25.0


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.slow
def test_touch_rebuilds_on_import(
    copy_tree: Callable[[Path], Path],
    make_venv: Callable[[Path], Path],
    run_clean: Run,
    tmp_path: Path,
) -> None:
    source = copy_tree(tmp_path / "source")
    python = make_venv(tmp_path / "venv")
    pip = [python, "-m", "pip", "install", "-q"]
    project = tomllib.loads((source / "pyproject.toml").read_text())
    run_clean(*pip, *project["build-system"]["requires"], "cmake", "ninja")
    env = {"PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin"}
    run_clean(*pip, "--no-build-isolation", "--no-deps", "-e", source, env=env)
    program = "import vmperf._core as c; print(c.__doc__)"
    assert run_clean(python, "-c", program, env=env).stdout.startswith(DOC)

    module = source / "cpp" / "module" / "module.cpp"
    module.write_text(module.read_text().replace(DOC, "Native core, rebuilt"))
    (source / "cpp" / "pool" / "bind.cpp").touch()
    start, cpu = time.monotonic(), _children_cpu_s()
    # A compiler cache would serve the source that was only touched.
    said = run_clean(python, "-c", program, env={**env, "CCACHE_DISABLE": "1"}).stdout
    took, cpu = time.monotonic() - start, _children_cpu_s() - cpu
    print(f"rebuilt and imported in {took:.1f} s, {cpu:.1f} s of processor time")
    assert said.startswith("Native core, rebuilt")
    assert cpu < REBUILD_LIMIT_CPU_S
