"""What `import vmperf` pulls in, and module-level imports of what is heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "altair", "click", "concurrent.futures", "dataclasses", "h5netcdf", "importlib.metadata",
    "inspect", "jinja2", "json", "numpy", "pandas", "pathlib", "rich", "scipy", "sqlite3",
    "subprocess", "tomllib", "typing", "xarray",
)  # fmt: skip

_PROGRAM = """
import sys
before = set(sys.modules)
import {package}
print("\\n".join(sorted(set(sys.modules) - before)))
"""


def imported(package: str, *path: Path) -> set[str]:
    """The modules that importing a package adds to a bare interpreter."""
    env = dict(os.environ)
    if path:
        env["PYTHONPATH"] = os.pathsep.join(map(str, path))
    command = [sys.executable, "-c", _PROGRAM.format(package=package)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return set(done.stdout.split())


def heavy(package: str, *path: Path) -> list[str]:
    """Heavy modules that importing a package pulls in."""
    found = imported(package, *path)
    return [f"import {package} imports {name}" for name in HEAVY if name in found]
