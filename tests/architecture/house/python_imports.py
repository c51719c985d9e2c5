"""What `import vmperf` pulls in, and imports that go through its public names."""

from __future__ import annotations

import ast
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


def through_the_top(package: Path) -> list[str]:
    """Imports of the package's public names from inside, which would hide an import upwards.

    The command line is the public names' user like any other.
    """
    modules = {path.stem for path in package.iterdir() if path.stem != "__init__"} | {"_core"}
    bad: list[str] = []
    for file in sorted(package.rglob("*.py")):
        inside = file.relative_to(package)
        if inside.parts[0] == "cli" or inside.name == "__init__.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom):
                top = node.level == len(inside.parts) and not node.module
                if top or (node.level == 0 and node.module == "vmperf"):
                    names = [a.name for a in node.names if a.name not in modules]
            elif isinstance(node, ast.Import):
                names = [a.name for a in node.names if a.name == "vmperf"]
            bad += [f"{inside}:{node.lineno}: imports '{name}' through the top" for name in names]
    return bad
