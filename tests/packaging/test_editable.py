"""An editable install: touching a source rebuilds on the next import, in about ten seconds."""

from __future__ import annotations

import subprocess
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

DOC = "Native core of vmperf"
# About 10 s on two quiet cores; the bound leaves room for a busy machine.
REBUILD_LIMIT_S = 30.0


@pytest.mark.slow
def test_touch_rebuilds_on_import(
    copy_tree: Callable[[Path], Path],
    make_venv: Callable[[Path], Path],
    run_clean: Run,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
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
    start = time.monotonic()
    said = run_clean(python, "-c", program, env=env).stdout
    took = time.monotonic() - start
    record_property("rebuild_s", took)
    print(f"rebuilt and imported in {took:.1f} s")
    assert said.startswith("Native core, rebuilt")
    assert took < REBUILD_LIMIT_S
