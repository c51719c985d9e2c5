"""An editable install: touching a source rebuilds it, and nothing else, on the next import."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

DOC = "Native core of vmperf"


def _objects(tree: Path) -> dict[str, int]:
    """The compiled files of an install's build tree, with when they were."""
    return {f"{f.parent.name}/{f.name}": f.stat().st_mtime_ns for f in tree.rglob("*.cpp.o")}


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
    before = _objects(source / "build")
    # A compiler cache would serve the source that was only touched.
    said = run_clean(python, "-c", program, env={**env, "CCACHE_DISABLE": "1"}).stdout
    after = _objects(source / "build")
    assert said.startswith("Native core, rebuilt")
    assert len(before) > 100
    changed = {name for name, when in after.items() if before.get(name) != when}
    assert changed == {"_core.dir/module.cpp.o", "pool/bind.cpp.o"}
